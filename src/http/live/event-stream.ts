import { type Response } from 'express';
import { type SessionId } from '../../domain/session-id.ts';
import { type Clock } from '../../kit/clock.ts';
import { type Caller, maySee } from '../access/caller.ts';
import { contextOf } from '../request-context.ts';

/** How much may wait for a reader, beside the snapshot that he begins with. */
const BACKLOG_BYTES = 1024 * 1024;
/** How long a reader has to take what is left, once nothing more comes. */
const GOODBYE_MS = 1_000;

const HEADERS = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  // Proxies would otherwise collect what is to be seen at once.
  'X-Accel-Buffering': 'no',
};

/** An event in the words of Server-Sent Events. */
export function eventText(name: string, data: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

/**
 * One reader of live events. One who takes too little is cut off, and so is one whose key or token is worth nothing any
 * more: he connects again, or cannot.
 */
export class EventStream {
  readonly caller: Caller;
  /** Resolves when the line is closed, by whichever side. */
  readonly closed: Promise<void>;
  readonly #res: Response;
  readonly #clock: Clock;
  #boundBytes = BACKLOG_BYTES;
  #isOver = false;

  constructor(res: Response, caller: Caller, clock: Clock) {
    this.#res = res;
    this.caller = caller;
    this.#clock = clock;
    this.closed = new Promise((resolve) => {
      res.once('close', () => {
        this.#isOver = true;
        resolve();
      });
    });
  }

  /** Answers the request with this to begin with. */
  begin(snapshot: string): void {
    this.#res.status(200).set(HEADERS);
    this.#boundBytes += Buffer.byteLength(snapshot);
    this.write(snapshot);
    if (this.#res.req.method === 'HEAD') this.end();
  }

  /** Whether the reader may know of this session now. */
  shows(sessionId: SessionId): boolean {
    return maySee(this.caller, sessionId);
  }

  /** Tells the reader; whatever it is, it is a whole event or comment. */
  write(text: string): void {
    if (this.#isOver) return;
    if (this.caller.isOver()) this.end();
    else if (this.#res.writableLength > this.#boundBytes) this.#drop();
    else this.#res.write(text);
  }

  /** Nothing more comes. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const patience = this.#clock.after(GOODBYE_MS, () => this.#res.destroy());
    void this.closed.then(() => patience.cancel());
    this.#res.end();
  }

  #drop(): void {
    this.#isOver = true;
    contextOf(this.#res).log.info('a reader of live events is too slow, and is cut off');
    this.#res.destroy();
  }
}
