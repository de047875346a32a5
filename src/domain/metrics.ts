import { type EventKind } from './event.ts';
import { type CloseReason } from './close-reason.ts';
import { type MessageType } from './message.ts';
import { type OutgoingContent } from './outgoing.ts';
import { type SessionStatus } from './session.ts';

/** What became of a message that somebody wanted sent, as its request learned. */
export type SendFate = 'sent' | 'pending' | 'refused';

/** What became of one try to hand over a callback. */
export type CallbackFate = 'delivered' | 'failed' | 'dead' | 'unwanted';

/**
 * What is counted of the work, for the people who watch it. Never whose it was: neither a session nor a number is told, of
 * which there may be any number.
 */
export interface Metrics {
  /** A message became a callback. */
  received(type: MessageType): void;
  /** A request to send was answered. */
  sent(type: OutgoingContent['type'], fate: SendFate): void;
  /** A callback was tried. `ageMs` is how long it is there. */
  posted(event: EventKind, fate: CallbackFate, ageMs: number): void;
  /** A session looks different from outside. */
  became(status: SessionStatus): void;
  /** A line is over. */
  lineClosed(reason: CloseReason['kind']): void;
  /** The file of a message came, or did not. */
  downloaded(fate: 'ok' | 'failed'): void;
}
