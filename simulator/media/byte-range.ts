import { MediaRefusal } from './media-refusal.ts';

/** Which bytes of a file are asked for. */
export interface ByteRange {
  readonly start: number;
  /** One behind the last byte. */
  readonly end: number;
  /** Whether no part was named. */
  readonly whole: boolean;
}

/** Reads a `Range` header that names one part; without one it is all. Throws a MediaRefusal 416 on anything else. */
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
  return new MediaRefusal(416, `The file has ${length} bytes, and the Range names none of them.`);
}
