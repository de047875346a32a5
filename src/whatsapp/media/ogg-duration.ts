import { open } from 'node:fs/promises';

/** The maximum length of a page in an Ogg file (RFC 3533), so the last one begins within it. */
const LONGEST_PAGE_BYTES = 65_307;
const PAGE_MARK = Buffer.from('OggS');
/** The offset at which a page says how many samples have been played at its end. */
const POSITION_AT = 6;
/** Opus counts samples at 48 kHz, whatever the sample rate of the recording (RFC 7845). */
const SAMPLES_PER_SECOND = 48_000;

/** Returns how many whole seconds a voice note plays, at least one; `null` when the file does not say. */
export async function oggSeconds(path: string): Promise<number | null> {
  const samples = lastPosition(await endOf(path));
  return samples === undefined ? null : Math.max(1, Math.round(samples / SAMPLES_PER_SECOND));
}

async function endOf(path: string): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const length = Math.min(size, LONGEST_PAGE_BYTES);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

function lastPosition(bytes: Buffer): number | undefined {
  const at = bytes.lastIndexOf(PAGE_MARK);
  if (at < 0 || bytes.length < at + POSITION_AT + 8) return undefined;
  const position = bytes.readBigInt64LE(at + POSITION_AT);
  return position > 0n ? Number(position) : undefined;
}
