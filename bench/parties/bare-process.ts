/** Bare Baileys in a process of its own: the baseline. */
import { readFileSync, writeFileSync } from 'node:fs';
import { deserialize, serialize } from 'node:v8';
import { BareClient, type ClientState, type Target } from './bare-client.ts';
import { serveCalls } from './remote.ts';
import { sharedNowMs } from './usage.ts';

/** libsignal logs whole sessions, keys included, on every change. */
Object.assign(globalThis.console, { log: noop, info: noop, warn: noop, error: noop });

const clients: BareClient[] = [];
/** The arrival of each message, by message id. */
const arrivals = new Map<string, number>();
let waiter: { count: number; resolve: () => void } | undefined;

const listener = {
  received: (id: string, atMs: number): void => {
    arrivals.set(id, atMs);
    if (waiter && arrivals.size >= waiter.count) waiter.resolve();
  },
};

const api = {
  /** Opens a client. Resolves with its index and its first QR. */
  offer: async (target: Target): Promise<{ index: number; qr: string }> => {
    const client = new BareClient(target, listener);
    const index = clients.push(client) - 1;
    client.connect();
    return { index, qr: await client.qr() };
  },
  untilOpen: (index: number) => client(index).untilOpen(),
  /** Resolves once `count` messages have arrived in total. */
  untilArrived: async (count: number): Promise<void> => {
    if (arrivals.size < count) await new Promise<void>((resolve) => (waiter = { count, resolve }));
    waiter = undefined;
  },
  /** The arrival of each message, in ms of the shared clock. */
  arrivals: () => arrivals,
  /** Sends texts one after another, each once the previous one is acknowledged. Resolves with the duration of each, in ms. */
  send: async ({ index, to, count, text }: { index: number; to: string; count: number; text: string }) => {
    const durationsMs: number[] = [];
    for (let sent = 0; sent < count; sent += 1) {
      const startMs = sharedNowMs();
      await client(index).send(to, `${text} ${sent}`);
      durationsMs.push(sharedNowMs() - startMs);
    }
    return durationsMs;
  },
  /** Writes the state of the first `count` clients to a file. */
  save: ({ file, count }: { file: string; count: number }) => {
    writeFileSync(file, serialize(clients.slice(0, count).map(({ state }) => state)));
  },
  /** Logs in the first `count` saved clients. Resolves with the start time once all of them are logged in. */
  resume: async ({ file, count, target }: { file: string; count: number; target: Target }): Promise<number> => {
    const states = (deserialize(readFileSync(file)) as ClientState[]).slice(0, count);
    const resumed = states.map((state) => new BareClient(target, listener, state));
    clients.push(...resumed);
    const startMs = sharedNowMs();
    for (const each of resumed) each.connect();
    await Promise.all(resumed.map((each) => each.untilOpen()));
    return startMs;
  },
};

/** The functions that other processes can call. */
export type BareApi = typeof api;

serveCalls(api);

function client(index: number): BareClient {
  const found = clients[index];
  if (!found) throw new RangeError(`Unknown client ${index}.`);
  return found;
}

function noop(): void {
  // Discards the output.
}
