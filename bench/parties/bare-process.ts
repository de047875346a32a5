/** Bare Baileys as a process of its own: the yardstick. */
import { readFileSync, writeFileSync } from 'node:fs';
import { deserialize, serialize } from 'node:v8';
import { BareClient, type ClientState, type Target } from './bare-client.ts';
import { answerQuestions } from './remote.ts';
import { sharedNowMs } from './usage.ts';

/** libsignal prints whole sessions, with their keys, on every change. */
Object.assign(globalThis.console, { log: noop, info: noop, warn: noop, error: noop });

const clients: BareClient[] = [];
/** When each message arrived, by its id. */
const arrivals = new Map<string, number>();
let waiter: { count: number; resolve: () => void } | undefined;

const listener = {
  received: (id: string, atMs: number): void => {
    arrivals.set(id, atMs);
    if (waiter && arrivals.size >= waiter.count) waiter.resolve();
  },
};

const api = {
  /** Opens a client that shows a QR. */
  offer: async (target: Target): Promise<{ index: number; qr: string }> => {
    const client = new BareClient(target, listener);
    const index = clients.push(client) - 1;
    client.connect();
    return { index, qr: await client.qr() };
  },
  untilOpen: (index: number) => client(index).untilOpen(),
  /** Resolves when so many messages have arrived in all. */
  untilArrived: async (count: number): Promise<void> => {
    if (arrivals.size < count) await new Promise<void>((resolve) => (waiter = { count, resolve }));
    waiter = undefined;
  },
  /** When each message arrived, in ms of the shared clock. */
  arrivals: () => arrivals,
  /** Sends texts one after the other, each when the one before was acknowledged; resolves with how long each took, in ms. */
  send: async ({ index, to, count, text }: { index: number; to: string; count: number; text: string }) => {
    const took: number[] = [];
    for (let sent = 0; sent < count; sent += 1) {
      const begin = sharedNowMs();
      await client(index).send(to, `${text} ${sent}`);
      took.push(sharedNowMs() - begin);
    }
    return took;
  },
  /** Writes what the first `count` clients need to come back. */
  save: ({ file, count }: { file: string; count: number }) => {
    writeFileSync(file, serialize(clients.slice(0, count).map(({ state }) => state)));
  },
  /** Logs in the first `count` of those that were saved; resolves when all are there, with when it began to. */
  resume: async ({ file, count, target }: { file: string; count: number; target: Target }): Promise<number> => {
    const states = (deserialize(readFileSync(file)) as ClientState[]).slice(0, count);
    const resumed = states.map((state) => new BareClient(target, listener, state));
    clients.push(...resumed);
    const beginMs = sharedNowMs();
    for (const each of resumed) each.connect();
    await Promise.all(resumed.map((each) => each.untilOpen()));
    return beginMs;
  },
};

/** What the process can be asked. */
export type BareApi = typeof api;

answerQuestions(api);

function client(index: number): BareClient {
  const found = clients[index];
  if (!found) throw new RangeError(`There is no client ${index}`);
  return found;
}

function noop(): void {
  // Not printed.
}
