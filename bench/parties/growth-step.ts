import { rm } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { percentile } from '../statistics.ts';
import { BACKLOG_SESSIONS, fillBacklog } from './backlog.ts';
import type { Account } from './contestant.ts';
import { bytesInUse, removeSessions } from './database-file.ts';
import { jsonWhenThere } from './json-when-there.ts';
import type { Orchestrator } from './orchestrator.ts';
import { recover } from './recovery.ts';
import type { TestBed } from './test-bed.ts';
import { cpuMs, rssBytes, sharedNowMs, untilIdle } from './usage.ts';

/** How much is measured at each number of sessions. */
export interface StepSize {
  /** How many texts arrive as fast as they come, at a tenth of the sessions. */
  texts: number;
  /** The pace at which latency is measured, at the same sessions; and for how long. */
  perSecond: number;
  seconds: number;
  /** How long the process is left alone before it counts as idle, and then watched. */
  idleSeconds: number;
  /** The webhooks that wait at the dearest start; a tenth of them at another one. */
  waiting: number;
}

/** What is measured, and how. */
export interface StepTask {
  testBed: TestBed;
  ours: Orchestrator;
  /** Where the process writes how late its event loop was: see preload/loop-delay.ts. */
  loopFile: string;
  size: StepSize;
}

/** The quantities of one step, by name. */
export type Quantities = Record<string, { unit: string; value: number }>;

/** The quantity that many sessions must not change. */
export const CPU_OF_TEXT = 'CPU of a received text';

const MB = 1e6;
const KB = 1e3;
const BACKLOG_SHARE = 0.1;
/** How many closed sessions have the waiting webhooks. */
const SESSIONS_THAT_WAIT = 200;

/** Kills the orchestrator, waits until all its accounts are logged in again, leaves it alone, gives it texts, and starts it with webhooks that wait. */
export async function measureStep(task: StepTask): Promise<Quantities> {
  const { testBed, ours, size } = task;
  const back = ms((await recover(testBed, ours, 'SIGKILL')).allMs);
  const idle = await whileIdle(ours, size.idleSeconds);
  const texts = await withTexts(task);
  const starts: Quantities = {};
  for (const waiting of [0, size.waiting * BACKLOG_SHARE, size.waiting].map(Math.round)) {
    starts[`start with ${waiting.toLocaleString('en')} waiting webhooks`] = ms(await startWith(ours, waiting));
  }
  await ours.restart('SIGKILL');
  await ours.rest.untilReady();
  return { 'back after SIGKILL, all': back, ...idle, ...texts, ...starts };
}

async function whileIdle({ pid }: Orchestrator, seconds: number): Promise<Quantities> {
  await untilIdle(pid);
  await pause(seconds * 1000);
  const before = await cpuMs(pid);
  await pause(seconds * 1000);
  const used = (await cpuMs(pid)) - before;
  return {
    'resident memory, idle': { unit: 'MB', value: (await rssBytes(pid)) / MB },
    'CPU of the idle process': { unit: 'ms/s', value: used / seconds },
  };
}

async function withTexts(task: StepTask): Promise<Quantities> {
  const { testBed, ours, size } = task;
  const accounts = ours.accounts.filter((_, index) => index % 10 === 0);
  await testBed.warmUp(ours, accounts, accounts.length);
  const { cpuMs: cpu, perSecond: rate } = await testBed.receive(ours, { accounts, count: size.texts });
  const { delaysMs, loop } = await atPace(task, accounts);
  return {
    [CPU_OF_TEXT]: ms(cpu),
    'received texts, as fast as they come': { unit: '/s', value: rate },
    [`latency at ${size.perSecond} a second, p50`]: ms(percentile(delaysMs, 50)),
    [`latency at ${size.perSecond} a second, p99`]: ms(percentile(delaysMs, 99)),
    'event loop late at that pace, p99': ms(loop.p99Ms),
    'event loop late at that pace, at most': ms(loop.maxMs),
    'database, for each received text': { unit: 'kB', value: await bytesOfTexts(task, accounts) },
  };
}

async function atPace({ testBed, ours, loopFile, size: { perSecond, seconds } }: StepTask, accounts: Account[]) {
  await rm(loopFile, { force: true });
  process.kill(ours.pid, 'SIGWINCH');
  const { delaysMs } = await testBed.receive(ours, { accounts, count: perSecond * seconds, perSecond });
  process.kill(ours.pid, 'SIGWINCH');
  return { delaysMs, loop: await jsonWhenThere<{ p99Ms: number; maxMs: number }>(loopFile) };
}

/**
 * Only a file that nobody has open says what is in it: the process is stopped before and after, and left down. A restart stores
 * something of each session, too; so there is one without texts.
 */
async function bytesOfTexts(task: StepTask, accounts: Account[]): Promise<number> {
  const { testBed, ours, size } = task;
  await ours.stop();
  const before = bytesInUse(ours.authDir);
  const grown: number[] = [];
  for (const count of [0, size.texts]) {
    await recover(testBed, ours, 'SIGTERM');
    if (count > 0) await testBed.receive(ours, { accounts, count });
    await ours.stop();
    grown.push(bytesInUse(ours.authDir) - before);
  }
  const [ofRestart = NaN, ofBoth = NaN] = grown;
  return (ofBoth - 2 * ofRestart) / size.texts / KB;
}

/** From the start of the process until it serves requests, with so many webhooks that wait for a backend that is down. Leaves it down. */
async function startWith(ours: Orchestrator, waiting: number): Promise<number> {
  if (waiting > 0) await fillBacklog(ours.authDir, { callbacks: waiting, sessions: SESSIONS_THAT_WAIT });
  ours.backend.isHealthy = false;
  const startMs = sharedNowMs();
  await ours.restart('SIGTERM');
  await ours.rest.untilReady();
  const tookMs = sharedNowMs() - startMs;
  await ours.stop();
  ours.backend.isHealthy = true;
  removeSessions(ours.authDir, BACKLOG_SESSIONS);
  return tookMs;
}

function ms(value: number): Quantities[string] {
  return { unit: 'ms', value };
}
