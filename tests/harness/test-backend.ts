import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

/** A received callback. */
export interface Received {
  path: string;

  body: any;
  /** The raw body. */
  text: string;
  headers: IncomingHttpHeaders;
  /** Unix ms. */
  at: number;
  /** The status of the answer; `null` until it is answered. */
  status: number | null;
}

/** The backend's answer: a status, details, or `hang` for none. */
export type Reaction =
  | number
  | 'hang'
  | {
      status: number;
      headers?: Record<string, string>;
      body?: string;
      /** The body never ends: one byte follows every few ms. */
      trickles?: boolean;
    };

/** Decides the answer to one callback, possibly later. */
export type Reacts = (received: Received) => Reaction | Promise<Reaction>;

/** Selects a callback: by the end of its path, or by a predicate. */
export type Which = string | ((received: Received) => boolean);

/** A pending wait for a callback. */
interface Waiter {
  fits: (received: Received) => boolean;
  take: (received: Received) => void;
}

const TRICKLE_MS = 5;

/** Starts a main backend: a real HTTP server that receives callbacks and answers 200 by default. */
export async function startTestBackend(): Promise<TestBackend> {
  const backend = new TestBackend();
  await backend.comesUp();
  return backend;
}

/** See {@link startTestBackend}. */
export class TestBackend implements AsyncDisposable {
  /** All received callbacks in order, whatever the answers. */
  readonly received: Received[] = [];
  /** The number of TCP connections. */
  connections = 0;
  readonly #taken = new Set<Received>();
  readonly #waiters = new Set<Waiter>();
  #reacts: Reacts = () => 200;
  #server: Server | undefined;
  #port = 0;

  /** `http://127.0.0.1:<port>`; the port stays the same when it goes down and comes up. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Whether it is listening. */
  get isUp(): boolean {
    return this.#server !== undefined;
  }

  /** The accepted callbacks (answered with 2xx), in order. */
  get accepted(): Received[] {
    return this.received.filter(({ status }) => status !== null && status >= 200 && status < 300);
  }

  /**
   * Resolves with the next accepted callback that matches and was not returned before, waiting for it if necessary.
   * With `evenRefused`, callbacks count that were refused or are not answered yet. Rejects after the timeout.
   */
  next(which: Which = '', options: { timeoutMs?: number; evenRefused?: boolean } = {}): Promise<Received> {
    const { timeoutMs = 5_000, evenRefused = false } = options;
    const isWanted = typeof which === 'string' ? ({ path }: Received) => path.endsWith(which) : which;
    const fits = (received: Received) =>
      !this.#taken.has(received) && (evenRefused || this.accepted.includes(received)) && isWanted(received);
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        this.#waiters.delete(waiter);
        reject(new Error(this.#complaint(which, timeoutMs)));
      }, timeoutMs);
      const waiter: Waiter = {
        fits,
        take: (received) => {
          clearTimeout(late);
          this.#waiters.delete(waiter);
          this.#taken.add(received);
          resolve(received);
        },
      };
      this.#waiters.add(waiter);
      this.#serveWaiters();
    });
  }

  /** Sets the answer to callbacks from now on: a fixed one, or one that the function decides for each. */
  answerWith(reaction: Reaction | Reacts): void {
    this.#reacts = typeof reaction === 'function' ? reaction : () => reaction;
  }

  /** Answers 200 again. */
  recovers(): void {
    this.answerWith(200);
  }

  /** Stops listening and cuts open connections. */
  async goesDown(): Promise<void> {
    const server = this.#server;
    if (!server) return;
    this.#server = undefined;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  }

  /** Listens again, on the same port as before. */
  async comesUp(): Promise<void> {
    if (this.#server) return;
    this.#server = createServer((request, response) => void this.#take(request, response));
    this.#server.on('connection', () => (this.connections += 1));
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.goesDown();
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await textOf(request).catch(() => undefined);
    if (text === undefined) return;
    const { url: path = '', headers } = request;
    const received: Received = { path, body: parsed(text), text, headers, at: Date.now(), status: null };
    this.received.push(received);
    this.#serveWaiters();
    const reaction = await this.#reacts(received);
    if (reaction === 'hang' || response.destroyed) return;
    answer(response, reaction);
    received.status = response.statusCode;
    this.#serveWaiters();
  }

  /** Serves pending waits from the received callbacks, oldest wait first. */
  #serveWaiters(): void {
    for (const waiter of this.#waiters) {
      const found = this.received.find((received) => waiter.fits(received));
      if (found) waiter.take(found);
    }
  }

  #complaint(which: Which, timeoutMs: number): string {
    const wanted = typeof which === 'string' ? `a callback to …${which}` : 'the expected callback';
    const list = this.received.map(
      (it) => `${it.path} ${it.text} → ${it.status ?? 'no answer'}${this.#taken.has(it) ? ' (taken)' : ''}`,
    );
    const arrived = list.length === 0 ? 'Nothing arrived.' : `What did arrive:\n${list.join('\n')}`;
    return `The backend did not receive ${wanted} within ${timeoutMs} ms. ${arrived}`;
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function answer(response: ServerResponse, reaction: Exclude<Reaction, 'hang'>): void {
  const {
    status,
    headers = {},
    body = '{}',
    trickles = false,
  } = typeof reaction === 'number' ? { status: reaction } : reaction;
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  if (!trickles) {
    response.end(body);
    return;
  }
  const faucet = setInterval(() => response.write(' '), TRICKLE_MS);
  response.on('close', () => clearInterval(faucet));
}
