import type { NewCallback, NewFurtherEvent } from '../../../ports/callbacks.ts';

/** The JSON of an event's body, with what it tells of its session behind it. */
export function toldBody({ event, session }: Pick<NewCallback | NewFurtherEvent, 'event' | 'session'>): string {
  return JSON.stringify(session ? { ...event.body, ...session } : event.body);
}
