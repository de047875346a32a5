import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

import { type Callback, type CallbackName, callbackName, describe } from './callback.ts';
import { close, HOST, listen } from './listen.ts';
import { type Deadline, until } from './until.ts';
import { type SharedSecrets, WebhookVerifier } from './webhook-verifier.ts';

/** Selects a callback. */
export type Match = (callback: Callback) => boolean;

/** The demo's main backend: accepts the five callbacks, verifies each one and keeps them in order of arrival. */
export class Backend {
  readonly callbacks: Callback[] = [];
  readonly #verifier: WebhookVerifier;
  readonly #listeners = new Set<(callback: Callback) => void>();
  #server: Server | undefined;
  #port = 0;

  constructor(secrets: SharedSecrets) {
    this.#verifier = new WebhookVerifier(secrets);
  }

  /** The base URL, the same before and after a stop. */
  get url(): string {
    return `http://${HOST}:${this.#port}`;
  }

  get isRunning(): boolean {
    return this.#server?.listening ?? false;
  }

  /** Starts listening, on the same port as before. */
  async start(): Promise<void> {
    if (this.#server) return;
    const server = createServer((request, response) => void this.#handle(request, response));
    this.#server = server;
    this.#port = await listen(server, this.#port);
  }

  /** Stops listening: new connections are refused. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server) await close(server);
  }

  /** Calls `listener` with every callback from now on. Returns a function that unsubscribes it. */
  onCallback(listener: (callback: Callback) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Resolves with the first callback of this name that matches, whether it is already here or still to come. */
  next(name: CallbackName, matches: Match = () => true, deadline?: Partial<Deadline>): Promise<Callback> {
    const find = (): Callback | undefined =>
      this.callbacks.find((callback) => callback.name === name && matches(callback));
    return until(find, { what: `the webhook ${name}`, ...deadline });
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const name = request.method === 'POST' ? callbackName(request.url) : undefined;
      if (name) this.#accept(name, request.headers as Callback['headers'], await text(request));
      response.writeHead(name ? 200 : 404, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ success: name !== undefined }));
    } catch {
      // The body is not JSON, or the connection broke: the orchestrator retries.
      response.writeHead(400).end();
    }
  }

  #accept(name: CallbackName, headers: Callback['headers'], content: string): void {
    const body = JSON.parse(content) as Callback['body'];
    const callback: Callback = {
      ...{ count: this.callbacks.length + 1, name, headers, body },
      receivedAt: new Date().toISOString(),
      ...this.#verifier.verify({ name, headers, text: content, body }),
      summary: describe(name, body),
    };
    this.callbacks.push(callback);
    for (const listener of this.#listeners) listener(callback);
  }
}
