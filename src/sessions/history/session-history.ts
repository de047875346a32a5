import type { Recipient } from '../../domain/address.ts';
import { AppError } from '../../domain/errors.ts';
import { type HistoryMessage, type HistoryPlace, OURSELVES } from '../../domain/kept-message.ts';
import type { SessionId } from '../../domain/session-id.ts';
import type { SessionRecord } from '../../domain/session.ts';
import type { Clock } from '../../kit/clock.ts';
import { Semaphore } from '../../kit/semaphore.ts';
import type { Connector } from '../../ports/connection.ts';
import type { ConnectionActions } from '../../ports/connection-actions.ts';
import type { HistoryPage, HistoryStore } from '../../ports/history.ts';
import type { ContactNameStore } from '../../ports/storage.ts';
import type { HistoryDays } from './history-days.ts';
import { HistoryKeeper } from './history-keeper.ts';
import { chatIdsOf, type FindPerson } from './names.ts';
import { search, type SearchResult, wordsOf } from './search.ts';

/** So many searches run at once; the others wait. */
const SEARCHES_AT_ONCE = 2;
const EXPORT_PAGE = 200;
const MOST_COUNTED = 100_000;

/** Dependencies of {@link SessionHistory}. */
export interface SessionHistoryDeps {
  store: HistoryStore;
  days: HistoryDays;
  contactNames: Pick<ContactNameStore, 'of'>;
  connector: Pick<Connector, 'personOf'>;
  sessions: {
    /** @throws AppError `session_not_found` */
    view(id: SessionId): Promise<SessionRecord>;
    /** @throws AppError `session_not_found`, `session_not_connected` */
    connection(id: SessionId): Promise<ConnectionActions>;
  };
  clock: Clock;
}

/** For how many days a session keeps messages. */
export interface HistorySetting {
  /** 0 when it keeps none. */
  days: number;
  /** Whether it has a number of its own; otherwise that of `HISTORY_DAYS` counts. */
  isOwn: boolean;
  /** How many it keeps, counted up to 100,000. */
  messages: number;
}

/** A conversation of the history. */
export interface KeptChat {
  /** The name of the person, or the subject of the group; `null` if unknown. */
  name: string | null;
  last: HistoryMessage;
}

/** A part of a list: at most `limit` entries behind this place. */
export type PlacedPage = Pick<HistoryPage, 'after' | 'limit'>;

/** What is searched for, and where. */
export interface HistorySearch extends PlacedPage {
  query: string;
  chat: Recipient | undefined;
}

/**
 * The messages that sessions keep, for callers. Every method may throw `session_not_found`; those that read messages also
 * `history_not_kept`.
 */
export class SessionHistory {
  readonly #deps: SessionHistoryDeps;
  readonly #searches = new Semaphore(SEARCHES_AT_ONCE);
  /** Decides what is kept. */
  readonly keeper: HistoryKeeper;

  constructor(deps: SessionHistoryDeps) {
    const { connector } = deps;
    this.#deps = deps;
    this.keeper = new HistoryKeeper({ ...deps, personOf: (id, jid) => connector.personOf(id, jid) });
  }

  /** For how many days the session keeps messages, and how many. */
  async setting(id: SessionId): Promise<HistorySetting> {
    const { days, sessions, store } = this.#deps;
    const { sessionId } = await sessions.view(id);
    const isOwn = (await days.own(sessionId)) !== undefined;
    return { days: await days.of(sessionId), isOwn, messages: await store.count(sessionId, MOST_COUNTED) };
  }

  /** Changes it, or has `HISTORY_DAYS` count (`null`). What is too old then is removed at once. */
  async set(id: SessionId, days: number | null): Promise<HistorySetting> {
    const { sessionId } = await this.#deps.sessions.view(id);
    await this.#deps.days.set(sessionId, days);
    const nowMs = this.#deps.clock.now();
    await this.#deps.store.removeOlder(sessionId, (await this.#deps.days.since(sessionId, nowMs)) ?? nowMs + 1);
    return this.setting(sessionId);
  }

