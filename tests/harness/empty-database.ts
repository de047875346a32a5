import { access, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Secret } from '../../src/kit/secret.ts';
import { FILE_NAME, openDatabase } from '../../src/storage/sqlite/open-database.ts';

/** By master key. */
const made = new Map<string, Promise<Buffer>>();

/** Puts a database into the folder that has the tables and nothing else, unless there is one: to make the tables takes longer. */
export async function putEmptyDatabase(folder: string, masterKey: Secret | null = null): Promise<void> {
  const file = join(folder, FILE_NAME);
  const name = masterKey?.reveal() ?? '';
  const making = made.get(name) ?? makeEmptyDatabase(masterKey);
  made.set(name, making);
  const bytes = await making;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (
    await access(file).then(
      () => false,
      () => true,
    )
  )
    await writeFile(file, bytes, { mode: 0o600 });
}

/** Made as at every first start. No start has used it: a copy would pass for a restored backup. */
async function makeEmptyDatabase(masterKey: Secret | null): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'empty-'));
  openDatabase(folder, masterKey).close();
  const bytes = await readFile(join(folder, FILE_NAME));
  await rm(folder, { recursive: true });
  return bytes;
}
