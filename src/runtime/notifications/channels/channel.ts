import type { Notification } from '../notification.ts';

/** How an attempt ended. */
export interface ChannelOutcome {
  isAccepted: boolean;
  /** The status of the answer, of HTTP or SMTP; `null` where there is none to tell. */
  status: number | null;
  /** Why it was not accepted: a sentence without anything that the receiver wrote, nor its address. */
  error: string | null;
}

/** A way on which notifications are sent. */
export interface Channel {
  name: 'webhook' | 'email' | 'ntfy';
  /** Makes one attempt, of limited time. Never rejects for what the network or the receiver does. */
  send(notification: Notification): Promise<ChannelOutcome>;
}

/** How long an attempt may take. */
export const ATTEMPT_MS = 15_000;
