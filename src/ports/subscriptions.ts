import type { SessionId } from '../domain/session-id.ts';
import type { DeadLetter, Subscription, SubscriptionCounts, SubscriptionSpec } from '../domain/subscription.ts';
import type { DeliveryQueue, Page, PendingEvent } from './callbacks.ts';

/**
 * The subscriptions, and how far each has come in the events of each session. It needs no copies of events: it reads those of the main
 * backend, and the further ones in between.
 */
export interface SubscriptionStore {
  /** The oldest first. */
  all(): Promise<Subscription[]>;
  /** It receives what happens from now on. */
  add(subscription: Subscription): Promise<void>;
  /** Replaces its specification. */
  change(subscription: Subscription): Promise<void>;
  /** Removes it with its dead letters. */
  remove(id: string): Promise<void>;
  /** What this node has to deliver to it. The queue knows the subscription's events and sessions as they are now. */
  queueOf(subscription: Subscription): DeliveryQueue;
  /** Over all nodes. */
  counts(subscription: Subscription, nowMs: number): Promise<SubscriptionCounts>;
  /** The oldest first. */
  deadLetters(id: string, page: Page): Promise<DeadLetter[]>;
  /** The event of a dead letter; `null` when it has expired or cannot be read, `undefined` for an unknown dead letter. */
  letterOf(id: string, deadLetterId: number): Promise<PendingEvent | null | undefined>;
  /** The dead letter was delivered after all, or is not wanted. Returns whether there was one. */
  removeDeadLetter(id: string, deadLetterId: number): Promise<boolean>;
  /** Has everything of the session delivered again that happened since. Returns the number of stored events from then on, of all kinds. */
  rewind(id: string, sessionId: SessionId, sinceMs: number): Promise<number>;
}

/** The outcome of one attempt outside of the order. */
export interface AttemptResult {
  isAccepted: boolean;
  /** The status of the answer; `null` without one. */
  status: number | null;
  /** Why it was not accepted. */
  error: string | null;
  durationMs: number;
}

/** How a subscription is doing. */
export interface SubscriptionHealth extends SubscriptionCounts {
  id: string;
  name: string;
  isPaused: boolean;
  /** Whether it accepts nothing, or keeps refusing the event that a session waits with. As this node sees it. */
  isFailing: boolean;
  /** Whether it has waited for its oldest event for long without being paused. */
  isBehind: boolean;
  /** Why this node's last attempt failed; `null` once one succeeded after it. */
  lastError: string | null;
}

/** The subscriptions as REST manages them. */
export interface Subscriptions {
  /** The oldest first. */
  list(): readonly Subscription[];
  /** @throws AppError `webhook_not_found` */
  find(id: string): Subscription;
  /** @throws AppError `too_many_webhooks`, `url_not_allowed` */
  create(spec: SubscriptionSpec): Promise<Subscription>;
  /** @throws AppError `webhook_not_found`, `url_not_allowed` */
  change(id: string, change: Partial<SubscriptionSpec>): Promise<Subscription>;
  /** @throws AppError `webhook_not_found` */
  remove(id: string): Promise<void>;
  /** Posts a test event, once. @throws AppError `webhook_not_found` */
  test(id: string): Promise<AttemptResult>;
  counts(id: string): Promise<SubscriptionCounts>;
  deadLetters(id: string, page: Page): Promise<DeadLetter[]>;
  /** Posts a dead letter, once, and removes it when it is accepted. @throws AppError `callback_not_found`, `callback_not_repeatable` */
  retry(id: string, deadLetterId: number): Promise<AttemptResult>;
  /** @throws AppError `callback_not_found` */
  discard(id: string, deadLetterId: number): Promise<void>;
  /** @throws AppError `webhook_not_found` */
  replay(id: string, sessionId: SessionId, sinceMs: number): Promise<number>;
}
