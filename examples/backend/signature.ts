import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** The headers of the Standard Webhooks specification, and the body byte for byte as it came. */
export interface SignedRequest {
  id: string | undefined;
  timestamp: string | undefined;
  signature: string | undefined;
  body: Buffer;
}

const TOLERANCE_S = 5 * 60;

/** Whether the orchestrator signed this with `CALLBACK_SECRET`, and not longer than five minutes ago. */
export function isSigned({ id, timestamp, signature, body }: SignedRequest, secret: string, nowMs: number): boolean {
  if (!id || !timestamp || !signature) return false;
  // Each try is signed anew, so an old signature is somebody who plays back what he has overheard.
  if (!(Math.abs(nowMs / 1000 - Number(timestamp)) <= TOLERANCE_S)) return false;
  const expected = createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.`).update(body).digest();
  // While one secret takes the place of another there are two signatures, with a space between.
  return signature.split(' ').some((one) => one.startsWith('v1,') && isSame(one.slice('v1,'.length), expected));
}

/** `whsec_` and base64, or any other text as it is. */
function keyOf(secret: string): Buffer {
  return secret.startsWith('whsec_') ? Buffer.from(secret.slice('whsec_'.length), 'base64') : Buffer.from(secret);
}

/** In the same time wherever they differ: how long it takes must not help anybody to guess. */
function isSame(signature: string, expected: Buffer): boolean {
  const given = Buffer.from(signature, 'base64');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** Whether the header `Authorization` shows this key, compared in the same time wherever the two differ. */
export function showsKey(authorization: string | undefined, key: string): boolean {
  // Hashes are equally long, which what is shown need not be.
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(authorization ?? ''), hash(`Bearer ${key}`));
}
