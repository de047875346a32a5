import { setTimeout as pause } from 'node:timers/promises';
import type { TestBed } from '../parties/test-bed.ts';
import type { Gateway } from './gateway.ts';
import { judge, type Verdict } from './verdict.ts';

const POLL_INTERVAL_MS = 50;

/** The size of a trial. */
export interface TrialSize {
  /** How many texts are written. */
  texts: number;
  perSecond: number;
  /** How long the receiver is down, in seconds; the texts are written from its beginning on. */
  downSeconds: number;
  /** How often the gateway is killed while texts are written. */
  kills: number;
  /** How long to wait for the next of the missing texts before they count as lost, in seconds. */
  patienceSeconds: number;
}

/** Writes to all accounts while nothing runs where the webhooks go. `text` is unlike that of every other trial. */
export async function receiverDown(bed: TestBed, gateway: Gateway, size: TrialSize, text: string): Promise<Verdict> {
  const { receiver } = gateway;
  receiver.goDown();
  await Promise.all([write(bed, gateway, { ...size, text }), pause(size.downSeconds * 1000)]);
  receiver.isDown = false;
  return untilSettled(gateway, size, text);
}

/** Kills the gateway between texts, several times, and starts it at once each time; the texts go on. */
export async function killed(bed: TestBed, gateway: Gateway, size: TrialSize, text: string): Promise<Verdict> {
  const pieces = size.kills + 1;
  const end = (piece: number): number => Math.floor((size.texts * (piece + 1)) / pieces) - 1;
  for (let piece = 0; piece < pieces; piece += 1) {
    if (piece > 0) await gateway.killAndStart();
    const [first, last] = [piece === 0 ? 0 : end(piece - 1) + 1, end(piece)];
    await Promise.all([write(bed, gateway, { ...size, text, first, last }), gateway.untilReady()]);
  }
  return untilSettled(gateway, size, text);
}

/** Writes the texts from `first` to `last`, by default all. */
interface Writing {
  text: string;
  texts: number;
  perSecond: number;
  first?: number;
  last?: number;
}

async function write(bed: TestBed, { accounts }: Gateway, writing: Writing): Promise<void> {
  const { text, texts, perSecond, first = 0, last = texts - 1 } = writing;
  const routes = accounts.map(({ number, friend }) => ({ from: friend, to: number }));
  await bed.whatsapp.call('chat', { routes, first, last, text, perSecond });
}

/** Resolves once all have arrived, or none has for the time of the patience. */
async function untilSettled({ receiver, accounts }: Gateway, size: TrialSize, text: string): Promise<Verdict> {
  const verdict = (): Verdict => judge(receiver.accepted, { text, count: size.texts, accounts: accounts.length });
  let [known, waitedMs] = [receiver.accepted.length, 0];
  while (verdict().lost > 0 && waitedMs < size.patienceSeconds * 1000) {
    await pause(POLL_INTERVAL_MS);
    waitedMs = receiver.accepted.length === known ? waitedMs + POLL_INTERVAL_MS : 0;
    known = receiver.accepted.length;
  }
  return verdict();
}
