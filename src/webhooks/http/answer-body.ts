import type { AnswerHead } from './answer-head.ts';
import { BadAnswerError } from './bad-answer.ts';
import { ChunkedBody } from './chunked-body.ts';

/** The body of a response while it arrives. What is longer than 64 KiB is refused. */
export interface AnswerBody {
  /** Whether the end of the connection is its end. */
  readonly isEndedByClose: boolean;
  /**
   * Takes what arrived next. Returns how much of it belongs to the body once that is complete, else `null`.
   * @throws BadAnswerError
   */
  take(text: string): number | null;
}

const MAX_BODY_BYTES = 64 * 1024;
const LENGTH = /^\d{1,15}$/;
const CHUNKED = /(?:^|,)\s*chunked$/i;
const NO_BODY: ReadonlySet<number> = new Set([204, 304]);

/**
 * The body that follows this head (RFC 9112, 6.3).
 * @throws BadAnswerError when it does not say where the body ends, or says it twice
 */
export function bodyOf({ status, fields }: AnswerHead): AnswerBody {
  const coding = fields.get('transfer-encoding');
  const length = fields.get('content-length');
  if (length !== undefined && (coding !== undefined || !LENGTH.test(length))) throw new BadAnswerError();
  if (NO_BODY.has(status)) return new SizedBody(0);
  if (coding !== undefined) return CHUNKED.test(coding) ? new ChunkedBody(MAX_BODY_BYTES) : new RestBody();
  if (length === undefined) return new RestBody();
  if (Number(length) > MAX_BODY_BYTES) throw new BadAnswerError();
  return new SizedBody(Number(length));
}

/** So many bytes. */
class SizedBody implements AnswerBody {
  readonly isEndedByClose = false;
  #missing: number;

  constructor(bytes: number) {
    this.#missing = bytes;
  }

  take({ length }: string): number | null {
    const taken = Math.min(length, this.#missing);
    this.#missing -= taken;
    return this.#missing === 0 ? taken : null;
  }
}

/** Everything until the connection ends. */
class RestBody implements AnswerBody {
  readonly isEndedByClose = true;
  #bytes = 0;

  take({ length }: string): null {
    this.#bytes += length;
    if (this.#bytes > MAX_BODY_BYTES) throw new BadAnswerError();
    return null;
  }
}
