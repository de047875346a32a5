import { type Person } from '../domain/person.ts';

/** What the timeline says of somebody whose keys are others now. */
export function newIdentityOf({ number, lid }: Person): string {
  return `${number ?? lid ?? ''} has a new security code: a new phone, a new installation, or another person with that number.`;
}
