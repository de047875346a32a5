import type { ServerResponse } from 'node:http';

/** Broadcasts server-sent events to every open page. */
export class EventStream {
  readonly #pages = new Set<ServerResponse>();

  /** Adds a page, and sends it the `backlog` of events first. */
  open(response: ServerResponse, backlog: readonly (readonly [event: string, data: unknown])[]): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    for (const [event, data] of backlog) response.write(encode(event, data));
    this.#pages.add(response);
    response.once('close', () => this.#pages.delete(response));
  }

  /** Sends an event to every open page. */
  broadcast(event: string, data: unknown): void {
    for (const page of this.#pages) page.write(encode(event, data));
  }
}

function encode(event: string, data: unknown): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
