import type { Environment } from '../config/environment.ts';
import type { SessionId } from '../domain/session-id.ts';
import { sessionFolders } from '../storage/files/session-folders.ts';
import { type MovedPart, type MoveResult, moveStorage } from '../storage/moving/move.ts';
import { NOBODY, type Side } from '../storage/moving/side.ts';
import { PostgresSide } from '../storage/postgres/moving/postgres-side.ts';
import { SqliteSide } from '../storage/sqlite/moving/sqlite-side.ts';
import { readArguments as readOptions, UsageError } from './arguments.ts';

/** What `--help` prints. */
export const USAGE = `npm run move-storage -- --from sqlite:<AUTH_DIR> --to postgres://… [--sessions <id,…>] [--confirm]
npm run move-storage -- --from postgres://… --to sqlite:<AUTH_DIR> [--sessions <id,…>] [--confirm]
"postgres:" alone stands for DATABASE_URL.

Moves everything from one database to the other, while no server runs (docs/operations.md).
  --help, --version
`;

const SQLITE = 'sqlite:';

/** The arguments of the command. */
interface Arguments {
  from: string;
  to: string;
  sessions: string[] | undefined;
  confirm: boolean;
}

/**
 * The command `npm run move-storage`: moves everything from one database to the other. Tells what is done while it is; resolves with the
 * end of its output.
 */
export async function runMoveCommand(
  args: string[],
  environment: Environment,
  print: (text: string) => void,
): Promise<string> {
  const { from, to, ...options } = readArguments(args, environment);
  if (from === to) throw new UsageError(`--from and --to must differ.\n\n${USAGE}`);
  await using source = await open(from, 'source');
  await using target = await open(to, 'target');
  const onMoved = (owner: string, parts: readonly MovedPart[] | undefined) => print(report(owner, parts));
  const result = await moveStorage({ source, target, ...options, onMoved });
  if (to.startsWith(SQLITE)) await createFolders(to.slice(SQLITE.length), result.sessions);
  return summary({ source, target, confirm: options.confirm }, result);
}

function readArguments(args: string[], { DATABASE_URL }: Environment): Arguments {
  const { from, to, sessions, confirm = false } = parsed(args);
  const location = (name: string, value: string | undefined) => {
    const text = value === 'postgres:' ? DATABASE_URL : value;
    const isOne =
      text !== undefined && (/^sqlite:./.test(text) || (/^postgres(ql)?:/.test(text) && URL.canParse(text)));
    if (isOne) return text;
    throw new UsageError(`${name} must be sqlite:<AUTH_DIR> or postgres://…\n\n${USAGE}`);
  };
  const ids = sessions?.split(',').flatMap((id) => (id.trim() === '' ? [] : [id.trim()]));
  if (ids?.length === 0) throw new UsageError(`--sessions must name a session.\n\n${USAGE}`);
  return { from: location('--from', from), to: location('--to', to), sessions: ids, confirm };
}

function parsed(args: string[]) {
  const text = { type: 'string' } as const;
  const options = { from: text, to: text, sessions: text, confirm: { type: 'boolean' } } as const;
  return readOptions({ args, options }, USAGE).values;
}

function open(location: string, role: 'source' | 'target'): Promise<Side> {
  if (!location.startsWith(SQLITE)) return PostgresSide.open(location, role);
  return new Promise((resolve) => resolve(new SqliteSide(location.slice(SQLITE.length), role)));
}

async function createFolders(authDir: string, sessions: readonly string[]): Promise<void> {
  const folders = sessionFolders(authDir);
  for (const sessionId of sessions) await folders.create(sessionId as SessionId);
}

function report(owner: string, parts: readonly MovedPart[] | undefined): string {
  const whose = owner === NOBODY ? 'settings, API keys and answers' : owner;
  if (!parts) return `${whose}: moved by an earlier run\n`;
  const lines = parts.flatMap(({ table, rows, sha256 }) =>
    rows === 0
      ? []
      : [`  ${table.padEnd(20)} ${String(rows).padStart(8)} ${rows === 1 ? 'row ' : 'rows'}  ${sha256}\n`],
  );
  return `${whose}: moved\n${lines.join('')}`;
}

function summary(
  { source, target, confirm }: { source: Side; target: Side; confirm: boolean },
  { sessions, isAll }: MoveResult,
): string {
  const count = sessions.length === 1 ? '1 session is' : `${sessions.length} sessions are`;
  const moved = `${count} in ${target.name}; every count and SHA-256 is the same on both sides.\n`;
  if (!confirm)
    return `${moved}${source.name} is unchanged. Run this again with --confirm, so that no server starts on it by mistake.\n`;
  if (isAll) return `${moved}${source.name} is marked as moved: servers refuse it.\n`;
  return `${moved}They were removed from ${source.name}.\n`;
}
