import { AppError } from '../domain/errors.ts';
import { type DeliveryUpdate, isProgress } from '../domain/message.ts';
import { type OutgoingMessage, type SentMessage, type SentMessageRef } from '../domain/outgoing.ts';
import { type SessionId } from '../domain/session-id.ts';
import { type SessionRecord } from '../domain/session.ts';
import { type Clock } from '../kit/clock.ts';
import { type Supervisor } from '../kit/supervisor.ts';
import { type Connection, type SendOutcome } from '../ports/connection.ts';
import { type Metrics } from '../ports/metrics.ts';
import { type SentMessageStore } from '../ports/storage.ts';
import { messageStatusUpdate } from './callback-events.ts';
import { type NewConversations } from './sending/new-conversations.ts';
import { type SendPace } from './sending/send-pace.ts';
import { type Typing } from './sending/typing.ts';

/** How long the answer to the caller waits for WhatsApp (contract 1.2). */
const ACK_TIMEOUT_MS = 10_000;

/** What a caller learns of a message that was sent: `pending` when WhatsApp has not answered yet. */
export interface SendResult {
  messageId: string;
  status: 'sent' | 'pending';
  /** The JID that it went to. */
  to: string;
}

/** The session as a sender needs it. */
export interface SendingSession {
  record: SessionRecord;
  pace: SendPace;
  typing: Typing;
  /**
   * The open line; waits a little for one that is just being repaired.
   * @throws AppError `session_not_connected`
   */
  connection(): Promise<Connection>;
}

/** What sending needs. */
export interface OutboundDeps {
  sent: SentMessageStore;
  newConversations: NewConversations;
  metrics: Pick<Metrics, 'progressed'>;
  clock: Clock;
  supervisor: Supervisor;
}

/**
 * OUTBOUND: from the main backend's request to the phone.
 * 1. the session's turn comes (`SEND_RATE`), and its line is there;
 * 2. the line finds the account behind the number. When it is a stranger's, the day's budget for new conversations must
 *    allow it. The message is stored before it leaves: a recipient who cannot decrypt it asks for it again, perhaps days
 *    later;
 * 3. WhatsApp acknowledges or refuses, and the caller hears which. He does not wait for what is noted of it: WhatsApp has the
 *    message, and a failure would only make him send it again;
 * 4. what becomes of it afterwards comes to {@link Outbound.progress} and goes on as a callback.
 */
export class Outbound {
  readonly #sent: SentMessageStore;
  readonly #newConversations: NewConversations;
  readonly #metrics: OutboundDeps['metrics'];
  readonly #clock: Clock;
  readonly #supervisor: Supervisor;

  constructor({ sent, newConversations, metrics, clock, supervisor }: OutboundDeps) {
    this.#sent = sent;
    this.#newConversations = newConversations;
    this.#metrics = metrics;
    this.#clock = clock;
    this.#supervisor = supervisor;
  }

  /**
   * Sends a message.
   * @throws AppError `session_not_connected`, `number_not_on_whatsapp`, `message_not_found`, `message_not_suitable`,
   *   `message_not_sent`, `account_restricted`, `rate_limited`, `message_refused`, `whatsapp_timeout`
   */
  async send(session: SendingSession, outgoing: OutgoingMessage): Promise<SendResult> {
    await session.pace.turn();
    const connection = await session.connection();
    let peer: string | undefined;
    const outcome = await connection.send({
      ...outgoing,
      ackTimeoutMs: ACK_TIMEOUT_MS,
      mayWriteTo: async (recipient) => {
        peer = peerOf(recipient);
        if (peer !== undefined) await this.#newConversations.allow(session.record, peer);
      },
      beforeSend: (message) => session.typing.before(outgoing.content, message.to, connection),
      store: (message) => this.#sent.add(session.record.sessionId, message),
    });
    const result = accepted(outcome);
    if (peer !== undefined) {
      this.#supervisor.run('a conversation that was begun', this.#newConversations.begun(session.record, peer));
    }
    return result;
  }

  /** Tells the backend that WhatsApp will say nothing of a message any more. */
  async giveUp({ sessionId, messageId }: SentMessageRef): Promise<void> {
    await this.progress(sessionId, unacknowledged(messageId, 'WhatsApp did not acknowledge the message'));
  }

  /** The session is over: what is not acknowledged by now never will be. */
  async end(sessionId: SessionId): Promise<void> {
    const unanswered = await this.#sent.unanswered(this.#clock.now() + 1);
    for (const message of unanswered) if (message.sessionId === sessionId) await this.giveUp(message);
  }

  /** Tells the backend what became of a message, where that is news; receipts repeat and come late. */
  async progress(sessionId: SessionId, update: DeliveryUpdate): Promise<void> {
    const message = await this.#sent.find(sessionId, update.messageId);
    if (!message || !isProgress(message.status, update.status)) return;
    const event = messageStatusUpdate(sessionId, message, update, this.#clock.now());
    await this.#sent.progress(sessionId, update.messageId, update.status, event);
    this.#metrics.progressed(update.status);
  }
}

/** With whom it is a conversation of two; groups are none. */
function peerOf({ to, toNumber }: Pick<SentMessage, 'to' | 'toNumber'>): string | undefined {
  return to.endsWith('@g.us') ? undefined : (toNumber ?? to);
}

function unacknowledged(messageId: string, errorMessage: string): DeliveryUpdate {
  return { messageId, status: 'failed', errorCode: 'no_acknowledgement', errorMessage };
}

function accepted(outcome: SendOutcome): SendResult {
  if (outcome.status === 'failed') throw refusal(outcome.errorCode);
  return { messageId: outcome.messageId, status: outcome.status, to: outcome.to };
}

function refusal(errorCode: string): AppError {
  if (errorCode === '463') return new AppError('account_restricted');
  if (errorCode === '429') return new AppError('rate_limited');
  if (UNSENT.has(errorCode)) return new AppError('message_not_sent');
  return new AppError('message_refused', { message: `WhatsApp refused the message (${errorCode}).` });
}

/** What became of a message that never reached WhatsApp, or was encrypted for nobody. */
const UNSENT: ReadonlySet<string> = new Set(['not_sent', 'no_devices']);
