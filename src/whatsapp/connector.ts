import type { PhoneNumber } from '../domain/address.ts';
import type { OverloadedError } from '../domain/errors.ts';
import { type Person, NOBODY } from '../domain/person.ts';
import type { SessionId } from '../domain/session-id.ts';
import type { AccountIdentity } from '../domain/session.ts';
import type { Clock } from '../kit/clock.ts';
import type { Logger } from '../kit/logger.ts';
import { Semaphore } from '../kit/semaphore.ts';
import type { Connection, ConnectionEventHandler, Connector } from '../ports/connection.ts';
import type { MediaSource } from '../ports/media.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { Journal, SignalKeyStore } from '../ports/signal.ts';
import type { AwaitedNumberStore, ChatTimerStore, SentMessageStore } from '../ports/storage.ts';
import { identityOf } from './addressing/jid.ts';
import { peopleOf } from './addressing/people.ts';
import { RecipientLookup } from './addressing/recipient-lookup.ts';
import { LibraryDownloads } from './baileys/library-downloads.ts';
import { ClientVersion } from './connection/client-version.ts';
import type { ConnectionDeps } from './connection/connection-deps.ts';
import { BaileysConnection } from './connection/connection.ts';
import { Reachability } from './connection/reachability.ts';
import { Logins } from './connection/logins.ts';
import { createSessionCache, type SessionCache } from './connection/session-cache.ts';
import { MediaDownloads } from './media/media-downloads.ts';
import { MediaHost } from './media/media-host.ts';
import { Routes, type RoutesDeps } from './proxy/routes.ts';
import { KnownMessages } from './receive/known-messages.ts';
import type { MediaSettings, WhatsAppSettings } from './settings.ts';
import { loadAuth, storedOwner } from './signal/auth-state.ts';
import { createKeyCache, CachedKeyStore } from './signal/key-cache.ts';
import { SessionStates } from './signal/session-states.ts';
import { storedKeys } from './signal/stored-keys.ts';
import { tokenView } from './signal/token-view.ts';

/** What the connector works with. */
export interface ConnectorDeps {
  settings: WhatsAppSettings;
  keys: SignalKeyStore;
  journal: Journal;
  /** Resolves when a connection may be opened. Rejects while the storage is unavailable. */
  admitted: () => Promise<void>;
  sentMessages: SentMessageStore;
  awaitedNumbers: AwaitedNumberStore;
  chatTimers: ChatTimerStore;
  media: MediaSettings;
  /** Since when (Unix ms) a session keeps messages; `undefined` when it keeps none. */
  keepsSince: (sessionId: SessionId) => Promise<number | undefined>;
  metrics: Pick<Metrics, 'uploaded'>;
  /** Their profiles say how sessions reach WhatsApp. */
  sessions: RoutesDeps['sessions'];
  /** `PROXY_URL`. */
  proxy: RoutesDeps['proxy'];
  lookupFor: RoutesDeps['lookupFor'];
  /** A login has succeeded or failed. */
  loginEnded: () => void;
  clock: Clock;
  log: Logger;
}

/** How many files are uploaded at once, over all sessions. */
const UPLOADS_AT_ONCE = 4;
/** How many parts of phones' histories are read at once, over all sessions. */
const HISTORIES_AT_ONCE = 2;

/** Opens connections to WhatsApp with Baileys. */
export class BaileysConnector implements Connector {
  readonly #deps: ConnectorDeps;
  /** Shared by all sessions: the account of a number does not depend on who asks. */
  readonly #lookup: RecipientLookup;
  readonly #routes: Routes;
  readonly #clientVersion: ClientVersion;
  readonly #downloads: LibraryDownloads;
  readonly #histories: ConnectionDeps['histories'];
  readonly #uploads: ConnectionDeps['uploads'];
  readonly #keyCache = createKeyCache();
  readonly #sessionStates = new SessionStates();
  readonly #logins: Logins;
  readonly #reachability: Reachability;
  /** The current connection of each session, or its last one. */
  readonly #connections = new Map<SessionId, BaileysConnection>();
  /** Fetches the files of messages, for all sessions. */
  readonly media: MediaSource;
  readonly #caches = new Map<SessionId, SessionCache>();

