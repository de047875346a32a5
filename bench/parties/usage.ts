import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

/** Linux counts CPU time in hundredths of a second for everybody. */
const TICK_MS = 10;
/** The places of user and system time in what follows the name in `/proc/<pid>/stat`. */
const [USER, SYSTEM] = [11, 12];

const LOOK_MS = 100;
const REST_LIMIT_MS = 10_000;

/** How much CPU a process has used so far, all its threads together, in ms. Linux only. */
export async function cpuMs(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[USER]) + Number(fields[SYSTEM])) * TICK_MS;
}

/** How much memory a process has now, in bytes. Linux only. */
export async function rssBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}

/** Resolves when a process does next to nothing any more: what it still had to do belongs to what is measured. */
export async function untilAtRest(pid: number): Promise<void> {
  let before = await cpuMs(pid);
  for (let waitedMs = 0; waitedMs < REST_LIMIT_MS; waitedMs += LOOK_MS) {
    await pause(LOOK_MS);
    const now = await cpuMs(pid);
    if (now - before <= TICK_MS) return;
    before = now;
  }
}

/** Now, in ms, by a clock that all processes of this machine share and nobody sets. */
export function sharedNowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
