import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { end, listen, urlOf } from './local-server.ts';
import { sharedNowMs } from './usage.ts';

/** The fields of a callback that the backend reads. */
interface Body {
  session_id: string;
  message_id?: string;
}

const ANSWER = '{"success":true}';

/** A main backend that accepts callbacks at once, or rejects all of them with 503, and records what arrives. */
export class Backend implements AsyncDisposable {
  /** The arrival of each message, by message id, in ms of the shared clock. */
  readonly arrivals = new Map<string, number>();
  /** Whether it accepts callbacks. */
  isHealthy = true;
  /** The number of accepted callbacks. */
  accepted = 0;
  readonly #server: Server;
  readonly #connected = new Set<string>();
  readonly #waiters = new Set<() => void>();

  private constructor() {
    this.#server = createServer((request, response) => void this.#handle(request, response));
  }

  static async start(): Promise<Backend> {
    const backend = new Backend();
    await listen(backend.#server);
    return backend;
  }

  get url(): string {
    return urlOf(this.#server);
  }

  /** Resolves once the session is reported as connected. */
  untilConnected(sessionId: string): Promise<void> {
    return this.until(() => this.#connected.has(sessionId));
  }

  /** Resolves once `condition` holds. It is checked after each accepted callback. */
  until(condition: () => boolean): Promise<void> {
    if (condition()) return Promise.resolve();
    return new Promise((resolve) => {
      const check = (): void => {
        if (!condition()) return;
        this.#waiters.delete(check);
        resolve();
      };
      this.#waiters.add(check);
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return end(this.#server);
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const received = await text(request).catch(() => undefined);
    const atMs = sharedNowMs();
    if (received === undefined) return;
    if (!this.isHealthy) {
      response.writeHead(503).end();
      return;
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end(ANSWER);
    this.accepted += 1;
    const { session_id: sessionId, message_id: messageId } = JSON.parse(received) as Body;
    const path = request.url ?? '';
    if (path.endsWith('new-session-connected')) this.#connected.add(sessionId);
    if (path.endsWith('messages/received') && messageId !== undefined) this.arrivals.set(messageId, atMs);
    for (const check of this.#waiters) check();
  }
}
