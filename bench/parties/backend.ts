import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { sharedNowMs } from './usage.ts';

/** The fields of callbacks that are looked at. */
interface Body {
  session_id: string;
  message_id?: string;
}

const ANSWER = '{"success":true}';

/** A main backend that answers at once, or refuses everything, and notes what came. */
export class Backend implements AsyncDisposable {
  /** When each message came, in ms of the shared clock, by its id. */
  readonly arrivals = new Map<string, number>();
  /** Whether it takes callbacks, or is in trouble. */
  isWell = true;
  /** How many callbacks it took. */
  taken = 0;
  readonly #server: Server;
  readonly #connected = new Set<string>();
  readonly #waiters = new Set<() => void>();

  private constructor() {
    this.#server = createServer((request, response) => void this.#take(request, response));
  }

  static async start(): Promise<Backend> {
    const backend = new Backend();
    backend.#server.listen(0, '127.0.0.1');
    await once(backend.#server, 'listening');
    return backend;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Resolves when the session is announced as connected. */
  untilConnected(sessionId: string): Promise<void> {
    return this.until(() => this.#connected.has(sessionId));
  }

  /** Resolves once `holds`, looked at after each callback that was answered. */
  until(holds: () => boolean): Promise<void> {
    if (holds()) return Promise.resolve();
    return new Promise((resolve) => {
      const look = (): void => {
        if (!holds()) return;
        this.#waiters.delete(look);
        resolve();
      };
      this.#waiters.add(look);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const received = await text(request).catch(() => undefined);
    const atMs = sharedNowMs();
    if (received === undefined) return;
    if (!this.isWell) {
      response.writeHead(503).end();
      return;
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end(ANSWER);
    this.taken += 1;
    const { session_id: sessionId, message_id: messageId } = JSON.parse(received) as Body;
    const path = request.url ?? '';
    if (path.endsWith('new-session-connected')) this.#connected.add(sessionId);
    if (path.endsWith('messages/received') && messageId !== undefined) this.arrivals.set(messageId, atMs);
    for (const look of this.#waiters) look();
  }
}
