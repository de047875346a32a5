import { StorageUnavailableError } from '../domain/errors.ts';
import { type IncomingMessage } from '../domain/message.ts';
import { type Numbers } from '../domain/person.ts';
import { type VoteCast } from '../domain/poll.ts';
import { type SessionId } from '../domain/session-id.ts';
import { type SessionRecord } from '../domain/session.ts';
import { type Clock } from '../kit/clock.ts';
import { type Logger } from '../kit/logger.ts';
import { type Metrics, type ReceiptFate } from '../ports/metrics.ts';
import { type MessageKey } from '../ports/signal.ts';
import {
  type AwaitedNumberStore,
  type PollVoteStore,
  type SessionChange,
  type SessionStore,
} from '../ports/storage.ts';
import { fileOwner, messageReceived, numberAwaited } from './callback-events.ts';
import { HOLD_MS, type MediaDownloader } from './media/media-downloader.ts';
import { voteIn, withResults } from './poll-results.ts';

/** What receiving needs. */
export interface InboundDeps {
  store: SessionStore;
  pollVotes: PollVoteStore;
  awaitedNumbers: AwaitedNumberStore;
  media: Pick<MediaDownloader, 'wants' | 'begin'>;
  metrics: Pick<Metrics, 'received'>;
  clock: Clock;
  log: Logger;
  /** `CALLBACK_OWN_MESSAGES`: whether the backend is told of what the owner writes on the phone. */
  tellOwnMessages: boolean;
  /** Called with each message that is new to the backend; one that comes again is not. */
  told: (sessionId: SessionId, message: IncomingMessage) => void;
}

/** A message that came, or one that nobody needs to be told of, with the key of its journal entries. */
export interface Arrival {
  message: IncomingMessage | undefined;
  key: MessageKey;
}

/** What is stored of an arrival. */
interface Receipt extends SessionChange {
  message: IncomingMessage | undefined;
  /** Whether its callback waits for its file. */
  waits: boolean;
}

/**
 * INBOUND: from a decrypted message to a callback that cannot get lost.
 * 1. whatsapp/ has written what the message said into the journal before WhatsApp was told that we have it, has read it
 *    into our words, and left out what no person wrote;
 * 2. what the owner sent from the phone is left out, unless the backend wants it; a vote in a poll is added to the others
 *    before it counts, whoever cast it;
 * 3. it becomes a callback row, in one transaction with the journal's note that it was handled: a crash before leaves it
 *    in the journal for the next line, a crash after leaves it to the callbacks. The row's key is made of WhatsApp's own
 *    ids: a message that comes twice, from wherever, is one callback. Messages that came meanwhile share a transaction;
 * 4. its file is fetched, where it has one and `DOWNLOAD_MEDIA` is on, and its row waits for that a little;
 * 5. `callbacks/` hands the rows over, in order, until the backend has them;
 * 6. where WhatsApp tells the number of a sender only later, rows that wait are put right, and others told once more.
 */
export class Inbound {
  readonly #deps: InboundDeps;

  constructor(deps: InboundDeps) {
    this.#deps = deps;
  }

  /** Whether the message can be received together with those before it: a vote needs to know of them. */
  mayJoin({ message }: Arrival): boolean {
    return !message || !voteIn(message);
  }

  /**
   * Stores the messages for the backend, in one transaction; the session's new record says when it was last seen. One that
   * cannot be told takes no other with it.
   */
  async receive(record: SessionRecord, arrivals: readonly Arrival[]): Promise<SessionRecord> {
    try {
      return await this.#receiveAll(record, arrivals);
    } catch (error) {
      if (arrivals.length === 1 || error instanceof StorageUnavailableError) throw error;
    }
    return this.#oneByOne(record, arrivals);
  }

  async #receiveAll(record: SessionRecord, arrivals: readonly Arrival[]): Promise<SessionRecord> {
    const now = this.#deps.clock.now();
    const receipts: Receipt[] = [];
    for (const arrival of arrivals) receipts.push(await this.#read(record, arrival, now));
    const isSeen = receipts.some(({ events }) => events.length > 0);
    const seen = isSeen ? { ...record, lastSeenMs: now } : record;
    const stored = await this.#deps.store.commitAll(seen, receipts);
    receipts.forEach((receipt, at) => this.#stored(record.sessionId, receipt, stored[at] !== 0));
    return seen;
  }

  async #oneByOne(record: SessionRecord, arrivals: readonly Arrival[]): Promise<SessionRecord> {
    const failures: unknown[] = [];
    let seen = record;
    for (const arrival of arrivals) {
      try {
        seen = await this.#receiveAll(seen, [arrival]);
      } catch (error) {
        if (error instanceof StorageUnavailableError) throw error;
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'Messages could not be received');
    return seen;
  }

  /** What becomes of a message. */
  async #read(record: SessionRecord, { message, key: handled }: Arrival, now: number): Promise<Receipt> {
    const { media, tellOwnMessages } = this.#deps;
    const vote = message && voteIn(message);
    if (!message || (message.fromMe && !tellOwnMessages))
      return { message, waits: false, events: [], writes: { handled, vote } };
    const told = vote ? await this.#counted(record, message, vote) : message;
    const waits = media.wants(message);
    const callback = messageReceived(record, told, now, waits ? HOLD_MS : 0);
    const awaited = numberAwaited(record.sessionId, message);
    return { message, waits, events: [callback], writes: { handled, vote, awaited, ...heardFrom(message) } };
  }

  #stored(sessionId: SessionId, { message, waits, events: [callback] }: Receipt, isNew: boolean): void {
    if (!message || !callback) {
      this.#count(message, 'unwanted');
      return;
    }
    const { webhookId } = callback;
    if (waits) this.#deps.media.begin({ sessionId, messageId: fileOwner(message), webhookId });
    if (isNew) this.#note(sessionId, message);
    else this.#count(message, 'repeated');
  }

  /** WhatsApp told numbers: what the backend was told without them is put right. */
  numbersKnown({ sessionId }: SessionRecord, numbers: Numbers): Promise<void> {
    return this.#deps.awaitedNumbers.known(sessionId, numbers);
  }

  /** Of what cannot be read the log gets the names of its fields, for those who look after it; never what is in them. */
  #note(sessionId: SessionId, message: IncomingMessage): void {
    const { log, told } = this.#deps;
    const {
      id: messageId,
      content: { type, unsupportedKeys: keys },
    } = message;
    this.#count(message, 'told');
    told(sessionId, message);
    log.info({ sessionId, messageId, type }, `[${sessionId}] message received`);
    if (keys.length > 0) log.warn({ sessionId, messageId, keys }, `[${sessionId}] a message cannot be read`);
  }

  #count(message: IncomingMessage | undefined, fate: ReceiptFate): void {
    if (message) this.#deps.metrics.received(message.content.type, fate);
  }

  async #counted({ sessionId }: SessionRecord, message: IncomingMessage, vote: VoteCast): Promise<IncomingMessage> {
    return withResults(message, vote, await this.#deps.pollVotes.of(sessionId, vote.pollId));
  }
}

/** A message in a group does not make its sender somebody whom the session has talked to. */
function heardFrom({ isGroup, fromMe, sender, chatId }: IncomingMessage): { heardFrom?: string } {
  return isGroup || fromMe ? {} : { heardFrom: sender.number ?? chatId };
}
