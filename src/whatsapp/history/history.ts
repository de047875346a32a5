import type { WAMessage, WAMessageKey, WASocket } from '@whiskeysockets/baileys';
import type { IncomingMessage } from '../../domain/message.ts';
import type { LearnedName } from '../../domain/person.ts';
import { BoundedCache } from '../../kit/bounded-cache.ts';
import type { Clock } from '../../kit/clock.ts';
import type { Logger } from '../../kit/logger.ts';
import type { Semaphore } from '../../kit/semaphore.ts';
import { SerialQueue } from '../../kit/serial-queue.ts';
import { tapEvents } from '../baileys/event-tap.ts';
import type { MediaHost } from '../media/media-host.ts';
import { type HistoryNotice, takeHistory } from './history-notice.ts';
import { type HistoryFacts, personOf } from './history-facts.ts';
import { inPieces } from '../../kit/in-pieces.ts';
import { keepFacts } from './keep-facts.ts';
import { openHistory, type OpenHistoryDeps } from './open-history.ts';
import { pastMessages } from './past-messages.ts';

/** How long one part may take in all. */
const DEADLINE_MS = 3 * 60_000;
/** So many parts may wait; a phone sends some twenty. */
const MAX_WAITING = 100;
/** So many bytes may wait within messages. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024;
/** Names that were told before are not told again within this time. */
const TOLD_NAMES = { max: 500, ttlMs: 3_600_000 };
/** So many names may wait for their turn. */
const MAX_NAMES = 20_000;

/** Dependencies of {@link History}. */
export interface HistoryDeps extends Pick<OpenHistoryDeps, 'agent'> {
  host: Pick<MediaHost, 'addressOf'>;
  /** How many parts are read at once, over all sessions. */
  places: Semaphore;
  clock: Clock;
  log: Logger;
  /** Since when (Unix ms) the session keeps messages; `undefined` when it keeps none. */
  keepsSince: () => Promise<number | undefined>;
  /** Called with messages from before, some hundred at once. */
  past: (messages: readonly IncomingMessage[]) => void;
  /** Called with names that became known, some hundred at once. */
  named: (names: readonly LearnedName[]) => void;
}

/**
 * What the phone tells of the time before, and who is called what. After a pairing, the phone sends its chats. They are no new
 * webhooks: the numbers of LIDs, names and privacy tokens are taken from them, and messages if the session keeps them; the rest is dropped unseen. That happens beside
 * the messages, one part after the other, within bounds that no phone reaches. Create it right after the socket.
 */
export class History {
  readonly #socket: WASocket;
  readonly #deps: HistoryDeps;
  readonly #queue = new SerialQueue();
  readonly #ended = new AbortController();
  readonly #told: BoundedCache<string>;
  #waiting = 0;
  #waitingBytes = 0;
  #names: LearnedName[] = [];

  constructor(socket: WASocket, deps: HistoryDeps) {
    this.#socket = socket;
    this.#deps = deps;
    this.#told = new BoundedCache(deps.clock, TOLD_NAMES);
    tapEvents(socket, {
      'messages.upsert': ({ messages }) => messages.forEach((message) => this.#received(message)),
      'contacts.upsert': (contacts) =>
        contacts.forEach(({ id, name, username }) => {
          this.#named(id, { savedName: name });
          this.#named(id, { username });
        }),
      'contacts.update': (contacts) => contacts.forEach(({ id, notify }) => this.#named(id, { pushName: notify })),
    });
  }

  /** The connection is over: what is being read is dropped. */
  end(): void {
    this.#ended.abort(new Error('The connection is over'));
  }

  #received(message: WAMessage): void {
    const notice = takeHistory(message);
    if (!notice) {
      this.#usernamesIn(message.key);
      return;
    }
    this.#forgetEarlierParts();
    const bytes = 'inline' in notice ? notice.inline.length : 0;
    if (this.#waiting >= MAX_WAITING || this.#waitingBytes + bytes > MAX_WAITING_BYTES) {
      this.#deps.log.warn('the phone sends more history than can wait; a part of it is dropped');
      return;
    }
    this.#waiting += 1;
    this.#waitingBytes += bytes;
    void this.#queue.run(async () => {
      await this.#deps.places.run(() => this.#read(notice)).catch((error: unknown) => this.#failed(error));
      this.#waiting -= 1;
      this.#waitingBytes -= bytes;
    });
  }

  /** WhatsApp names the author of a message in a group, and the recipient of one that the account sends elsewhere. */
  #usernamesIn({ remoteJid, remoteJidUsername, participant, participantUsername, fromMe }: WAMessageKey): void {
    if (participant && !fromMe) this.#named(participant, { username: participantUsername });
    else this.#named(remoteJid ?? undefined, { username: remoteJidUsername });
  }

  /** Baileys notes each part in the credentials, for ever. It only asks whether there was one. */
  #forgetEarlierParts(): void {
    const { creds } = this.#socket.authState;
    creds.processedHistoryMessages = creds.processedHistoryMessages.slice(-1);
  }

  async #read(notice: HistoryNotice): Promise<void> {
    const { clock } = this.#deps;
    if (this.#ended.signal.aborted) return;
    const late = new AbortController();
    const timer = clock.after(DEADLINE_MS, () => late.abort(new Error('The history took too long')));
    const signal = AbortSignal.any([this.#ended.signal, late.signal]);
    try {
      const since = await this.#deps.keepsSince();
      const facts = await openHistory(notice, { ...this.#deps, takesMessages: since !== undefined }, signal);
      await keepFacts(this.#socket, facts, signal);
      if (!signal.aborted) inPieces(facts.names).forEach((names) => this.#deps.named(names));
      if (since !== undefined) await this.#tellPast(facts, since, signal);
    } finally {
      timer.cancel();
    }
  }

  async #tellPast(facts: HistoryFacts, sinceMs: number, signal: AbortSignal): Promise<void> {
    for await (const messages of pastMessages(this.#socket, facts, { sinceMs, nowMs: this.#deps.clock.now() })) {
      if (signal.aborted) return;
      this.#deps.past(messages);
    }
    if (!facts.takesMessages) this.#deps.log.warn('a part of the history has more messages than are kept of one');
  }

  #failed(error: unknown): void {
    if (!this.#ended.signal.aborted) this.#deps.log.warn({ err: error }, 'a part of the history could not be read');
  }

  /** Collects the names of one turn: the contacts of an address book arrive one by one. */
  #named(id: string | undefined, name: Omit<LearnedName, 'person'>): void {
    const person = personOf(id ?? '');
    const [kind, text] = Object.entries(name)[0] ?? [];
    if (person === null || !text || this.#names.length >= MAX_NAMES) return;
    const key = `${kind} ${person}`;
    if (this.#told.get(key) === text) return;
    this.#told.set(key, text);
    this.#names.push({ person, ...name });
    if (this.#names.length === 1) setImmediate(() => this.#tellNames());
  }

  #tellNames(): void {
    const names = this.#names;
    this.#names = [];
    if (!this.#ended.signal.aborted) inPieces(names).forEach((piece) => this.#deps.named(piece));
  }
}
