import { WA_CERT_DETAILS } from '@whiskeysockets/baileys';
import { type PhoneNumber } from '../domain/address.ts';
import { type OverloadedError } from '../domain/errors.ts';
import { type SessionId } from '../domain/session-id.ts';
import { type Clock } from '../kit/clock.ts';
import { type Logger } from '../kit/logger.ts';
import { Slots } from '../kit/semaphore.ts';
import { type Connection, type ConnectionListener, type Connector } from '../ports/connection.ts';
import { type MediaSource } from '../ports/media.ts';
import { type Metrics } from '../ports/metrics.ts';
import { type Journal, type SignalKeyStore } from '../ports/signal.ts';
import { type AwaitedNumberStore, type SentMessageStore } from '../ports/storage.ts';
import { RecipientLookup } from './addressing/recipient-lookup.ts';
import { LibraryDownloads } from './baileys/library-downloads.ts';
import { quietLibsignal } from './baileys/quiet-libsignal.ts';
import { ClientVersion } from './connection/client-version.ts';
import { type ConnectionParts } from './connection/connection-deps.ts';
import { BaileysConnection } from './connection/connection.ts';
import { emptyMemory, type SessionMemory } from './connection/session-cache.ts';
import { MediaDownloads } from './media/media-downloads.ts';
import { MediaHost } from './media/media-host.ts';
import { KnownMessages } from './receive/known-messages.ts';
import { type MediaSettings, type WhatsAppSettings } from './settings.ts';
import { loadAuth } from './signal/auth-state.ts';
import { emptyKeyMemory, RememberedKeys } from './signal/key-cache.ts';

/** What the connector is made of. */
export interface ConnectorParts {
  settings: WhatsAppSettings;
  keys: SignalKeyStore;
  journal: Journal;
  /** Resolves when a line may be opened. Rejects while the storage takes nothing. */
  admitted: () => Promise<void>;
  sentMessages: SentMessageStore;
  awaitedNumbers: AwaitedNumberStore;
  media: MediaSettings;
  metrics: Pick<Metrics, 'uploaded'>;
  clock: Clock;
  log: Logger;
}

/** So many files go out at once, of all sessions. */
const UPLOADS_AT_ONCE = 4;

/** Opens lines to WhatsApp with Baileys. */
export class BaileysConnector implements Connector {
  readonly #parts: ConnectorParts;
  /** Shared by all sessions: which account a number has does not depend on who asks. */
  readonly #lookup: RecipientLookup;
  readonly #clientVersion: ClientVersion;
  readonly #downloads: LibraryDownloads;
  readonly #uploads: ConnectionParts['uploads'];
  readonly #keyMemory = emptyKeyMemory();
  /** The line that each session has, or had last. */
  readonly #lines = new Map<SessionId, BaileysConnection>();
  /** The files of the messages of all sessions. */
  readonly media: MediaSource;
  /** What outlives the lines of a session, but not the process. */
  readonly #memories = new Map<SessionId, SessionMemory>();

  constructor(parts: ConnectorParts) {
    this.#parts = parts;
    this.#lookup = new RecipientLookup(parts.clock);
    this.#clientVersion = new ClientVersion(parts);
    const host = new MediaHost(parts.media.host);
    this.#uploads = { mediaHost: host, slots: new Slots(UPLOADS_AT_ONCE), metrics: parts.metrics };
    this.#downloads = new LibraryDownloads(parts.clock, host);
    this.media = new MediaDownloads({
      ...{ host, maxBytes: parts.media.maxBytes, clock: parts.clock },
      findMessage: (sessionId, messageId) => new KnownMessages(parts, sessionId).find(messageId),
      askAgain: async (sessionId, ...asked) => this.#lines.get(sessionId)?.askAgain(...asked),
    });
    quietLibsignal();
    // Baileys reads the key that all servers must be certified by from this exported object, for the whole process.
    if (parts.settings.rootKey) WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(parts.settings.rootKey);
  }

  open(sessionId: SessionId, listener: ConnectionListener, codeFor?: PhoneNumber): Connection {
    const { settings, keys, journal, admitted, sentMessages, awaitedNumbers, clock, log } = this.#parts;
    const line = new BaileysConnection({
      sessionId,
      settings,
      loadAuth: async (auth) => {
        await admitted();
        return loadAuth({ keys: new RememberedKeys(keys, this.#keyMemory), journal }, sessionId, auth);
      },
      clientVersion: this.#clientVersion,
      downloads: this.#downloads,
      knownMessages: new KnownMessages(this.#parts, sessionId),
      awaitedNumbers: () => awaitedNumbers.of(sessionId),
      ...this.#memoryOf(sessionId),
      findSent: async (messageId) => (await sentMessages.find(sessionId, messageId))?.content,
      lookup: this.#lookup,
      uploads: this.#uploads,
      listener,
      codeFor,
      clock,
      log: log.child({ sessionId }),
    });
    this.#lines.set(sessionId, line);
    return line;
  }

  /** Closes all lines that are open; whoever they belong to decides when to open others. */
  holdBack(error: OverloadedError): void {
    for (const line of this.#lines.values()) line.holdBack(error);
  }

  /** Only those of a linked device are ever stored. */
  async isLinked(sessionId: SessionId): Promise<boolean> {
    return (await this.#parts.keys.credentials(sessionId)) !== undefined;
  }

  async forget(sessionId: SessionId): Promise<void> {
    this.#memories.delete(sessionId);
    this.#lines.delete(sessionId);
    await this.#parts.keys.forget(sessionId);
  }

  #memoryOf(sessionId: SessionId): SessionMemory {
    const memory = this.#memories.get(sessionId) ?? emptyMemory(this.#parts.clock);
    this.#memories.set(sessionId, memory);
    return memory;
  }
}
