import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Bare } from '../../../bench/parties/bare.ts';
import type { Target } from '../../../bench/parties/bare-client.ts';
import type { Account } from '../../../bench/parties/contestant.ts';
import { sharedNowMs } from '../../../bench/parties/usage.ts';
import type { Simulator } from '../../../simulator/simulator.ts';
import { waitFor } from '../stage.ts';
import type { ConnectionLog, Login } from './connection-log.ts';

/** As many as take over the sessions of a third. */
const PROCESSES = 2;
const LINKED_AT_ONCE = 4;
const PATIENCE_MS = 120_000;

/** The WhatsApp that bare clients log in to, and the log of it. */
export interface BareDeps {
  whatsapp: Simulator;
  connections: ConnectionLog;
}

/**
 * How long the same logins take with bare Baileys: two processes that have all credentials and keys in memory log in `count` devices,
 * as fast as they can. In ms, until the last of them receives.
 */
export async function bareLoginsMs(deps: BareDeps, count: number): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'bare-'));
  try {
    const files = Array.from({ length: PROCESSES }, (_, index) => join(folder, String(index)));
    const each = Math.ceil(count / PROCESSES);
    await Promise.all(files.map((file, index) => link(deps.whatsapp, { file, index, count: each })));
    return await logIn(deps, { files, count: each });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Links devices, and writes their credentials and keys to a file. */
async function link(
  whatsapp: Simulator,
  { file, index, count }: { file: string; index: number; count: number },
): Promise<void> {
  await using bare = new Bare(targetOf(whatsapp));
  const waiting = Array.from({ length: count }, (_, at) => `549${index}400000${String(at).padStart(3, '0')}`);
  const linkAll = async (): Promise<void> => {
    for (let number = waiting.pop(); number !== undefined; number = waiting.pop()) {
      const account: Account = { number, friend: number };
      const phone = whatsapp.phone(number, `Bare ${number}`);
      const { qr, untilLinked } = await bare.offer(account);
      await phone.scan(qr);
      await untilLinked();
    }
  };
  await Promise.all(Array.from({ length: LINKED_AT_ONCE }, linkAll));
  await bare.save(file);
}

async function logIn(
  { whatsapp, connections }: BareDeps,
  { files, count }: { files: readonly string[]; count: number },
): Promise<number> {
  const numbers = files.length * count;
  const processes = files.map(() => new Bare(targetOf(whatsapp)));
  try {
    // They start first, so that only the logins are measured.
    await Promise.all(processes.map((bare) => bare.arrivals()));
    const startMs = Math.min(...(await Promise.all(processes.map((bare, at) => bare.resume(files[at]!, count)))));
    const sinceMs = performance.now() - (sharedNowMs() - startMs);
    const logins = (): Login[] => connections.logins.filter(({ beganMs }) => beganMs >= sinceMs);
    const receiving = (): number[] => logins().flatMap(({ receivesMs }) => (receivesMs < Infinity ? [receivesMs] : []));
    await waitFor(() => receiving().length >= numbers, PATIENCE_MS);
    if (receiving().length < numbers) throw new Error('Bare Baileys did not log in');
    return Math.max(...receiving()) - sinceMs;
  } finally {
    await Promise.all(processes.map((bare) => bare[Symbol.asyncDispose]()));
  }
}

/** What another process needs to know: getters do not come along. */
function targetOf({ wsUrl, rootKey }: Simulator): Target {
  return { wsUrl, rootKey };
}
