import { realpath } from 'node:fs/promises';
import { sep } from 'node:path';
import type { ForeignStore } from '../ports/foreign-store.ts';
import { evolutionDatabase, instancesFolder, instancesRedis } from '../sources/evolution-database.ts';
import { multiFileStore, wahaStore } from '../sources/folders.ts';
import { evolutionRedis, fazerRedis } from '../sources/redis.ts';
import { readArguments as readOptions, UsageError } from './arguments.ts';
import { CommandError } from './server-client.ts';

/** What `--help` prints. */
export const USAGE = `npm run import -- multi-file:<folder>                            Baileys' useMultiFileAuthState
npm run import -- waha:<folder .sessions>                        WAHA, engine NOWEB
npm run import -- evolution:postgres://… --keys <redis://… or folder "instances">
npm run import -- evolution:redis://… [--prefix evolution]       Evolution API
npm run import -- fazer:redis://…                                baileys-api of fazer.ai
Options: --only <name,…> imports these alone; --dry-run imports nothing, and says what it would.
         --help, --version
Stop the other program first, and never start it with these sessions again.
`;

/** The arguments of the command. */
export interface ImportArguments {
  /** Where the sessions come from: `<program>:<place>`. */
  program: string;
  place: string;
  /** Where Evolution has its keys. */
  keys: string | undefined;
  /** How the keys of Evolution's Redis begin (`CACHE_REDIS_PREFIX_KEY`). */
  prefix: string;
  /** The names of the sessions to import; `undefined` for all. */
  only: string[] | undefined;
  isDryRun: boolean;
}

/** Reads the arguments. @throws UsageError */
export function readArguments(args: string[]): ImportArguments {
  const { values, positionals } = parsed(args);
  const [source = '', ...others] = positionals;
  const [, program = '', place = ''] = /^([a-z-]+):(.+)$/s.exec(source) ?? [];
  if (place === '' || others.length > 0) throw new UsageError(USAGE);
  const { keys, prefix = 'evolution', only } = values;
  return { program, place, keys, prefix, only: namesIn(only), isDryRun: values['dry-run'] === true };
}

function namesIn(only: string | undefined): string[] | undefined {
  const names = only?.split(',').flatMap((name) => (name.trim() === '' ? [] : [name.trim()]));
  if (names?.length === 0) throw new UsageError(`--only must name a session.\n\n${USAGE}`);
  return names;
}

function parsed(args: string[]) {
  const text = { type: 'string' } as const;
  const options = { only: text, keys: text, prefix: text, 'dry-run': { type: 'boolean' } } as const;
  return readOptions({ args, options, allowPositionals: true }, USAGE);
}

/** Opens what the sessions come from, to read it. @throws CommandError, ForeignStoreError, UsageError */
export async function openSource(args: ImportArguments, authDir: string): Promise<ForeignStore> {
  const { program, place } = args;
  const isRedis = isUrl(place, /^rediss?:$/);
  if (program === 'multi-file' || program === 'waha') {
    await checkFolder(place, authDir);
    return program === 'waha' ? wahaStore(place) : multiFileStore(place);
  }
  if (program === 'fazer' && isRedis) return fazerRedis(place);
  if (program === 'evolution' && isRedis) return evolutionRedis(place, args.prefix);
  if (program === 'evolution' && isUrl(place, /^postgres(ql)?:$/)) return openEvolution(args);
  throw new UsageError(USAGE);
}

async function openEvolution({ place, keys, prefix }: ImportArguments): Promise<ForeignStore> {
  if (keys === undefined) throw new UsageError(`${KEYS_WANTED}\n\n${USAGE}`);
  const found = isUrl(keys, /^rediss?:$/) ? await instancesRedis(keys, prefix) : instancesFolder(keys);
  return evolutionDatabase(place, found);
}

const KEYS_WANTED =
  'Evolution has only credentials in PostgreSQL. Its keys are in Redis (CACHE_REDIS_URI) or, without it, in its folder "instances": name that with --keys.';

function isUrl(text: string, protocol: RegExp): boolean {
  return URL.canParse(text) && protocol.test(new URL(text).protocol);
}

/** What is in `AUTH_DIR` is imported by the server itself: it must not be here twice. */
async function checkFolder(folder: string, authDir: string): Promise<void> {
  const [source, own] = await Promise.all([folder, authDir].map((path) => realpath(path).catch(() => path)));
  if (source === undefined || own === undefined) return;
  if (source === own || source.startsWith(`${own}${sep}`)) {
    throw new CommandError(`${folder} is in AUTH_DIR: the server takes such folders over by itself when it starts.`);
  }
}
