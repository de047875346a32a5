import type { Socket } from 'node:net';
import type { Clock, Timer } from '../../kit/clock.ts';
import { type Answer, AnswerReader } from './answer-reader.ts';
import { BadAnswerError } from './bad-answer.ts';

/** The end of an exchange, which never rejects. */
export type Exchanged =
  | { kind: 'answered'; answer: Answer }
  /** `hasConnected`: there was a connection, so that something may have arrived. */
  | { kind: 'failed'; error: Error; hasConnected: boolean };

/** How long an exchange may take. */
export interface Deadline {
  clock: Clock;
  /** From its beginning to the last byte of the response, with whatever it takes to connect. */
  timeoutMs: number;
}

/** What Node's own client takes off the time for which a receiver keeps a connection: the next request is under way for a while. */
const CLOSING_EARLY_MS = 1_000;

/** No complete response came in time. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
}

/** The connection ended before a response began: what Node's own client reports. */
class HangUpError extends Error {
  override readonly name = 'HangUpError';
  readonly code = 'ECONNRESET';
}

/** An exchange that goes on. */
interface Exchange {
  reader: AnswerReader;
  deadline: Timer;
  settle: (end: Exchanged) => void;
}

/** A connection to a receiver, for one exchange after the other. */
export class Connection {
  readonly #socket: Socket;
  #exchange: Exchange | undefined;
  #hasConnected = false;
  #isUsable = true;
  #usableUntilMs = Number.POSITIVE_INFINITY;

  /** `connects` is what the socket emits once nothing but the receiver can fail: neither our file descriptors nor the way to it. */
  constructor(socket: Socket, connects: 'connect' | 'secureConnect') {
    this.#socket = socket;
    socket.once(connects, () => {
      this.#hasConnected = true;
    });
    socket.on('data', (piece: Buffer) => this.#read(piece));
    socket.on('end', () => this.#ended());
    socket.on('error', (error) => this.#fail(this.#exchange?.reader.hasBegun ? new BadAnswerError() : error));
    socket.on('close', () => this.#ended());
  }

  /** Whether the next exchange can use it: the receiver has not closed it, and will not do so right now, as far as it said. */
  isUsableAt(monotonicMs: number): boolean {
    return this.#isUsable && monotonicMs < this.#usableUntilMs;
  }

  /** Sends a request, also while the connection is being made, and waits for the response. */
  exchange(request: Buffer, { clock, timeoutMs }: Deadline): Promise<Exchanged> {
    return new Promise((resolve) => {
      const settle = (end: Exchanged): void => {
        this.#exchange?.deadline.cancel();
        this.#exchange = undefined;
        if (end.kind === 'answered') this.#keep(end.answer, clock);
        else this.destroy();
        resolve(end);
      };
      const deadline = clock.after(timeoutMs, () => this.#fail(new DeadlineError()));
      this.#exchange = { reader: new AnswerReader(), deadline, settle };
      this.#socket.ref();
      this.#socket.write(request);
    });
  }

  /** Closes it at once. */
  destroy(): void {
    this.#isUsable = false;
    this.#socket.destroy();
  }

  /** Until the next exchange, it does not keep the process alive. */
  #keep({ isReusable, keptSeconds }: Answer, clock: Clock): void {
    if (!isReusable || this.#socket.writableLength > 0) {
      this.destroy();
      return;
    }
    if (keptSeconds !== null) this.#usableUntilMs = clock.monotonic() + keptSeconds * 1000 - CLOSING_EARLY_MS;
    this.#socket.unref();
  }

  #read(piece: Buffer): void {
    if (!this.#exchange) {
      // Nobody asked.
      this.destroy();
      return;
    }
    const { reader, settle } = this.#exchange;
    try {
      if (reader.read(piece)) settle({ kind: 'answered', answer: reader.answer() });
    } catch (error) {
      this.#fail(error as BadAnswerError);
    }
  }

  #ended(): void {
    this.#isUsable = false;
    if (!this.#exchange) {
      this.#socket.destroy();
      return;
    }
    const { reader, settle } = this.#exchange;
    if (reader.end()) settle({ kind: 'answered', answer: reader.answer() });
    else this.#fail(reader.hasBegun ? new BadAnswerError() : new HangUpError());
  }

  #fail(error: Error): void {
    this.#exchange?.settle({ kind: 'failed', error, hasConnected: this.#hasConnected });
  }
}
