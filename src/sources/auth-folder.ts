import { opendir, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import {
  type ForeignKey,
  type ForeignSession,
  MAX_CREDENTIALS_BYTES,
  MAX_KEY_BYTES,
  MAX_KEYS,
  shownName,
  UnusableSessionError,
} from '../ports/foreign-store.ts';
import { readBounded } from './bounded-file.ts';

/** The file with the credentials in a folder of Baileys' `useMultiFileAuthState`. */
export const CREDENTIALS_FILE = 'creds.json';
/** How many files are read at once. */
const BATCH = 100;

/** The session in a folder that Baileys' `useMultiFileAuthState` writes: `creds.json`, and one file per key. */
export function authFolder(folder: string): ForeignSession {
  return {
    name: shownName(basename(folder)),
    credentials: () => credentialsIn(folder),
    keys: () => keysIn(folder),
  };
}

/** The keys in such a folder. */
export async function* keysIn(folder: string): AsyncGenerator<ForeignKey[], void> {
  const names: string[] = [];
  let count = 0;
  for await (const { name } of await opendir(folder)) {
    if (!name.endsWith('.json') || name === CREDENTIALS_FILE) continue;
    if ((count += 1) > MAX_KEYS) throw new UnusableSessionError(`it has more than ${MAX_KEYS} keys`);
    names.push(name);
    if (names.length === BATCH) yield await readKeys(folder, names.splice(0));
  }
  if (names.length > 0) yield await readKeys(folder, names);
}

function readKeys(folder: string, names: readonly string[]): Promise<ForeignKey[]> {
  return Promise.all(
    names.map(async (name) => ({
      name: name.slice(0, -'.json'.length),
      isFileName: true,
      text: await readBounded(join(folder, name), MAX_KEY_BYTES),
    })),
  );
}

async function credentialsIn(folder: string): Promise<string> {
  const names = await readdir(folder).catch((): string[] => []);
  const other = otherLibrary(names);
  if (!names.includes(CREDENTIALS_FILE)) throw new UnusableSessionError(other ?? 'it has no creds.json');
  const text = await readBounded(join(folder, CREDENTIALS_FILE), MAX_CREDENTIALS_BYTES);
  if (text === undefined) throw new UnusableSessionError('its creds.json cannot be read, or is too long');
  return text;
}

/** What other libraries leave in the folders of their sessions. */
function otherLibrary(names: readonly string[]): string | undefined {
  if (names.some((name) => ['Default', 'Local State', 'DevToolsActivePort'].includes(name))) return BROWSER;
  if (names.some((name) => DATABASE.test(name))) return OTHER_DATABASE;
  return undefined;
}

/** A database file, but for the one in which WAHA has the messages of a session. */
const DATABASE = /^(?!store\.sqlite3$).*\.(db|sqlite3?)$/;

/** Sessions of whatsapp-web.js and others that run a browser. */
export const BROWSER =
  'it is a browser profile (whatsapp-web.js, WPPConnect …), which has no keys that Baileys can use';
const OTHER_DATABASE = 'it is a database of another library (whatsmeow, GOWS …), whose keys Baileys cannot use';

/** A session that cannot be imported, whatever is in it. */
export function unusable(name: string, reason: string): ForeignSession {
  const refuse = () => Promise.reject(new UnusableSessionError(reason));
  const none = async function* (): AsyncGenerator<ForeignKey[], void> {
    await refuse();
  };
  return { name: shownName(name), credentials: refuse, keys: none };
}

/** Why a file or folder beside sessions is none of Baileys'; `undefined` for what nobody would take for one. */
export function otherFile(name: string): string | undefined {
  return DATABASE.test(name) ? OTHER_DATABASE : undefined;
}
