import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type ForeignSession, type ForeignStore, ForeignStoreError, MAX_FOUND } from '../ports/foreign-store.ts';
import { authFolder, BROWSER, CREDENTIALS_FILE, otherFile, unusable } from './auth-folder.ts';

/** A folder of Baileys' `useMultiFileAuthState`, or a folder of such folders. */
export function multiFileStore(folder: string): ForeignStore {
  return storeOf(folder, async function* () {
    const entries = await entriesOf(folder);
    if (entries.some(({ name }) => name === CREDENTIALS_FILE)) yield authFolder(folder);
    else yield* sessionsIn(folder, entries);
  });
}

/** WAHA's folder `.sessions`, or the folder `noweb` in it. */
export function wahaStore(folder: string): ForeignStore {
  return storeOf(folder, async function* () {
    const entries = await entriesOf(folder);
    const engines = entries.filter((entry) => entry.isDirectory() && ENGINES.has(entry.name));
    if (engines.length === 0) yield* sessionsIn(folder, entries.filter(isFolder));
    for (const { name } of engines) {
      const reason = ENGINES.get(name);
      const inside = join(folder, name);
      const sessions = (await entriesOf(inside)).filter(isFolder);
      if (reason === undefined) yield* sessionsIn(inside, sessions);
      else for (const session of sessions) yield unusable(`${name}/${session.name}`, reason);
    }
  });
}

/** WAHA's engines, each with why its sessions cannot be imported. */
const ENGINES: ReadonlyMap<string, string | undefined> = new Map([
  ['noweb', undefined],
  ['gows', 'it is a session of the engine GOWS (whatsmeow), whose keys Baileys cannot use'],
  ['webjs', BROWSER],
  ['wpp', BROWSER],
  ['venom', BROWSER],
]);

function storeOf(folder: string, sessions: () => AsyncIterable<ForeignSession>): ForeignStore {
  return { name: folder, sessions, [Symbol.asyncDispose]: () => Promise.resolve() };
}

function isFolder(entry: Dirent): boolean {
  return entry.isDirectory();
}

function* sessionsIn(folder: string, entries: readonly Dirent[]): Generator<ForeignSession, void> {
  for (const entry of entries) {
    const reason = otherFile(entry.name);
    if (entry.isDirectory()) yield authFolder(join(folder, entry.name));
    else if (reason !== undefined) yield unusable(entry.name, reason);
  }
}

/** The entries in the order of their names. Links are none of its folders. */
async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    if (entries.length > MAX_FOUND && !entries.some(({ name }) => name === CREDENTIALS_FILE)) {
      throw new ForeignStoreError(`${folder} has more than ${MAX_FOUND} entries: import its sessions in parts.`);
    }
    return entries.toSorted((one, other) => (one.name < other.name ? -1 : 1));
  } catch (cause) {
    if (cause instanceof ForeignStoreError) throw cause;
    throw new ForeignStoreError(`${folder} is not a folder that can be read.`, { cause });
  }
}
