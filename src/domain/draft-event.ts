import type { Draft } from './draft.ts';

/** Emitted when a message waits for a person's approval, and when that is over. */
export interface DraftFields {
  draft_id: string;
  /** The key that wrote it. */
  key_id: string;
  state: Exclude<Draft['state'], 'sending'> | 'expired';
  /** A number or an address; `null` for an action on an earlier message. */
  to: string | null;
  /** The id that the message will have, or has. */
  message_id: string;
  /** What would be sent, as it was requested; `null` once that is decided. */
  content: DraftContent | null;
  /** ISO 8601. */
  expires_at: string;
}

/** The fields of a message as they were requested, without those that say where it goes. */
export type DraftContent = { type: string } & Record<string, unknown>;
