import { fileURLToPath } from 'node:url';
import { type OrchestratorProcess } from '../harness/orchestrator-process.ts';
import { waitFor } from './stage.ts';

/** What a measured process writes before its numbers. */
export const MEASURED = 'CHAOS measured';

/** What a process holds. */
export interface Measure {
  /** Of JavaScript objects that are still in use. */
  heapBytes: number;
  /** Open sockets, timers and the like, by Node's names. */
  resources: Record<string, number>;
}

/** The environment of a process that can be measured. */
export function measurable(): Record<string, string> {
  return { NODE_OPTIONS: `--import=${fileURLToPath(new URL('preload/measure.ts', import.meta.url))}` };
}

/** Has the process collect its garbage and say what it holds. */
export async function measure(process: OrchestratorProcess): Promise<Measure> {
  const before = found(process).length;
  process.signal('SIGUSR2');
  await waitFor(() => found(process).length > before, 10_000);
  const line = found(process).at(-1);
  if (line === undefined || found(process).length === before) throw new Error('The process does not say what it holds');
  return JSON.parse(line.slice(MEASURED.length)) as Measure;
}

function found({ output }: OrchestratorProcess): string[] {
  return output.split('\n').filter((line) => line.startsWith(MEASURED) && line.endsWith('}'));
}
