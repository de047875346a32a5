import { type Person } from '../domain/person.ts';

/** Says on the timeline that somebody registered anew. */
export function newIdentityOf({ number, lid }: Person): string {
  return `${number ?? lid ?? ''} has a new security code: a new phone, a new installation, or another person with that number.`;
}
