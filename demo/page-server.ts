import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

import type { Callback } from './callback.ts';
import { Chat } from './chat.ts';
import { EventStream } from './event-stream.ts';
import { close, listen } from './listen.ts';
import { sendFile } from './page-files.ts';
import { mediaHeaders, PAGE_HEADERS } from './page-headers.ts';
import { proxy } from './proxy.ts';
import { sendBytes } from './send-bytes.ts';
import { snapshot } from './snapshot.ts';
import { type ActionInput, actionNamed } from './stage-actions.ts';
import type { Stage } from './stage.ts';

const SNAPSHOT_INTERVAL_MS = 100;

/** Serves the page, its event stream and its buttons, and proxies its requests to the orchestrator. */
export class PageServer {
  readonly #stage: Stage;
  readonly #chat: Chat;
  readonly #events = new EventStream();
  readonly #server: Server;
  #timer: NodeJS.Timeout | undefined;
  #lastSnapshot = '';

  constructor(stage: Stage) {
    this.#stage = stage;
    this.#chat = new Chat(stage.customer, stage.shop);
    this.#server = createServer((request, response) => void this.#handle(request, response));
    stage.backend.onCallback((callback) => this.#events.broadcast('callback', forPage(callback)));
  }

  /** Starts on `port`, or on any free port for 0. Resolves with the actual port; rejects with the error of `listen`. */
  async start(port: number): Promise<number> {
    const actualPort = await listen(this.#server, port);
    this.#timer = setInterval(() => this.#broadcastChanges(), SNAPSHOT_INTERVAL_MS);
    return actualPort;
  }

  /** Closes the server and the event stream of every open page. */
  close(): Promise<void> {
    clearInterval(this.#timer);
    return close(this.#server);
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      if (isForeign(request)) response.writeHead(403).end();
      else await this.#route(request, response, request.url ?? '/');
    } catch (error) {
      sendJson(response, { success: false, message: error instanceof Error ? error.message : String(error) });
    }
  }

  async #route(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const below = (folder: string): string | undefined =>
      path.startsWith(folder) ? path.slice(folder.length) : undefined;
    const apiPath = below('/orchestrator');
    const messageId = below('/chat/');
    if (apiPath?.startsWith('/')) await proxy(this.#stage.api, apiPath, request, response);
    else if (request.method === 'POST') await this.#act(request, response, below('/stage/') ?? '');
    else if (path === '/events') this.#events.open(response, this.#backlog());
    else if (messageId !== undefined) await this.#openFile(messageId, request, response);
    else await sendFile(path, response);
  }

  async #act(request: IncomingMessage, response: ServerResponse, name: string): Promise<void> {
    const act = actionNamed(name);
    if (!act) throw new Error(`Unknown button: ${name}.`);
    await act(this.#stage, this.#chat, JSON.parse((await text(request)) || '{}') as ActionInput);
    sendJson(response, { success: true });
  }

  /** Sends the file of a message as the customer's phone opens it. */
  async #openFile(id: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const file = await this.#chat.file(id);
    if (file) sendBytes(request, response, file.bytes, mediaHeaders(file.mimetype));
    else response.writeHead(404, PAGE_HEADERS).end();
  }

  #backlog(): [string, unknown][] {
    const callbacks = this.#stage.backend.callbacks.map((each): [string, unknown] => ['callback', forPage(each)]);
    return [['stage', snapshot(this.#stage, this.#chat)], ...callbacks];
  }

  #broadcastChanges(): void {
    const current = snapshot(this.#stage, this.#chat);
    const json = JSON.stringify(current);
    if (json === this.#lastSnapshot) return;
    this.#lastSnapshot = json;
    this.#events.broadcast('stage', current);
  }
}

/** Whether a request comes from another site in the same browser, which must not control the demo. */
export function isForeign({ headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site'] ?? 'none';
  return !/^(127\.0\.0\.1|localhost):\d+$/.test(headers.host ?? '') || !['none', 'same-origin'].includes(site);
}

/** A callback with its authorization header masked. */
function forPage(callback: Callback): Callback {
  return { ...callback, headers: { ...callback.headers, authorization: 'Bearer ••••••••' } };
}

function sendJson(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { ...PAGE_HEADERS, 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
