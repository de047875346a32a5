import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type AuthenticationCreds } from '@whiskeysockets/baileys';
import { type KeyChange } from '../../ports/signal.ts';
import { type AccountIdentity } from '../../domain/session.ts';
import { isPaired } from '../signal/auth-state.ts';
import { identityOf } from '../addressing/jid.ts';
import { decode, encode, encodeKey } from '../signal/key-codec.ts';

/** The contents of a folder with Baileys' multi-file credentials. */
export interface Version3Credentials {
  identity: AccountIdentity;
  /** In the form of {@link encode}. */
  credentials: string;
  keys: KeyChange[];
  /** The names of the files that were read. */
  files: string[];
}

/** The key types that Baileys writes. Where one begins with another, the longer one comes first. */
const KEY_TYPES = [
  'app-state-sync-version',
  'app-state-sync-key',
  'sender-key-memory',
  'sender-key',
  'identity-key',
  'lid-mapping',
  'device-list',
  'pre-key',
  'session',
  'tctoken',
];

/**
 * Reads the folder in which version 3 (Baileys' `useMultiFileAuthState`) stored a session: `creds.json` and one file
 * per key. Returns `undefined` when it holds no linked device.
 * @throws Error when a file is not what Baileys writes
 */
export async function readVersion3(folder: string): Promise<Version3Credentials | undefined> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.json'));
  if (!files.includes('creds.json')) return undefined;
  const creds = await readJson(folder, 'creds.json');
  const identity = identityOf((creds as AuthenticationCreds).me?.id ?? '');
  if (!identity || !isPaired(creds as AuthenticationCreds)) return undefined;
  const keys: KeyChange[] = [];
  for (const name of files) {
    const key = keyOf(name);
    if (key) keys.push({ ...key, value: encodeKey(key.type, await readJson(folder, name)) });
  }
  return { identity, credentials: encode(creds), keys, files };
}

async function readJson(folder: string, name: string): Promise<unknown> {
  const text = await readFile(join(folder, name), 'utf8');
  try {
    return decode(text);
  } catch (cause) {
    throw new Error(`${name} is not valid JSON`, { cause });
  }
}

/** Reads a file name as a key: `<type>-<id>.json`, where `/` became `__` and `:` became `-`. */
function keyOf(fileName: string): { type: string; id: string } | undefined {
  const name = fileName.slice(0, -'.json'.length);
  const type = KEY_TYPES.find((candidate) => name.startsWith(`${candidate}-`));
  if (!type) return undefined;
  return { type, id: originalId(type, name.slice(type.length + 1)) };
}

function originalId(type: string, written: string): string {
  if (type === 'app-state-sync-key') return written.replaceAll('__', '/');
  // `<group>::<user>::<device>`: neither a group's JID nor a user contains a double dash.
  return type === 'sender-key' ? written.replaceAll('--', '::') : written;
}
