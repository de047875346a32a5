import type { AnyEventKind } from './further-event.ts';
import type { SessionId } from './session-id.ts';

/** Somebody besides the main backend who receives events as webhooks. */
export interface Subscription extends SubscriptionSpec {
  /** `sub_` and 16 characters. */
  id: string;
  createdAtMs: number;
}

/** What its owner decides. */
export interface SubscriptionSpec {
  /** For people; may be empty. */
  name: string;
  url: string;
  /** The events that it receives; `null` for all, future ones included, but for those that must be named. */
  events: readonly AnyEventKind[] | null;
  /** The sessions whose events it receives; `null` for all, future ones included. */
  sessions: readonly SessionId[] | null;
  /** Headers of every request, such as `Authorization`. Their values are secret. */
  headers: Readonly<Record<string, string>>;
  /** Signs every request: `whsec_` and base64. */
  secret: string;
  /** Whether events wait until it is continued, for as long as events are kept. */
  isPaused: boolean;
}

/** An event that a subscription was not given. */
export interface DeadLetter {
  id: number;
  webhookId: string;
  sessionId: SessionId;
  kind: AnyEventKind;
  error: string;
  atMs: number;
}

/** How far a subscription has come. */
export interface SubscriptionCounts {
  pending: number;
  deadLettered: number;
  oldestPendingSeconds: number;
}
