import { randomBytes } from 'node:crypto';

/** A new message id, as Android makes them. */
export function newMessageId(): string {
  return `A5${randomBytes(15).toString('hex').toUpperCase()}`;
}
