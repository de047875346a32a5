import { createHash } from 'node:crypto';
import type { Response } from 'express';

/** Content that is the same for everybody: all responses share its bytes, and a client that has them gets a 304. */
export interface FixedContent {
  bytes: Buffer;
  type: string;
  etag: string;
}

/** Prepares content of this media type, once. */
export function fixedContent(content: string | Buffer, type: string): FixedContent {
  const bytes = Buffer.from(content);
  return { bytes, type, etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 27)}"` };
}

/** Sends the content, or a 304. */
export function sendFixed(res: Response, { bytes, type, etag }: FixedContent): void {
  res.set({ 'Content-Type': type, ETag: etag, 'Cache-Control': 'no-cache' }).send(bytes);
}
