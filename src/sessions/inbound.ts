import { SessionLostError, StorageUnavailableError } from '../domain/errors.ts';
import type { IncomingMessage } from '../domain/message.ts';
import type { Numbers } from '../domain/person.ts';
import type { VoteCast } from '../domain/poll.ts';
import type { SessionId } from '../domain/session-id.ts';
import type { SessionRecord } from '../domain/session.ts';
import type { Clock } from '../kit/clock.ts';
import type { Logger } from '../kit/logger.ts';
import { tracedSince } from '../kit/trace.ts';
import type { FurtherEvents } from '../ports/callbacks.ts';
import type { ConnectionEvent, MessageEvent } from '../ports/connection.ts';
import type { Metrics, ReceiptFate } from '../ports/metrics.ts';
import type {
  AwaitedNumberStore,
  ContactNameStore,
  PollVoteStore,
  SessionChange,
  SessionStore,
} from '../ports/storage.ts';
import type { HistoryKeeper } from './history/history-keeper.ts';
import { fileOwner, messageReceived, numberAwaited } from './callback-events.ts';
import { postReceived } from './post-events.ts';
import { HOLD_MS, type MediaDownloader } from './media/media-downloader.ts';
import { voteIn, withResults } from './poll-results.ts';

/** Dependencies of {@link Inbound}. */
export interface InboundDeps {
  store: SessionStore;
  pollVotes: PollVoteStore;
  awaitedNumbers: AwaitedNumberStore;
  contactNames: ContactNameStore;
  furtherEvents: FurtherEvents;
  history: Pick<HistoryKeeper, 'received' | 'past' | 'numbersKnown'>;
  media: Pick<MediaDownloader, 'wants' | 'begin'>;
  metrics: Pick<Metrics, 'received'>;
  clock: Clock;
  log: Logger;
  /** `CALLBACK_OWN_MESSAGES`: whether the backend also receives what the owner writes on the phone. */
  deliverOwnMessages: boolean;
  /** Called for each message that is new to the backend, not for one that arrives again. */
  onNewMessage: (sessionId: SessionId, message: IncomingMessage) => void;
}

/** A message that arrived, with the key of its journal entries; `message` is `undefined` if the backend does not need it. */
export type Arrival = Omit<MessageEvent, 'kind'>;

/** What became known besides messages. */
type LearnedEvent = Extract<ConnectionEvent, { kind: 'numbers' | 'names' | 'past' }>;

/** What is stored of an arrival. */
interface Receipt extends SessionChange {
  message: IncomingMessage | undefined;
  receivedAtMs: number;
  /** Whether its webhook waits for its file. */
  waitsForFile: boolean;
}

/**
 * INBOUND: from a decrypted message to a webhook that cannot get lost. Before a message arrives here, whatsapp/ has written
 * it to the journal, in a transaction that its webhook mostly joins, and converted it to our own types. WhatsApp gets its receipt when that is on
 * disk. Afterwards webhooks/ delivers it, in
 * order, until the backend has accepted it.
 */
export class Inbound {
  readonly #deps: InboundDeps;

  constructor(deps: InboundDeps) {
    this.#deps = deps;
  }

  /** Whether a message may be received together with those before it: a vote must see them counted. */
  mayJoin({ message }: Arrival): boolean {
    return !message || !voteIn(message);
  }

  /**
   * Receives messages in one transaction, in their order. A failure of one does not affect the others.
   * @returns the session's record, which says when it was last seen
   */
  async receive(record: SessionRecord, arrivals: readonly Arrival[]): Promise<SessionRecord> {
    try {
      return await this.#receiveTogether(record, arrivals);
    } catch (error) {
      if (arrivals.length === 1 || concernsAll(error)) throw error;
    }
    return this.#receiveOneByOne(record, arrivals);
  }

  async #receiveTogether(record: SessionRecord, arrivals: readonly Arrival[]): Promise<SessionRecord> {
    const now = this.#deps.clock.now();

    // 1. Each message becomes a webhook, unless the backend does not want it. Statuses and channels are only for further webhooks.
    const receipts: Receipt[] = [];
    for (const arrival of arrivals) receipts.push(await this.#receiptOf(record, arrival, now));
    await this.#tellPosts(record, arrivals);

    // 2. The webhooks are stored in one transaction with the note that the journal's entries are handled: a crash before
    //    that leaves the messages in the journal, for the next connection; a crash after it leaves them as webhooks.
    const isSeen = receipts.some(({ events }) => events.length > 0);
    const seen = isSeen ? { ...record, lastSeenMs: now } : record;
    const stored = await this.#deps.store.commitAll(seen, receipts);

    // 3. Files are downloaded while their webhooks wait for them for a while; new messages are counted, logged and shown.
    receipts.forEach((receipt, at) => this.#stored(record.sessionId, receipt, stored[at] !== 0));
    return seen;
  }

  /**
   * WhatsApp or the owner's phone told something that is no message: numbers, by which webhooks without them are corrected, or sent once more;
   * names, with which messages that bring none are told from now on; or messages from before, which only the history keeps.
   */
  learned({ sessionId }: SessionRecord, event: LearnedEvent): Promise<void> {
    const { contactNames, history } = this.#deps;
    if (event.kind === 'names') return contactNames.learn(sessionId, event.names);
    return event.kind === 'past'
      ? history.past(sessionId, event.messages)
      : this.#numbersKnown(sessionId, event.numbers);
  }

  async #numbersKnown(sessionId: SessionId, numbers: Numbers): Promise<void> {
    await this.#deps.awaitedNumbers.known(sessionId, numbers);
    await this.#deps.history.numbersKnown(sessionId, numbers);
  }

