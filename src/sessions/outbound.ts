import { isChannel } from '../domain/channel.ts';
import { AppError } from '../domain/errors.ts';
import { type DeliveryUpdate, isProgress } from '../domain/message.ts';
import type { KnownSentMessage, OutgoingMessage } from '../domain/outgoing.ts';
import { STATUS_JID } from '../domain/post.ts';
import type { SessionId } from '../domain/session-id.ts';
import type { SessionRecord } from '../domain/session.ts';
import { bounded } from '../kit/bounded.ts';
import type { Clock } from '../kit/clock.ts';
import type { Supervisor } from '../kit/supervisor.ts';
import { leaveTrace, markTrace, traced } from '../kit/trace.ts';
import type { Connection, PreparedMessage, SendOutcome } from '../ports/connection.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { RefusalStore, SentMessageStore } from '../ports/storage.ts';
import { messageStatusUpdate } from './callback-events.ts';
import type { HistoryKeeper } from './history/history-keeper.ts';
import type { NewConversations } from './sending/new-conversations.ts';
import type { OwnIds } from './sending/own-ids.ts';
import type { SendPace } from './sending/send-pace.ts';
import type { Typing } from './sending/typing.ts';

/** How long a request waits for WhatsApp's acknowledgement (contract 1.2). */
const ACK_TIMEOUT_MS = 10_000;
/** How long after a login WhatsApp may take to tell what became of a message that an earlier process may have sent. */
const RECEIPT_MS = 2_000;

/** The result of a send: `pending` when WhatsApp has not acknowledged it yet. */
export interface SendResult {
  messageId: string;
  status: 'sent' | 'pending';
  /** The recipient's JID. */
  to: string;
}

/** The session of a sent message, and what its events tell of it. */
type SentFrom = Pick<SessionRecord, 'sessionId' | 'profile'>;

/** What a session provides for sending. */
export interface SendingSession {
  record: SessionRecord;
  pace: SendPace;
  typing: Typing;
  /**
   * The open connection; waits briefly for one that is being repaired.
   * @throws AppError `session_not_connected`
   */
  connection(): Promise<Connection>;
}

/** Dependencies of {@link Outbound}. */
export interface OutboundDeps {
  sent: SentMessageStore;
  history: Pick<HistoryKeeper, 'sent' | 'progressed'>;
  newConversations: NewConversations;
  refusals: Pick<RefusalStore, 'noted'>;
  ownIds: OwnIds;
  metrics: Pick<Metrics, 'progressed'>;
  clock: Clock;
  supervisor: Supervisor;
}

/**
 * OUTBOUND: from the main backend's request to the phone. {@link Outbound.send} has every step in the order in which it
 * happens; its delivery status arrives later at {@link Outbound.progress} and goes on as a webhook.
 */
export class Outbound {
  readonly #deps: OutboundDeps;
  /** Repeated requests that wait for the fate of their messages, by their ids. */
  readonly #inDoubt = new Map<string, () => void>();

  constructor(deps: OutboundDeps) {
    this.#deps = deps;
  }

  /**
   * Sends a message.
   * @throws AppError `session_not_connected`, `number_not_on_whatsapp`, `message_not_found`, `message_not_suitable`,
   *   `message_id_used`, `message_not_sent`, `account_restricted`, `rate_limited`, `message_refused`, `whatsapp_timeout`
   */
  send(session: SendingSession, outgoing: OutgoingMessage): Promise<SendResult> {
    const { ownId } = outgoing;
    if (ownId === undefined) return this.#traced(session, outgoing);
    const send = () => this.#traced(session, { ...outgoing, messageId: ownId });
    return this.#deps.ownIds.during(session.record.sessionId, ownId, send);
  }

  #traced(session: SendingSession, outgoing: OutgoingMessage): Promise<SendResult> {
    const attributes = { 'session.id': session.record.sessionId, 'message.type': outgoing.content.type };
    return traced({ name: 'send', attributes }, () => this.#send(session, outgoing));
  }

  async #send(session: SendingSession, outgoing: OutgoingMessage): Promise<SendResult> {
    // 0. A crash came between an earlier request and its answer: what WhatsApp has accepted is not sent again. What it may
    //    not have is, with the same content under the same id, as its own clients do it: a recipient shows one of them.
    const earlier = await this.#earlier(session, outgoing.messageId);
    if (earlier && hasLeft(earlier)) return { messageId: earlier.messageId, status: 'sent', to: earlier.to };

    // 1. The session's pace admits it (SEND_RATE), and its connection is open.
    await session.pace.turn();
    const connection = await session.connection();
    markTrace('admitted');

    // 2. The recipient is resolved; a stranger must fit into the day's budget for new conversations.
    const prepared = await connection.prepare(outgoing);
    const peer = peerOf(prepared);
    if (peer !== undefined) await this.#deps.newConversations.allow(session.record, peer);
    markTrace('resolved');

    // 3. The message is encoded for the wire, its file is uploaded, and typing is shown to the recipient.
    const encoded = await prepared.encode(earlier?.content ?? undefined);
    if (isConversation(prepared.to)) await session.typing.before(outgoing.content, prepared.to, connection);
    markTrace('encoded');

