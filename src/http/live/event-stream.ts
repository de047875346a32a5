import type { Response } from 'express';
import type { SessionId } from '../../domain/session-id.ts';
import type { Clock } from '../../kit/clock.ts';
import { type Caller, maySee } from '../access/caller.ts';
import { contextOf } from '../request-context.ts';

/** How much may be buffered for a client, in addition to its snapshot. */
const BACKLOG_BYTES = 1024 * 1024;
/** How long a client has to read what is left after the end. */
const FLUSH_MS = 1_000;

const HEADERS = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  // Keeps proxies from buffering events.
  'X-Accel-Buffering': 'no',
};

/** An event in the format of Server-Sent Events. */
export function eventText(name: string, data: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

/**
 * The stream of one client. What is written before `begin` is sent right after the snapshot. A client that reads too slowly
 * is disconnected and may reconnect; one whose key or token is no longer valid is disconnected too.
 */
export class EventStream {
  readonly caller: Caller;
  /** Resolves when the connection is closed, by either side. */
  readonly closed: Promise<void>;
  readonly #res: Response;
  readonly #clock: Clock;
  /** What was written before the snapshot; `undefined` once that is sent. */
  #early: string[] | undefined = [];
  #limitBytes = BACKLOG_BYTES;
  /** Whether there was anything that the client may see. */
  #hasShown = false;
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

  /** Starts the response with this snapshot. After {@link end} it is all that is sent. */
  begin(snapshot: string): void {
    if (this.#res.closed) return;
    const endsHere = this.#isOver || this.#res.req.method === 'HEAD';
    const text = snapshot + (this.#early?.join('') ?? '');
    this.#early = undefined;
    this.#isOver = false;
    this.#res.status(200).set(HEADERS);
    this.#limitBytes += Buffer.byteLength(text);
    this.write(text);
    if (endsHere) this.end();
  }

  /** Whether the client may see this session now: something of it is sent then. */
  shows(sessionId: SessionId): boolean {
    const may = maySee(this.caller, sessionId);
    this.#hasShown ||= may;
    return may;
  }

  /** The session that another node has created with the client's token, if nothing of it was sent: what happened first is missed. */
  takeOwed(): SessionId | undefined {
    const sessionId = this.#hasShown ? null : this.caller.token?.sessionId;
    this.#hasShown ||= typeof sessionId === 'string';
    return sessionId ?? undefined;
  }

  /** Sends one or more complete events or comments. */
  write(text: string): void {
    if (this.#isOver) return;
    if (this.#early) this.#early.push(text);
    else if (this.caller.isExpired()) this.end();
    else if (this.#res.writableLength > this.#limitBytes) this.#disconnect();
    else this.#res.write(text);
  }

  /** Sends nothing more. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (this.#early) return;
    const timer = this.#clock.after(FLUSH_MS, () => this.#res.destroy());
    void this.closed.then(() => timer.cancel());
    this.#res.end();
  }

  #disconnect(): void {
    this.#isOver = true;
    contextOf(this.#res).log.info('a client of live events reads too slowly and is disconnected');
    this.#res.destroy();
  }
}
