import { MediaRefusal } from './media-refusal.ts';

/** The requested bytes of a file. */
export interface ByteRange {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
  /** Whether the whole file is requested, without a range. */
  readonly whole: boolean;
}

/**
 * Parses a `Range` header with a single range; no header means the whole file. Throws a MediaRefusal 416 on anything
 * else.
 */
export function readRange(header: string | undefined, length: number): ByteRange {
  if (header === undefined) return { start: 0, end: length, whole: true };
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header) ?? [];
  if (first === undefined || last === undefined || first + last === '') throw refusal(length);
  const start = first === '' ? Math.max(length - Number(last), 0) : Number(first);
  const end = first === '' || last === '' ? length : Math.min(Number(last) + 1, length);
  if (start >= end) throw refusal(length);
  return { start, end, whole: false };
}

function refusal(length: number): MediaRefusal {
  return new MediaRefusal(416, `The Range selects none of the file's ${length} bytes.`);
}
