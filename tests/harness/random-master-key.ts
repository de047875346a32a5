import { randomBytes } from 'node:crypto';

/** A master key as `openssl rand -hex 32` makes it. */
export function randomMasterKey(): string {
  return randomBytes(32).toString('hex');
}
