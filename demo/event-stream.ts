import { type ServerResponse } from 'node:http';

/** Tells all open pages what happens, as server-sent events. */
export class EventStream {
  readonly #pages = new Set<ServerResponse>();

  /** Adds a page; `first` is what it is told at once. */
  open(response: ServerResponse, first: readonly (readonly [event: string, data: unknown])[]): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    for (const [event, data] of first) response.write(encode(event, data));
    this.#pages.add(response);
    response.once('close', () => this.#pages.delete(response));
  }

  /** Tells every page. */
  tell(event: string, data: unknown): void {
    for (const page of this.#pages) page.write(encode(event, data));
  }
}

function encode(event: string, data: unknown): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