    // 4. It is stored while it is encrypted, and leaves once it is stored: a recipient who cannot decrypt it asks for it
    //    again, perhaps days later. Nothing is stored for a session that was removed meanwhile.
    const kept = await this.#deps.history.sent(session.record.sessionId, outgoing, encoded.sent);
    if (connection.isClosing) throw new AppError('session_not_connected');
    const { sent, vote } = encoded;
    const stored = this.#deps.sent.add(session.record.sessionId, { ...sent, kept, vote });
    const isKnown = () => this.#isKnown(session.record.sessionId, peer);
    leaveTrace({ key: encoded.sent.messageId });
    const outcome = await encoded.transmit(stored, { ackTimeoutMs: ACK_TIMEOUT_MS, isKnown });

    // 5. WhatsApp acknowledged or refused it. The caller does not wait for the note of a new conversation: WhatsApp has the
    //    message, and a failure would only make the caller send it twice.
    const result = accepted(outcome);
    if (peer !== undefined) this.#noteConversation(session.record, peer);
    return result;
  }

  /** Reports the delivery status of a message to the backend, if it is an advance: receipts repeat, and come late. */
  async progress(session: SentFrom, update: DeliveryUpdate): Promise<void> {
    const { sent, history, refusals, clock, metrics } = this.#deps;
    const { sessionId } = session;
    const { messageId, status } = update;
    const message = await sent.state(sessionId, messageId);
    if (!message || !isProgress(message.status, status)) return;
    const event = messageStatusUpdate(session, message, update, clock.now());
    leaveTrace({ key: event.webhookId, after: messageId });
    // A vote counts once: when WhatsApp has accepted it.
    const vote = message.status === 'pending' && status !== 'failed' ? message.vote : undefined;
    await sent.progress(sessionId, { messageId, status, event, vote });
    await history.progressed(sessionId, messageId, status);
    this.#inDoubt.get(messageId)?.();
    metrics.progressed(status);
    if (isRefusal(update)) await refusals.noted(sessionId, update.errorCode);
  }

  /** Reports that WhatsApp never acknowledged a message. */
  async giveUp(session: SentFrom, messageId: string): Promise<void> {
    const errorMessage = 'WhatsApp did not acknowledge the message';
    await this.progress(session, { messageId, status: 'failed', errorCode: 'no_acknowledgement', errorMessage });
  }

  /** The session is over: messages that are not acknowledged by now never will be. */
  async end(session: SentFrom): Promise<void> {
    const { sent, clock } = this.#deps;
    const unanswered = await sent.unanswered(clock.now() + 1);
    const own = unanswered.filter(({ sessionId }) => sessionId === session.sessionId);
    for (const { messageId } of own) await this.giveUp(session, messageId);
  }

  /**
   * What is known of the message of an earlier request with the same key. When that does not say whether it has left, it
   * is waited for what comes with a login: its acknowledgement was lost, but not the receipt of its recipient.
   */
  async #earlier(session: SendingSession, messageId: string | undefined): Promise<KnownSentMessage | undefined> {
    if (messageId === undefined) return undefined;
    const { sent, clock } = this.#deps;
    const { sessionId } = session.record;
    const heard = Promise.withResolvers<undefined>();
    this.#inDoubt.set(messageId, () => heard.resolve(undefined));
    try {
      const known = await sent.find(sessionId, messageId);
      if (known?.status !== 'pending') return known;
      await session.connection();
      await bounded(heard.promise, RECEIPT_MS, clock);
      return await sent.find(sessionId, messageId);
    } finally {
      this.#inDoubt.delete(messageId);
    }
  }

  async #isKnown(sessionId: SessionId, peer: string | undefined): Promise<boolean> {
    return peer !== undefined && this.#deps.newConversations.isKnown(sessionId, peer);
  }

  #noteConversation(record: SessionRecord, peer: string): void {
    const { supervisor, newConversations } = this.#deps;
    supervisor.run('noting a new conversation', newConversations.begun(record, peer));
  }
}

/** Whether WhatsApp refused the message; other failures are ours, or nobody's. */
function isRefusal(update: DeliveryUpdate): update is DeliveryUpdate & { errorCode: string } {
  return update.status === 'failed' && /^\d{3,4}$/.test(update.errorCode ?? '');
}

/** Whether WhatsApp has a message that was sent earlier. */
function hasLeft({ status }: KnownSentMessage): boolean {
  return status !== 'pending' && status !== 'failed';
}

/** Whether somebody may see that the account types there. */
function isConversation(to: string): boolean {
  return to !== STATUS_JID && !isChannel(to);
}

/** The other side of a one-to-one conversation; a group and a status have none. */
function peerOf({ to, toNumber }: PreparedMessage): string | undefined {
  return to.endsWith('@g.us') || !isConversation(to) ? undefined : (toNumber ?? to);
}

function accepted(outcome: SendOutcome): SendResult {
  if (outcome.status === 'failed') throw refusal(outcome);
  return { messageId: outcome.messageId, status: outcome.status, to: outcome.to };
}

function refusal({ errorCode, to }: Extract<SendOutcome, { status: 'failed' }>): AppError {
  if (errorCode === '463') return new AppError('account_restricted');
  if (errorCode === '429') return new AppError('rate_limited');
  if (UNSENT.has(errorCode)) return new AppError('message_not_sent');
  if (errorCode === '479' && to === STATUS_JID) return new AppError('message_refused', { message: NO_AUDIENCE });
  return new AppError('message_refused', { message: `WhatsApp refused the message (${errorCode}).` });
}

const NO_AUDIENCE =
  'WhatsApp refused the status (479): it reaches none of the devices that it is for. Look whether the account can post from its phone.';

/** Error codes of a message that never reached WhatsApp, or that no device can decrypt. */
const UNSENT: ReadonlySet<string> = new Set(['not_sent', 'no_devices']);
