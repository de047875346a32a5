import type { SessionId } from '../domain/session-id.ts';

/** What is stored of people, in whichever sessions, also those of other nodes: it is only read and removed here. */
export interface PeopleStore {
  /** Lets this process read what these sessions have stored, whoever runs them. */
  makeReadable(sessionIds: readonly SessionId[]): Promise<void>;
  /**
   * Removes what these sessions have stored of a person with these names (numbers, and `…@lid`): the conversation and what they wrote in
   * groups, and what else has their name.
   */
  forget(sessionIds: readonly SessionId[], names: readonly string[]): Promise<ForgottenRows>;
  /** Removes scheduled messages, whatever their state. Returns how many there were. */
  removeScheduled(sessionId: SessionId, messageIds: readonly string[]): Promise<number>;
}

/** How many rows of a person were removed. */
export interface ForgottenRows {
  /** Of the history. */
  messages: number;
  /** Messages that were sent to them in the last two weeks. */
  sent: number;
  /** Names, disappearing timers, votes, and that there was a conversation. */
  others: number;
}
