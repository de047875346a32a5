import type { SessionId } from './session-id.ts';

/** How long a draft waits, and how long it is told what became of it. */
export const DRAFT_TTL_MS = 7 * 24 * 3_600_000;

/** How far a draft is; `sending` while somebody's approval is carried out. */
type DraftState = 'waiting' | 'sending' | 'sent' | 'discarded';

/** A message of a key whose messages a person approves. */
export interface Draft {
  id: string;
  sessionId: SessionId;
  /** The key that wrote it. */
  keyId: string;
  /** The message as it was requested, with what is shown of it, as JSON. */
  message: string;
  state: DraftState;
  createdAtMs: number;
  changedAtMs: number;
}

/** Which drafts are asked for; what is missing restricts nothing. */
export interface DraftFilter {
  sessions?: readonly SessionId[] | undefined;
  keyId?: string | undefined;
  state?: DraftState | undefined;
  /** Only those written after this moment. */
  sinceMs: number;
}

/** A step of a draft. */
export interface DraftChange {
  from: DraftState;
  to: DraftState;
  atMs: number;
  /** Only if nothing has happened since then: whoever was at work must have given up. */
  unchangedSinceMs?: number;
}
