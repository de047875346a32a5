import { type PhoneNumber } from './address.ts';
import { type SessionId } from './session-id.ts';

/** A callback that tells of somebody whose number WhatsApp has not told yet. */
export interface AwaitedNumber {
  /** Of whom it tells, `…@lid`. */
  lid: string;
  /** The webhookId of the callback, and that of the one which will tell it once more, with the number. */
  told: string;
  again: string;
  /** The webhookId of a callback that makes it needless to tell it once more. */
  unless: string | null;
}

/** The numbers of LIDs, as WhatsApp told them. */
export type Numbers = ReadonlyMap<string, PhoneNumber>;

/** Whose number the backend was told not to be known, and is told when it becomes known; for two weeks. */
export interface AwaitedNumberStore {
  /** The LIDs whose numbers are awaited in this session. */
  of(sessionId: SessionId): Promise<string[]>;
  /**
   * These became known. What the backend can not have seen yet is changed where it waits; what it may have seen is told once
   * more under a key of its own. What we sent to them has the number too from here on. All in one transaction.
   */
  known(sessionId: SessionId, numbers: Numbers): Promise<void>;
}
