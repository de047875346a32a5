import { jidOfNumber } from '../../domain/address.ts';
import type { ForgottenRows } from '../../ports/people.ts';

/** The columns that name a person, as table and column, by what is told of them. */
export const NAMED_IN = {
  messages: [
    ['kept_messages', 'chat'],
    ['kept_messages', 'author'],
  ],
  sent: [
    ['sent_messages', 'recipient'],
    ['sent_messages', 'to_number'],
  ],
  others: [
    ['contact_names', 'person'],
    ['chat_timers', 'chat'],
    ['labeled_items', 'chat'],
    ['join_requests', 'person'],
    ['conversations', 'peer'],
    ['poll_votes', 'voter'],
  ],
} as const satisfies Record<keyof ForgottenRows, readonly (readonly [table: string, column: string])[]>;

/** Every name under which rows may have a person: as they are given, and as JIDs. */
export function allNames(names: readonly string[]): string[] {
  return [...new Set(names.flatMap((name) => (name.includes('@') ? [name] : [name, jidOfNumber(name)])))];
}

/** Adds up what was removed of a person, in the order of the tables. */
export function forgotten(
  messages: readonly number[],
  sent: readonly number[],
  others: readonly number[],
): ForgottenRows {
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
  return { messages: sum(messages), sent: sum(sent), others: sum(others) };
}
