import { fileURLToPath } from 'node:url';
import type { OrchestratorProcess } from '../harness/orchestrator-process.ts';
import { waitFor } from './stage.ts';

/** Written by a measured process before its numbers. */
export const MEASURED = 'CHAOS measured';

/** The resources that a process holds. */
export interface Measure {
  /** Heap in use after garbage collection. */
  heapBytes: number;
  /** Counts of open sockets, timers and the like, by Node's names. */
  resources: Record<string, number>;
}

/** The environment of a process that can be measured. */
export function measurable(): Record<string, string> {
  return { NODE_OPTIONS: `--import=${fileURLToPath(new URL('preload/measure.ts', import.meta.url))}` };
}

/** Has the process collect its garbage and report what it holds. */
export async function measure(process: OrchestratorProcess): Promise<Measure> {
  const before = found(process).length;
  process.signal('SIGUSR2');
  await waitFor(() => found(process).length > before, 10_000);
  const line = found(process).at(-1);
  if (line === undefined || found(process).length === before)
    throw new Error('The process did not report its resources');
  return JSON.parse(line.slice(MEASURED.length)) as Measure;
}

function found({ output }: OrchestratorProcess): string[] {
  return output.split('\n').filter((line) => line.startsWith(MEASURED) && line.endsWith('}'));
}