  async #tellPosts({ sessionId }: SessionRecord, arrivals: readonly Arrival[]): Promise<void> {
    const { furtherEvents } = this.#deps;
    const events = arrivals.flatMap(({ post }) => (post ? [postReceived(sessionId, post)] : []));
    if (events.length > 0) await furtherEvents.add(sessionId, events);
  }

  async #receiptOf(record: SessionRecord, arrival: Arrival, now: number): Promise<Receipt> {
    const { message: given, key: handled, receivedAtMs } = arrival;
    const { media, history, deliverOwnMessages } = this.#deps;
    // A vote counts even when the backend does not receive the message: it is part of later results.
    const vote = given && voteIn(given);
    if (!given || (given.fromMe && !deliverOwnMessages)) {
      const kept = given && (await history.received(record.sessionId, given));
      return {
        message: given,
        receivedAtMs,
        waitsForFile: false,
        events: [],
        writes: { handled, vote, timer: given?.timer, kept },
      };
    }
    const message = await this.#named(record, given);
    const kept = await history.received(record.sessionId, message);
    const counted = vote ? await this.#withResults(record, message, vote) : message;
    const waitsForFile = media.wants(message);
    // Its id is derived from WhatsApp's own ids: a message that arrives twice, from wherever, is one webhook.
    const webhook = messageReceived(record, counted, now, waitsForFile ? HOLD_MS : 0);
    const awaited = numberAwaited(record.sessionId, message);
    const writes = { handled, vote, timer: message.timer, awaited, kept, ...correspondent(message) };
    return { message, receivedAtMs, waitsForFile, events: [webhook], writes };
  }

  /** The name that came with the message wins; without one, what is known of the sender. */
  async #named({ sessionId }: SessionRecord, message: IncomingMessage): Promise<IncomingMessage> {
    const { sender, fromMe } = message;
    if (fromMe || (sender.pushName ?? '').trim() !== '') return message;
    return { ...message, sender: { ...sender, pushName: await this.#deps.contactNames.of(sessionId, sender) } };
  }

  async #withResults({ sessionId }: SessionRecord, message: IncomingMessage, vote: VoteCast): Promise<IncomingMessage> {
    return withResults(message, vote, await this.#deps.pollVotes.of(sessionId, vote.pollId));
  }

  #stored(sessionId: SessionId, receipt: Receipt, isNew: boolean): void {
    const { message, receivedAtMs, waitsForFile } = receipt;
    const [webhook] = receipt.events;
    if (!message || !webhook) {
      this.#count(message, 'unwanted');
      return;
    }
    const { webhookId } = webhook;
    if (waitsForFile) this.#deps.media.begin({ sessionId, messageId: fileOwner(message), webhookId });
    this.#count(message, isNew ? 'told' : 'repeated');
    if (!isNew) return;
    const attributes = { 'session.id': sessionId, 'message.id': message.id, 'message.type': message.content.type };
    tracedSince({ name: 'receive', attributes, startMs: receivedAtMs, key: webhookId });
    this.#announce(sessionId, message);
  }

  /** For a message that cannot be read, logs the names of its fields, never their values. */
  #announce(sessionId: SessionId, message: IncomingMessage): void {
    const { log, onNewMessage } = this.#deps;
    const { id: messageId, content } = message;
    const { type, unsupportedKeys: keys } = content;
    onNewMessage(sessionId, message);
    log.info({ sessionId, messageId, type }, `[${sessionId}] message received`);
    if (keys.length > 0) log.warn({ sessionId, messageId, keys }, `[${sessionId}] a message cannot be read`);
  }

  #count(message: IncomingMessage | undefined, fate: ReceiptFate): void {
    if (message) this.#deps.metrics.received(message.content.type, fate);
  }

  async #receiveOneByOne(record: SessionRecord, arrivals: readonly Arrival[]): Promise<SessionRecord> {
    const failures: unknown[] = [];
    let seen = record;
    for (const arrival of arrivals) {
      try {
        seen = await this.#receiveTogether(seen, [arrival]);
      } catch (error) {
        if (concernsAll(error)) throw error;
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'Messages could not be received');
    return seen;
  }
}

/** Somebody who writes to us privately is no longer a stranger; the members of a group still are. */
function correspondent({ isGroup, fromMe, sender, chatId }: IncomingMessage): { heardFrom?: string } {
  return isGroup || fromMe ? {} : { heardFrom: sender.number ?? chatId };
}

/** Whether no message could be received now, whatever is in it. */
function concernsAll(error: unknown): boolean {
  return error instanceof StorageUnavailableError || error instanceof SessionLostError;
}
