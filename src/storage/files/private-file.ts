import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';

/** What strangers send is for nobody else on this machine: an empty file of mode 0600 in a folder of mode 0700. */
export async function createPrivate(file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const created = await open(file, 'w', 0o600);
  await created.chmod(0o600).finally(() => created.close());
}
