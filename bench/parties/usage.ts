import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

/** Linux reports CPU time to user space in hundredths of a second. */
const TICK_MS = 10;
/** The indexes of user and system time among the fields after the name in `/proc/<pid>/stat`. */
const [USER, SYSTEM] = [11, 12];
/** The indexes of its state, and of its process group. */
const [STATE, GROUP] = [0, 2];
/** Those of its children that have ended. */
const [REAPED_USER, REAPED_SYSTEM] = [13, 14];

const POLL_INTERVAL_MS = 100;
const IDLE_TIMEOUT_MS = 10_000;

/** The CPU time of a process so far, over all its threads, in ms. Linux only. */
export async function cpuMs(pid: number): Promise<number> {
  return sumOf(pid, [USER, SYSTEM]);
}

/** The same, with that of its children that have ended. */
export async function cpuMsWithReaped(pid: number): Promise<number> {
  return sumOf(pid, [USER, SYSTEM, REAPED_USER, REAPED_SYSTEM]);
}

async function sumOf(pid: number, indexes: readonly number[]): Promise<number> {
  const fields = fieldsOf(await readFile(`/proc/${pid}/stat`, 'utf8'));
  return indexes.reduce((sum, index) => sum + Number(fields[index]), 0) * TICK_MS;
}

/** The fields after the name, which may contain anything. */
function fieldsOf(stat: string): string[] {
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** The running processes of a group. Linux only. */
export function pidsOfGroup(group: number): number[] {
  const pids = readdirSync('/proc').map(Number).filter(Number.isInteger);
  return pids.filter((pid) => {
    try {
      const fields = fieldsOf(readFileSync(`/proc/${pid}/stat`, 'utf8'));
      return fields[STATE] !== 'Z' && Number(fields[GROUP]) === group;
    } catch {
      return false; // It has ended since it was listed.
    }
  });
}

/** The resident memory of a process, in bytes. Linux only. */
export async function rssBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}

/** Resolves once a process is nearly idle, after 10 s at most. The work that it still had to do counts as part of a measurement. */
export async function untilIdle(pid: number): Promise<void> {
  let before = await cpuMs(pid);
  for (let waitedMs = 0; waitedMs < IDLE_TIMEOUT_MS; waitedMs += POLL_INTERVAL_MS) {
    await pause(POLL_INTERVAL_MS);
    const now = await cpuMs(pid);
    if (now - before <= TICK_MS) return;
    before = now;
  }
}

/** The current time in ms, on a monotonic clock that all processes of this machine share. */
export function sharedNowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