  constructor(deps: ConnectorDeps) {
    this.#deps = deps;
    this.#lookup = new RecipientLookup(deps.clock);
    this.#routes = new Routes({ ...deps, deviceName: deps.settings.deviceName ?? null });
    this.#clientVersion = new ClientVersion({ ...deps, agent: () => this.#routes.common() });
    this.#logins = new Logins(deps.clock, deps.loginEnded);
    this.#reachability = new Reachability(deps.clock);
    const host = new MediaHost(deps.media.host);
    this.#histories = { host, places: new Semaphore(HISTORIES_AT_ONCE) };
    this.#uploads = { mediaHost: host, semaphore: new Semaphore(UPLOADS_AT_ONCE), metrics: deps.metrics };
    this.#downloads = new LibraryDownloads(deps.clock, (location) => host.addressOf(location));
    this.media = new MediaDownloads({
      ...{ host, maxBytes: deps.media.maxBytes, clock: deps.clock },
      findMessage: (sessionId, messageId) => new KnownMessages(deps, sessionId).find(messageId),
      agentOf: (sessionId) => this.#routes.agentOf(sessionId),
      askAgain: async (sessionId, ...asked) => this.#connections.get(sessionId)?.askAgain(...asked),
    });
  }

  /** Why somebody must act before WhatsApp stops accepting the client's version; `null` if nobody must. */
  get warning(): string | null {
    return this.#clientVersion.warning;
  }

  /** Why WhatsApp cannot be reached at the moment; `null` when nothing is known to be wrong. */
  get unreachable(): string | null {
    return this.#reachability.problem;
  }

  open(sessionId: SessionId, onEvent: ConnectionEventHandler, codeFor?: PhoneNumber): Connection {
    const { settings, keys, journal, admitted, sentMessages, awaitedNumbers, chatTimers, clock, log } = this.#deps;
    const cache = this.#cacheOf(sessionId);
    const connection = new BaileysConnection({
      sessionId,
      settings,
      loadAuth: async (auth) => {
        await admitted();
        const stores = { keys: new CachedKeyStore(keys, this.#keyCache), journal, states: this.#sessionStates };
        const loaded = await loadAuth(stores, sessionId, auth);
        loaded.state.keys = tokenView(loaded.state.keys, () => cache.serverProps.terms);
        return loaded;
      },
      route: () => this.#routes.of(sessionId),
      clientVersion: this.#clientVersion,
      downloads: this.#downloads,
      histories: this.#histories,
      keepsSince: () => this.#deps.keepsSince(sessionId),
      knownMessages: new KnownMessages(this.#deps, sessionId),
      awaitedNumbers: () => awaitedNumbers.of(sessionId),
      timerOf: (names) => chatTimers.of(sessionId, names),
      ...cache,
      findSent: async (messageId) => (await sentMessages.find(sessionId, messageId))?.content ?? undefined,
      lookup: this.#lookup,
      uploads: this.#uploads,
      onEvent: this.#logins.begin(this.#reachability.watch(onEvent)),
      logins: this.#logins,
      codeFor,
      clock,
      log: log.child({ sessionId }),
    });
    this.#connections.set(sessionId, connection);
    return connection;
  }

  /** Closes all open connections; their owners decide when to open others. */
  holdBack(error: OverloadedError): void {
    for (const connection of this.#connections.values()) connection.holdBack(error);
  }

  /** Only the credentials of a linked device are ever stored. */
  async linkedAccount(sessionId: SessionId): Promise<AccountIdentity | undefined> {
    return identityOf((await storedOwner(this.#deps.keys, sessionId))?.id ?? '');
  }

  async personOf(sessionId: SessionId, jid: string): Promise<Person> {
    const [person] = await peopleOf(storedKeys(this.#deps.keys, sessionId), [[jid]]);
    return person ?? NOBODY;
  }

  release(sessionId: SessionId): void {
    this.#caches.delete(sessionId);
    this.#connections.delete(sessionId);
  }

  async forget(sessionId: SessionId): Promise<void> {
    this.release(sessionId);
    await this.#deps.keys.forget(sessionId);
  }

  #cacheOf(sessionId: SessionId): SessionCache {
    const cache = this.#caches.get(sessionId) ?? createSessionCache(this.#deps.clock);
    this.#caches.set(sessionId, cache);
    return cache;
  }
}
