import { randomBytes } from 'node:crypto';

/** Generates a master key like `openssl rand -hex 32`. */
export function randomMasterKey(): string {
  return randomBytes(32).toString('hex');
}