  /** The conversations, those with the newest messages first. */
  async chats(id: SessionId, page: PlacedPage): Promise<KeptChat[]> {
    const sessionId = await this.#keeping(id);
    const lasts = await this.#deps.store.chats(sessionId, page);
    return Promise.all(lasts.map(async (last) => ({ name: await this.#nameOf(sessionId, last), last })));
  }

  /** The messages of a conversation, the newest first. */
  async messages(id: SessionId, chat: Recipient, page: PlacedPage): Promise<HistoryMessage[]> {
    const sessionId = await this.#keeping(id);
    const chatId = await this.#chatOf(sessionId, chat);
    return chatId === undefined ? [] : this.#deps.store.page(sessionId, { ...page, chatId });
  }

  /** The messages with all words of the query, the newest first. */
  async search(id: SessionId, { query, chat, ...page }: HistorySearch): Promise<SearchResult> {
    const sessionId = await this.#keeping(id);
    const chatId = chat && (await this.#chatOf(sessionId, chat));
    if (chat && chatId === undefined) return { messages: [], next: undefined };
    const read = (after: HistoryPlace | undefined, limit: number) =>
      this.#deps.store.page(sessionId, { chatId, after, limit });
    const { after, limit } = page;
    return this.#searches.run(() => search({ page: read, words: wordsOf(query), after, limit }, this.#deps.clock));
  }

  /** All messages of a session, or of one conversation, in pages, the newest first. */
  async export(id: SessionId, chat: Recipient | undefined): Promise<AsyncIterable<HistoryMessage[]>> {
    const sessionId = await this.#keeping(id);
    const chatId = chat && (await this.#chatOf(sessionId, chat));
    return chat && chatId === undefined ? nothing() : this.#pages(sessionId, chatId);
  }

  /** Removes a conversation from the history. Returns the number of messages. */
  async removeChat(id: SessionId, chat: Recipient): Promise<number> {
    const { sessionId } = await this.#deps.sessions.view(id);
    const chatIds = await chatIdsOf(chat, this.#finderOf(sessionId));
    let removed = 0;
    for (const chatId of chatIds) removed += await this.#deps.store.removeChat(sessionId, chatId);
    return removed;
  }

  /**
   * Asks the phone for messages of a conversation from before those that are kept. They arrive later, or never.
   * @throws AppError `message_not_found` when none is kept, and those of {@link ConnectionActions}
   */
  async askForOlder(id: SessionId, chat: Recipient, count: number): Promise<void> {
    const sessionId = await this.#keeping(id);
    const chatId = await this.#chatOf(sessionId, chat);
    const oldest = chatId === undefined ? undefined : await this.#deps.store.oldest(sessionId, chatId);
    if (!oldest) throw new AppError('message_not_found', { message: NOTHING_BEFORE });
    const { messageId, sentAtMs, author } = oldest;
    const { chats } = await this.#deps.sessions.connection(sessionId);
    await chats.askForOlder(chat, { messageId, sentAtMs, fromMe: author === OURSELVES }, count);
  }

  async *#pages(sessionId: SessionId, chatId: string | undefined): AsyncGenerator<HistoryMessage[]> {
    let after: HistoryPlace | undefined;
    for (;;) {
      const page = await this.#deps.store.page(sessionId, { chatId, after, limit: EXPORT_PAGE });
      const last = page.at(-1);
      if (!last) return;
      yield page;
      after = { atMs: last.sentAtMs, id: last.id };
    }
  }

  async #keeping(id: SessionId): Promise<SessionId> {
    const { sessionId } = await this.#deps.sessions.view(id);
    if ((await this.#deps.days.of(sessionId)) === 0) throw new AppError('history_not_kept');
    return sessionId;
  }

  async #chatOf(sessionId: SessionId, chat: Recipient): Promise<string | undefined> {
    return this.#deps.store.chatOf(sessionId, await chatIdsOf(chat, this.#finderOf(sessionId)));
  }

  async #nameOf(sessionId: SessionId, { chatId, content }: HistoryMessage): Promise<string | null> {
    if (chatId.endsWith('@g.us')) return content.groupName;
    const { connector, contactNames } = this.#deps;
    return (await contactNames.of(sessionId, await connector.personOf(sessionId, chatId))) ?? content.authorName;
  }

  #finderOf(sessionId: SessionId): FindPerson {
    return (jid) => this.#deps.connector.personOf(sessionId, jid);
  }
}

const NOTHING_BEFORE = 'No message of this conversation is kept: the phone is asked for those before the oldest one.';

async function* nothing(): AsyncGenerator<HistoryMessage[]> {
  // No conversation, no messages.
}
