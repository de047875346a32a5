import { BadAnswerError } from './bad-answer.ts';

/** Of each line, and of all lines behind the last chunk. */
const MAX_LINE_BYTES = 4096;
const NEWLINE = '\r\n';
const SIZE = /^([\da-f]{1,8})(?:;|$)/i;

/** A body in chunks (RFC 9112, 7.1). The fields behind the last one are discarded, too. */
export class ChunkedBody {
  readonly isEndedByClose = false;
  readonly #maxBytes: number;
  #bytes = 0;
  /** What is missing of the current chunk; 0 between chunks. */
  #missing = 0;
  /** The beginning of a line. */
  #line = '';
  /** What the line that is awaited says. */
  #awaited: 'size' | 'end of a chunk' | 'field' = 'size';
  #fieldBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /**
   * Takes what arrived next. Returns how much of it belongs to the body once that is complete, else `null`.
   * @throws BadAnswerError
   */
  take(text: string): number | null {
    let at = 0;
    while (at < text.length) {
      const taken = Math.min(this.#missing, text.length - at);
      this.#missing -= taken;
      at += taken;
      if (this.#missing > 0 || at === text.length) return null;
      const end = text.indexOf('\n', at) + 1;
      const isLast = this.#takeLine(text.slice(at, end === 0 ? undefined : end));
      if (end === 0) return null;
      if (isLast) return end;
      at = end;
    }
    return null;
  }

  /** Takes a line or a part of one. Returns whether it is the last of the body. */
  #takeLine(part: string): boolean {
    this.#line += part;
    if (this.#line.length > MAX_LINE_BYTES) throw new BadAnswerError();
    if (!this.#line.endsWith('\n')) return false;
    if (!this.#line.endsWith(NEWLINE)) throw new BadAnswerError();
    const line = this.#line.slice(0, -NEWLINE.length);
    this.#line = '';
    if (this.#awaited === 'field') return this.#field(line);
    if (this.#awaited === 'size') this.#begin(line);
    else if (line === '') this.#awaited = 'size';
    else throw new BadAnswerError();
    return false;
  }

  #begin(line: string): void {
    const [, size] = SIZE.exec(line) ?? [];
    if (size === undefined) throw new BadAnswerError();
    this.#missing = Number.parseInt(size, 16);
    this.#bytes += this.#missing;
    if (this.#bytes > this.#maxBytes) throw new BadAnswerError();
    this.#awaited = this.#missing > 0 ? 'end of a chunk' : 'field';
  }

  #field(line: string): boolean {
    this.#fieldBytes += line.length;
    if (this.#fieldBytes > MAX_LINE_BYTES) throw new BadAnswerError();
    return line === '';
  }
}
