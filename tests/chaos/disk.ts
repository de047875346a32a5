import { fileURLToPath } from 'node:url';
import { type OrchestratorProcess } from '../harness/orchestrator-process.ts';
import { waitFor } from './stage.ts';

/** What a process writes when its disk becomes full. */
export const DISK_FULL = 'CHAOS disk full';
/** What it writes when the disk has room again. */
export const DISK_HAS_ROOM = 'CHAOS disk has room';

/** The environment of a process whose disk can become full. */
export function fillable(): Record<string, string> {
  return { NODE_OPTIONS: `--import=${fileURLToPath(new URL('preload/disk-full.ts', import.meta.url))}` };
}

/** Makes the disk of the process full, or gives it room again; resolves when it is so. */
export async function turnDisk(
  process: OrchestratorProcess,
  into: typeof DISK_FULL | typeof DISK_HAS_ROOM,
): Promise<void> {
  const before = process.output.split(into).length;
  process.signal('SIGUSR2');
  await waitFor(() => process.output.split(into).length > before, 5_000);
}
