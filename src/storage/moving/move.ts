import { createHash } from 'node:crypto';
import { OperatorError } from '../../kit/operator-error.ts';
import { TableDigest } from './digest.ts';
import { type Mark, NOBODY, type Numbers, type Part, type Row, type Side } from './side.ts';
import { COUNTED_TABLES, MOVED_TABLES, type MovedTable, OWNED_TABLES } from './tables.ts';

/** Why nothing was moved, or nothing more. */
class MoveError extends OperatorError {
  override readonly name = 'MoveError';
}

/** A table that is the same on both sides. */
export interface MovedPart {
  table: string;
  rows: number;
  sha256: string;
}

/** What is moved, and to whom it is told. */
export interface Move {
  source: Side;
  target: Side;
  /** Only these sessions; all of them by default. */
  sessions?: readonly string[] | undefined;
  /** Ends the use of the source: of these sessions, or of the whole database. */
  confirm?: boolean;
  /** Called for each owner once it is in the target; without parts when an earlier run has moved it. */
  onMoved: (owner: string, parts: readonly MovedPart[] | undefined) => void;
}

/** How the move ended. */
export interface MoveResult {
  /** The sessions that are in the target now. */
  sessions: readonly string[];
  /** Whether these are all sessions of the source. */
  isAll: boolean;
}

/**
 * Moves everything, one transaction for each session: an interruption leaves whole sessions, and the next run goes on with the others.
 * The source stays as it is, unless the move is confirmed.
 * @throws MoveError
 */
export async function moveStorage(move: Move): Promise<MoveResult> {
  const { source, target } = move;
  const marks = await target.marks();
  await checkEncryption(source, target, marks);
  const all = await source.owners();
  const sessions = chosen(all, move);
  const missing = [NOBODY, ...sessions].filter((owner) => !marks.has(owner));
  for (const owner of sessions) await checkUnchanged(source, owner, marks.get(owner));
  for (const owner of missing) await checkEmpty(target, owner);
  const shift = await target.numbers();
  const raised = sum(shift, await source.numbers());
  for (const owner of [NOBODY, ...sessions]) {
    move.onMoved(owner, missing.includes(owner) ? await moveOwner(move, { owner, shift, raised }) : undefined);
  }
  const isAll = all.every((owner) => sessions.includes(owner));
  if (move.confirm === true) await leave(move, { sessions, isAll });
  return { sessions, isAll };
}

/** Sealed values are copied as they are, so both sides must have the same keys. */
async function checkEncryption(source: Side, target: Side, marks: Map<string, Mark>): Promise<void> {
  const other = [...marks.values()].find((mark) => mark.source !== source.name)?.source;
  if (other !== undefined) {
    throw new MoveError(`${target.name} has what was moved from ${other}. Move ${source.name} into a new database.`);
  }
  const [from, to] = [await source.commonKey(), await target.commonKey()];
  source.setEncrypted(from !== null);
  target.setEncrypted(from !== null);
  const isUnused = to === null && !marks.has(NOBODY) && (from === null || (await target.owners()).length === 0);
  if (isUnused) return;
  if (from === null ? to === null : to?.equals(from) === true) return;
  throw new MoveError(encryptionSentence(source.name, target.name, from, to));
}

function encryptionSentence(source: string, target: string, from: Buffer | null, to: Buffer | null): string {
  const named = (name: string, key: Buffer | null) => `${name} is ${key === null ? 'not encrypted' : 'encrypted'}`;
  const next = 'Move into a new database, on which no server was started: it takes over the encryption of the source.';
  if (from !== null && to !== null) return `${source} and ${target} are encrypted with different keys. ${next}`;
  return `${named(source, from)}, ${named(target, to)}. ${next}`;
}

function chosen(all: readonly string[], { source, sessions = all }: Move): string[] {
  const unknown = sessions.find((sessionId) => !all.includes(sessionId));
  if (unknown !== undefined) throw new MoveError(`${source.name} has nothing of a session "${unknown}".`);
  return [...new Set(sessions)];
}

async function checkEmpty(target: Side, owner: string): Promise<void> {
  for (const part of partsOf(owner)) {
    if (await target.isEmpty(part)) continue;
    const content = owner === NOBODY ? 'content of its own' : `content of the session "${owner}"`;
    throw new MoveError(
      `${target.name} already has ${content} (${part.table.name}). Nothing was changed. Move into a new database.`,
    );
  }
}

