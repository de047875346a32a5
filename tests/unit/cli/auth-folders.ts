import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type AuthenticationCreds, BufferJSON } from '@whiskeysockets/baileys';

/** What Baileys has of a linked device: credentials, and keys by `<type>-<id>`. */
export interface Device {
  creds: AuthenticationCreds;
  keys: Map<string, unknown>;
}

/** JSON as Baileys stores it. */
export const json = (value: unknown): string => JSON.stringify(value, BufferJSON.replacer);

/** As Baileys and WAHA name files. */
const fileName = (key: string): string => `${key.replaceAll('/', '__').replaceAll(':', '-')}.json`;

/** Writes a folder as `useMultiFileAuthState` of Baileys and of WAHA does. */
export async function writeFolder(
  folder: string,
  { creds, keys }: { creds?: unknown; keys: Map<string, unknown> },
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const files = [...keys].map(([key, value]) => [fileName(key), json(value)] as const);
  if (creds !== undefined) files.push(['creds.json', json(creds)]);
  await Promise.all(files.map(([name, text]) => writeFile(join(folder, name), text)));
}
