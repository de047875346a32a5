import { fileURLToPath } from 'node:url';
import type { OrchestratorProcess } from '../harness/orchestrator-process.ts';
import { waitFor } from './stage.ts';

/** Written by a process when its disk becomes full. */
export const DISK_FULL = 'CHAOS disk full';
/** Written by a process when its disk has room again. */
export const DISK_HAS_ROOM = 'CHAOS disk has room';

/** The environment of a process whose disk can be made full. */
export function fillableDisk(): Record<string, string> {
  return { NODE_OPTIONS: `--import=${fileURLToPath(new URL('preload/disk-full.ts', import.meta.url))}` };
}

/** Makes the disk of the process full, or gives it room again; resolves when that is done. */
export async function switchDisk(
  process: OrchestratorProcess,
  to: typeof DISK_FULL | typeof DISK_HAS_ROOM,
): Promise<void> {
  const before = process.output.split(to).length;
  process.signal('SIGUSR2');
  await waitFor(() => process.output.split(to).length > before, 5_000);
}
