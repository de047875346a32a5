import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { end, listen, urlOf } from '../parties/local-server.ts';
import { sharedNowMs } from '../parties/usage.ts';
import type { GatewayAdapter } from './adapter.ts';

const DEFAULT_ANSWER = '{"success":true}';

/** Receives the webhooks of one gateway, and records the texts in them. */
export class Receiver implements AsyncDisposable {
  /** The first arrival of each text, in ms of the shared clock. */
  readonly arrivals = new Map<string, number>();
  /** Every accepted text, in the order of arrival; a text that came twice is in it twice. */
  readonly accepted: string[] = [];
  /** Whether it closes every connection unanswered, as when nothing runs. */
  isDown = false;
  readonly #server: Server;
  readonly #adapter: GatewayAdapter;

  private constructor(adapter: GatewayAdapter) {
    this.#adapter = adapter;
    this.#server = createServer((request, response) => void this.#handle(request, response));
    this.#server.on('connection', (socket) => {
      if (this.isDown) socket.destroy();
    });
  }

  static async start(adapter: GatewayAdapter): Promise<Receiver> {
    const receiver = new Receiver(adapter);
    await listen(receiver.#server);
    return receiver;
  }

  get url(): string {
    return urlOf(this.#server);
  }

  /** Closes all connections, and every new one. */
  goDown(): void {
    this.isDown = true;
    this.#server.closeAllConnections();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return end(this.#server);
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const received = await text(request).catch(() => undefined);
    const atMs = sharedNowMs();
    if (received === undefined || this.isDown) return;
    response.writeHead(200, { 'content-type': 'application/json' }).end(this.#adapter.answer ?? DEFAULT_ANSWER);
    const content = this.#adapter.receivedText({ path: request.url ?? '', body: parsed(received) });
    if (content === undefined) return;
    this.accepted.push(content);
    if (!this.arrivals.has(content)) this.arrivals.set(content, atMs);
  }
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return undefined;
  }
}
