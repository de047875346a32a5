import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

import { type Callback, type CallbackName, callbackName, describe } from './callback.ts';
import { type Agreement, Inspection } from './inspection.ts';
import { close, HOST, listen } from './listen.ts';
import { type Deadline, until } from './until.ts';

/** Which callback is meant. */
export type Match = (callback: Callback) => boolean;

/** The main backend of the demo: takes the five callbacks, looks at each, and remembers them. */
export class Backend {
  readonly callbacks: Callback[] = [];
  readonly #inspection: Inspection;
  readonly #listeners = new Set<(callback: Callback) => void>();
  #server: Server | undefined;
  #port = 0;

  constructor(agreement: Agreement) {
    this.#inspection = new Inspection(agreement);
  }

  /** Where it is, up or down. */
  get url(): string {
    return `http://${HOST}:${this.#port}`;
  }

  get isUp(): boolean {
    return this.#server?.listening ?? false;
  }

  /** Starts, on the same port as before. */
  async up(): Promise<void> {
    if (this.#server) return;
    const server = createServer((request, response) => void this.#answer(request, response));
    this.#server = server;
    this.#port = await listen(server, this.#port);
  }

  /** Stops: connections are refused from now on. */
  async down(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server) await close(server);
  }

  /** Tells of every callback from now on; answers how to stop that. */
  onCallback(listener: (callback: Callback) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** The first callback of this name that matches, already here or still to come. */
  next(name: CallbackName, matches: Match = () => true, deadline?: Partial<Deadline>): Promise<Callback> {
    const find = (): Callback | undefined =>
      this.callbacks.find((callback) => callback.name === name && matches(callback));
    return until(find, { what: `The callback ${name}`, ...deadline });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const name = request.method === 'POST' ? callbackName(request.url) : undefined;
      if (name) this.#take(name, request.headers as Callback['headers'], await text(request));
      response.writeHead(name ? 200 : 404, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ success: name !== undefined }));
    } catch {
      // It was no JSON, or the connection broke: the orchestrator tries again.
      response.writeHead(400).end();
    }
  }

  #take(name: CallbackName, headers: Callback['headers'], content: string): void {
    const body = JSON.parse(content) as Callback['body'];
    const callback: Callback = {
      ...{ count: this.callbacks.length + 1, name, headers, body },
      receivedAt: new Date().toISOString(),
      ...this.#inspection.inspect({ name, headers, text: content, body }),
      line: describe(name, body),
    };
    this.callbacks.push(callback);
    for (const listener of this.#listeners) listener(callback);
  }
}
