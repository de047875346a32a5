import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

import { type Callback } from './callback.ts';
import { Chat } from './chat.ts';
import { EventStream } from './event-stream.ts';
import { giveBytes } from './give-bytes.ts';
import { close, listen } from './listen.ts';
import { sendFile } from './page-files.ts';
import { mediaHeaders, PAGE_HEADERS } from './page-headers.ts';
import { passOn } from './pass-on.ts';
import { snapshot } from './snapshot.ts';
import { type ActionInput, actionNamed } from './stage-actions.ts';
import { type Stage } from './stage.ts';

const LOOK_EVERY_MS = 100;

/** Serves the page and everything that it asks for: its events, the stage's buttons, and the orchestrator behind the key. */
export class PageServer {
  readonly #stage: Stage;
  readonly #chat: Chat;
  readonly #events = new EventStream();
  readonly #server: Server;
  #timer: NodeJS.Timeout | undefined;
  #told = '';

  constructor(stage: Stage) {
    this.#stage = stage;
    this.#chat = new Chat(stage.customer, stage.shop);
    this.#server = createServer((request, response) => void this.#answer(request, response));
    stage.backend.onCallback((callback) => this.#events.tell('callback', forPage(callback)));
  }

  /** Starts on `port`, 0 for any free one; resolves with the port. Rejects with the error of `listen`. */
  async start(port: number): Promise<number> {
    const taken = await listen(this.#server, port);
    this.#timer = setInterval(() => this.#tellChanges(), LOOK_EVERY_MS);
    return taken;
  }

  /** Ends, with every open page. */
  close(): Promise<void> {
    clearInterval(this.#timer);
    return close(this.#server);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      if (isForeign(request)) response.writeHead(403).end();
      else await this.#give(request, response, request.url ?? '/');
    } catch (error) {
      answer(response, { success: false, message: error instanceof Error ? error.message : String(error) });
    }
  }

  async #give(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const below = (folder: string): string | undefined =>
      path.startsWith(folder) ? path.slice(folder.length) : undefined;
    const asked = below('/orchestrator');
    const messageId = below('/chat/');
    if (asked?.startsWith('/')) await passOn(this.#stage.api, asked, request, response);
    else if (request.method === 'POST') await this.#act(request, response, below('/stage/') ?? '');
    else if (path === '/events') this.#events.open(response, this.#soFar());
    else if (messageId !== undefined) await this.#openFile(messageId, request, response);
    else await sendFile(path, response);
  }

  async #act(request: IncomingMessage, response: ServerResponse, name: string): Promise<void> {
    const act = actionNamed(name);
    if (!act) throw new Error(`There is no button ${name}.`);
    await act(this.#stage, this.#chat, JSON.parse((await text(request)) || '{}') as ActionInput);
    answer(response, { success: true });
  }

  /** The file of a message, as the customer's phone opens it. */
  async #openFile(id: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const file = await this.#chat.file(id);
    if (file) giveBytes(request, response, file.bytes, mediaHeaders(file.mimetype));
    else response.writeHead(404, PAGE_HEADERS).end();
  }

  #soFar(): [string, unknown][] {
    const callbacks = this.#stage.backend.callbacks.map((each): [string, unknown] => ['callback', forPage(each)]);
    return [['stage', snapshot(this.#stage, this.#chat)], ...callbacks];
  }

  #tellChanges(): void {
    const now = snapshot(this.#stage, this.#chat);
    const text = JSON.stringify(now);
    if (text === this.#told) return;
    this.#told = text;
    this.#events.tell('stage', now);
  }
}

/** Other pages in the same browser must not play with the demo. */
function isForeign({ headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site'] ?? 'none';
  return !/^(127\.0\.0\.1|localhost):\d+$/.test(headers.host ?? '') || !['none', 'same-origin'].includes(site);
}

/** A callback without the key that came with it. */
function forPage(callback: Callback): Callback {
  return { ...callback, headers: { ...callback.headers, authorization: 'Bearer ••••••••' } };
}

function answer(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { ...PAGE_HEADERS, 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