/** A session that was used again where it was moved from has newer keys there than here. */
async function checkUnchanged(source: Side, owner: string, mark: Mark | undefined): Promise<void> {
  if (!mark) return;
  const parts = await source.transaction(async () => {
    const found: MovedPart[] = [];
    for (const part of partsOf(owner)) found.push(describe(part, await digestOf(source, { ...part, shift: {} })));
    return found;
  });
  if (fingerprint(parts) === mark.sha256) return;
  throw new MoveError(
    `The session "${owner}" of ${source.name} has changed since it was moved: a server has used it again. Nothing was changed. If that server is the one to go on with, move into a new database.`,
  );
}

function describe({ table }: Part, { rows, sha256 }: TableDigest): MovedPart {
  return { table: table.name, rows, sha256 };
}

/** One hash for all tables. */
function fingerprint(parts: readonly MovedPart[]): string {
  const lines = parts.map(({ table, rows, sha256 }) => `${table} ${rows} ${sha256}\n`);
  return createHash('sha256').update(lines.join('')).digest('hex');
}

/** What one owner has: its rows, or all those that belong to no session. */
function partsOf(owner: string): Part[] {
  return (owner === NOBODY ? MOVED_TABLES : OWNED_TABLES).map((table) => ({ table, owner }));
}

/** Whose rows are moved, and how their numbers change. */
interface Task {
  owner: string;
  shift: Numbers;
  /** The numbers above which the target goes on. */
  raised: Numbers;
}

function moveOwner({ source, target }: Move, { owner, shift, raised }: Task): Promise<MovedPart[]> {
  return source.transaction(() =>
    target.transaction(async () => {
      const moved: MovedPart[] = [];
      for (const part of partsOf(owner)) {
        const sent = await copy(source, target, { ...part, shift });
        const arrived = await digestOf(target, { ...part, shift });
        if (!sent.equals(arrived)) throw new MoveError(difference(part, sent, arrived));
        moved.push(describe(part, arrived));
      }
      await target.raise(raised);
      await target.mark(owner, { source: source.name, sha256: fingerprint(moved) });
      return moved;
    }),
  );
}

async function copy(source: Side, target: Side, part: Part & { shift: Numbers }): Promise<TableDigest> {
  const digest = new TableDigest();
  for await (const rows of source.read(part)) {
    for (const row of rows) digest.add(row);
    await target.insert(
      part.table,
      rows.map((row) => shifted(part.table, row, part.shift)),
    );
  }
  return digest;
}

/** The digest of what the target has, with the numbers of the source. */
async function digestOf(target: Side, part: Part & { shift: Numbers }): Promise<TableDigest> {
  const digest = new TableDigest();
  const back = Object.fromEntries(Object.entries(part.shift).map(([name, by]) => [name, -by]));
  for await (const rows of target.read(part)) {
    for (const row of rows) digest.add(shifted(part.table, row, back));
  }
  return digest;
}

function shifted({ name, columns }: MovedTable, row: Row, shift: Numbers): Row {
  if (!COUNTED_TABLES.includes(name)) return row;
  return Object.entries(columns).map(([column, kind], at) => {
    const cell = row[at] ?? null;
    if (kind !== 'number' || typeof cell !== 'number') return cell;
    return cell + (shift[column === 'id' ? name : column] ?? 0);
  });
}

function sum(some: Numbers, others: Numbers): Numbers {
  return Object.fromEntries(Object.entries(some).map(([name, number]) => [name, number + (others[name] ?? 0)]));
}

function difference({ table, owner }: Part, sent: TableDigest, arrived: TableDigest): string {
  const whose = owner === NOBODY ? 'of no session' : `of the session "${owner}"`;
  return (
    `The table ${table.name} ${whose} did not arrive as it was sent (${sent.rows} rows, ${sent.sha256}; ` +
    `${arrived.rows} rows, ${arrived.sha256}). Nothing of it was stored.`
  );
}

/** A database of which everything was moved is used by no server again; from another one, what was moved is removed. */
async function leave({ source, target }: Move, { sessions, isAll }: MoveResult): Promise<void> {
  if (isAll) return source.retire(target.name);
  for (const owner of sessions) await source.transaction(() => source.remove(owner));
}
