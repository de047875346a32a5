import type { Event, EventKind } from '../../domain/event.ts';
import type { SessionId } from '../../domain/session-id.ts';
import { EXAMPLES } from '../../http/reference/callback-examples.ts';
import { type Clock, isoTime } from '../../kit/clock.ts';
import type { PendingCallback } from '../../ports/callbacks.ts';
import { tellable } from '../../storage/shared/tellable.ts';

/** With this, session ids of the test data end and webhook-ids begin. */
export const MARK = 'checkback';
/** Who writes the messages. */
const SENDER = 'Test of check-backend';

type Body<Kind extends EventKind> = Extract<Event, { kind: Kind }>['body'];

/** What makes an event differ from an ordinary one; fields that no event has yet, too. */
export type Changes<Kind extends EventKind> = Partial<Body<Kind>> | Readonly<Record<string, unknown>>;

/** A session that no orchestrator has, of a number that nobody has, with its events. */
export class TestSession {
  /** In the form of real ones, and recognizable: `session_<unix ms>_checkback`. */
  readonly id: SessionId;
  /** In digits, from the range that is reserved for fiction: +1 … 555 01… */
  readonly number: string;
  /** Who writes to it, from the same range. */
  readonly contact: string;
  readonly #clock: Clock;
  #seq = 0;
  #messages = 0;

  /** Sessions that start at different milliseconds have different ids and, but for one in 80,000, numbers. */
  constructor(startedMs: number, clock: Clock) {
    this.id = `session_${startedMs}_${MARK}` as SessionId;
    this.number = fictitious(startedMs);
    this.contact = fictitious(startedMs + 1);
    this.#clock = clock;
  }

  /** The next event of the session. */
  event<Kind extends EventKind>(kind: Kind, changes: Changes<Kind> = {}): PendingCallback {
    const seq = (this.#seq += 1);
    return {
      ...{ id: seq, seq, kind, sessionId: this.id, webhookId: `${MARK}_${this.id}_${seq}` },
      // As an orchestrator reads it from its storage.
      body: tellable(JSON.stringify({ ...EXAMPLES[kind], ...this.#own()[kind], ...changes })),
      ...{ createdAtMs: this.#clock.now(), attempts: 0, firstFailedAtMs: null },
    };
  }

  /** The next two events of the session, of which the second is to be posted first. */
  swapped(first: EventKind, second: EventKind): [PendingCallback, PendingCallback] {
    const [earlier, later] = [this.event(first), this.event(second)];
    return [later, earlier];
  }

  /** A message id that no other message has, in the form of WhatsApp's own. */
  newMessageId(): string {
    this.#messages += 1;
    return `CHECKBACK${this.id.split('_')[1]}${String(this.#messages).padStart(3, '0')}`;
  }

  /** What is the session's own in the body of an event. */
  #own(): { [Kind in EventKind]: Partial<Body<Kind>> } {
    const { id: session_id, number, contact } = this;
    const now = isoTime(this.#clock.now());
    const [message_id, chat_id] = [this.newMessageId(), `${contact}@s.whatsapp.net`];
    return {
      'new-session-connected': {
        ...{ session_id, phone_number: number, last_seen: now, created_at: now, updated_at: now },
        ...{ auth_folder_path: `./auth_sessions/${session_id}`, whatsapp_user_id: `${number}:1@s.whatsapp.net` },
      },
      'status-update': { session_id, status: 'connected', timestamp: now, last_seen: now },
      'qr-update': { session_id, qr_data: `2@${MARK}`, generated_at: now },
      'message-received': {
        ...{ session_id, sender_name: SENDER, sender_number: contact, chat_id, phone_number_session: number },
        ...{ message_id, message_content: SENDER, received_at: now, timestamp: now },
        ...{ view_once: false, seconds: null },
      },
      'message-status-update': { session_id, message_id, to_number: contact, timestamp: now },
    };
  }
}

/** One of the 80,000 numbers that are reserved for fiction: +1, an area code from 200 to 999, 555, and 0100 to 0199. */
export function fictitious(n: number): string {
  return `1${200 + (Math.floor(n / 100) % 800)}55501${String(n % 100).padStart(2, '0')}`;
}
