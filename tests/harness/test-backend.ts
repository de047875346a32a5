import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { type AddressInfo } from 'node:net';

/** A callback that arrived. */
export interface Received {
  path: string;

  body: any;
  /** The body as it was on the wire. */
  text: string;
  headers: IncomingHttpHeaders;
  /** Unix ms. */
  at: number;
  /** What it was answered; `null` as long as it was not. */
  status: number | null;
}

/** How the backend answers: with a status, or `hang` for never. */
export type Reaction =
  | number
  | 'hang'
  | {
      status: number;
      headers?: Record<string, string>;
      body?: string;
      /** The answer begins and then trickles, a byte every few ms, without an end. */
      trickles?: boolean;
    };

/** Decides the answer to one callback; it may take its time. */
export type Reacts = (received: Received) => Reaction | Promise<Reaction>;

/** Which callback is meant: the end of its path, or whatever the test wants. */
export type Which = string | ((received: Received) => boolean);

/** Somebody who waits for a callback. */
interface Waiter {
  fits: (received: Received) => boolean;
  take: (received: Received) => void;
}

const TRICKLE_MS = 5;

/** A main backend: a real HTTP server that takes callbacks and answers 200, until told otherwise. */
export async function startTestBackend(): Promise<TestBackend> {
  const backend = new TestBackend();
  await backend.comesUp();
  return backend;
}

/** See {@link startTestBackend}. */
export class TestBackend implements AsyncDisposable {
  /** Everything that came, in its order, whatever it was answered. */
  readonly received: Received[] = [];
  /** How many connections were made to it. */
  connections = 0;
  readonly #taken = new Set<Received>();
  readonly #waiters = new Set<Waiter>();
  #reacts: Reacts = () => 200;
  #server: Server | undefined;
  #port = 0;

  /** `http://127.0.0.1:<port>`; the same after it went down and came up. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Whether it listens. */
  get isUp(): boolean {
    return this.#server !== undefined;
  }

  /** What it has accepted (answered with 2xx), in order. */
  get accepted(): Received[] {
    return this.received.filter(({ status }) => status !== null && status >= 200 && status < 300);
  }

  /**
   * The next accepted callback that fits and was not taken before: it may be here already, or else is waited for.
   * With `evenRefused` also one that was answered with something else, or not yet.
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
      this.#lookAround();
    });
  }

  /** From now on answers so: with a status, `hang`, or what the function says for each callback. */
  answerWith(reaction: Reaction | Reacts): void {
    this.#reacts = typeof reaction === 'function' ? reaction : () => reaction;
  }

  /** Answers 200 again. */
  recovers(): void {
    this.answerWith(200);
  }

  /** Really stops to listen, and cuts what is open. */
  async goesDown(): Promise<void> {
    const server = this.#server;
    if (!server) return;
    this.#server = undefined;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  }

  /** Listens, on the port that it had before. */
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
    this.#lookAround();
    const reaction = await this.#reacts(received);
    if (reaction === 'hang' || response.destroyed) return;
    answer(response, reaction);
    received.status = response.statusCode;
    this.#lookAround();
  }

  /** Gives what is here to those who wait for it, in the order in which they asked. */
  #lookAround(): void {
    for (const waiter of this.#waiters) {
      const found = this.received.find((received) => waiter.fits(received));
      if (found) waiter.take(found);
    }
  }

  #complaint(which: Which, timeoutMs: number): string {
    const wanted = typeof which === 'string' ? `a callback to …${which}` : 'the callback that was asked for';
    const list = this.received.map(
      (it) => `${it.path} ${it.text} → ${it.status ?? 'no answer'}${this.#taken.has(it) ? ' (taken)' : ''}`,
    );
    const arrived = list.length === 0 ? 'Nothing arrived.' : `What did arrive:\n${list.join('\n')}`;
    return `The backend did not get ${wanted} within ${timeoutMs} ms. ${arrived}`;
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
