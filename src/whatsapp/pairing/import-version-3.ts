import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AuthenticationCreds } from '@whiskeysockets/baileys';
import type { KeyChange } from '../../ports/signal.ts';
import type { AccountIdentity } from '../../domain/session.ts';
import { isPaired } from '../signal/auth-state.ts';
import { identityOf } from '../addressing/jid.ts';
import { decode, encode, encodeKey } from '../signal/key-codec.ts';
import { keyNamed } from './key-names.ts';

/** The contents of a folder with Baileys' multi-file credentials. */
export interface Version3Credentials {
  identity: AccountIdentity;
  /** In the form of {@link encode}. */
  credentials: string;
  keys: KeyChange[];
  /** The names of the files that were read. */
  files: string[];
}

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
    const key = keyNamed(name.slice(0, -'.json'.length), { isFileName: true });
    // What the phone shares is read anew, labels included.
    if (!key || key.type === 'app-state-sync-version') continue;
    keys.push({ ...key, value: encodeKey(key.type, await readJson(folder, name)) });
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
