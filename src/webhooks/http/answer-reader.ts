import { type AnswerBody, bodyOf } from './answer-body.ts';
import { type AnswerHead, headOf } from './answer-head.ts';
import { BadAnswerError } from './bad-answer.ts';

/** What counts of a response whose body has been read to the end. */
export interface Answer {
  status: number;
  /** As they came; `undefined` when they are missing. */
  date: string | undefined;
  retryAfter: string | undefined;
  /** For how long the receiver keeps the connection open, in seconds; `null` when it does not say. */
  keptSeconds: number | null;
  /** Whether the connection can carry another request. */
  isReusable: boolean;
}

/** As much as Node's own client takes. */
const MAX_HEAD_BYTES = 16 * 1024;
const END = '\r\n\r\n';
const BEGINNING = 'HTTP/1.';
/** Some servers end an earlier response with one too many. */
const EMPTY_LINES = /^(?:\r\n)*(?:\r$)?/;
const BARE_NEWLINE = /(?:^|[^\r])\n/;
const CLOSES = /(?:^|,)\s*close\s*(?:,|$)/i;
const KEPT = /(?:^|,)\s*timeout=(\d{1,9})/i;

/**
 * Reads one response to a POST from what arrives on a connection: strictly, and never more than 16 KiB of its head and 64 KiB of its
 * body, which is discarded. Whoever answers is a stranger.
 */
export class AnswerReader {
  #text = '';
  #head: AnswerHead | undefined;
  #body: AnswerBody | undefined;
  #hasMore = false;

  /** Whether the head has arrived. */
  get hasBegun(): boolean {
    return this.#head !== undefined;
  }

  /**
   * Takes what arrived next. Returns whether the response is complete.
   * @throws BadAnswerError
   */
  read(piece: Buffer): boolean {
    const text = piece.toString('latin1');
    if (this.#body) return this.#readBody(this.#body, text);
    this.#text += text;
    return this.#readHead();
  }

  /** The connection has ended. Returns whether that is the end of the response. */
  end(): boolean {
    return this.#body?.isEndedByClose ?? false;
  }

  /** The response, once it is complete. */
  answer(): Answer {
    if (!this.#head) throw new BadAnswerError();
    const { status, isOld, fields } = this.#head;
    const isClosing = CLOSES.test(fields.get('connection') ?? '');
    const [, kept] = KEPT.exec(fields.get('keep-alive') ?? '') ?? [];
    return {
      status,
      date: fields.get('date'),
      retryAfter: fields.get('retry-after'),
      keptSeconds: kept === undefined ? null : Number(kept),
      isReusable: !isOld && !isClosing && !this.#hasMore && this.#body?.isEndedByClose === false,
    };
  }

  #readHead(): boolean {
    const text = this.#text.replace(EMPTY_LINES, '');
    const end = text.indexOf(END);
    const lines = end === -1 ? text : text.slice(0, end);
    if (!mayBeHead(lines)) throw new BadAnswerError();
    if (end === -1) return false;
    const head = headOf(lines);
    const rest = text.slice(end + END.length);
    // Another protocol: no answer will follow.
    if (head.status === 101) throw new BadAnswerError();
    if (head.status < 200) return this.#passOver(rest);
    this.#text = '';
    this.#head = head;
    this.#body = bodyOf(head);
    return this.#readBody(this.#body, rest);
  }

  /** A first response was only a sign of life. */
  #passOver(rest: string): boolean {
    this.#text = rest;
    return this.#readHead();
  }

  #readBody(body: AnswerBody, text: string): boolean {
    const taken = body.take(text);
    if (taken === null) return false;
    this.#hasMore = taken < text.length;
    return true;
  }
}

/** Whether these lines are, or begin, what a head could be. */
function mayBeHead(lines: string): boolean {
  const beginning = lines.slice(0, BEGINNING.length);
  return BEGINNING.startsWith(beginning) && lines.length <= MAX_HEAD_BYTES && !BARE_NEWLINE.test(lines);
}
