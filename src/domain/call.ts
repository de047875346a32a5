import type { Person } from './person.ts';

/** A one-to-one call that rings. */
export interface RingingCall {
  callId: string;
  caller: Person;
  isVideo: boolean;
  /** When it began, by WhatsApp's clock (Unix ms); when it arrived, if WhatsApp says no time. */
  startedAtMs: number;
}

/** What becomes of a call. `…_elsewhere` is on the phone or another device of the account, `rejected` here. */
export type CallState = 'ringing' | 'accepted_elsewhere' | 'rejected_elsewhere' | 'rejected' | 'missed' | 'ended';

/** A change of a call, as WhatsApp announced it. */
export interface CallNews {
  callId: string;
  state: CallState;
  caller: Person;
  /** `null` when nothing was heard of its beginning. */
  isVideo: boolean | null;
  /** The group that is called; `null` for a one-to-one call. */
  groupId: string | null;
  /** Whether WhatsApp says that it rang in vain; otherwise the caller gave up. */
  isTimeout: boolean;
  atMs: number;
  /** Whether it had waited at WhatsApp: what rang then does no longer. */
  offline: boolean;
}

/** Emitted when a call begins to ring, and when it ends or is settled. */
export interface CallFields extends Person {
  call_id: string;
  state: CallState;
  is_video: boolean | null;
  is_group: boolean;
  group_id: string | null;
  /** `timeout` for a missed call that rang in vain. */
  reason: 'timeout' | null;
  offline: boolean;
}
