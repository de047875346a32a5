import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Closers } from './closers.ts';

/** Creates a temporary folder that is removed at the end, even when the process exits early. */
export async function makeFolder(closers: Closers): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'whatsapp-orchestrator-demo-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  closers.push(remove);
  process.once('exit', remove);
  return folder;
}
