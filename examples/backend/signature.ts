import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** The headers of the Standard Webhooks specification, and the raw body. */
export interface SignedRequest {
  id: string | undefined;
  timestamp: string | undefined;
  signature: string | undefined;
  body: Buffer;
}

const TOLERANCE_S = 5 * 60;

/** Whether the orchestrator signed this request with `CALLBACK_SECRET`, within the last five minutes. */
export function isSigned({ id, timestamp, signature, body }: SignedRequest, secret: string, nowMs: number): boolean {
  if (!id || !timestamp || !signature) return false;
  // Every delivery attempt is signed anew, so an old signature means a replay attack.
  if (!(Math.abs(nowMs / 1000 - Number(timestamp)) <= TOLERANCE_S)) return false;
  const expected = createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.`).update(body).digest();
  // During the rotation of a secret there are two signatures, separated by a space.
  return signature.split(' ').some((one) => one.startsWith('v1,') && isEqual(one.slice('v1,'.length), expected));
}

/** Decodes `whsec_<base64>`; uses any other secret as it is. */
function keyOf(secret: string): Buffer {
  return secret.startsWith('whsec_') ? Buffer.from(secret.slice('whsec_'.length), 'base64') : Buffer.from(secret);
}

/** Compares in constant time, to prevent timing attacks. */
function isEqual(signature: string, expected: Buffer): boolean {
  const actual = Buffer.from(signature, 'base64');
  return actual.length === expected.length && timingSafeEqual(actual, expected);
}

/** Whether the `Authorization` header contains this key. Compares in constant time. */
export function hasKey(authorization: string | undefined, key: string): boolean {
  // Hashes have equal lengths, which timingSafeEqual requires.
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(authorization ?? ''), hash(`Bearer ${key}`));
}
