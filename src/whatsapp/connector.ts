import { WA_CERT_DETAILS } from '@whiskeysockets/baileys';
import { type Clock } from '../kit/clock.ts';
import { type Logger } from '../kit/logger.ts';
import { type Connection, type ConnectionListener, type Connector, type SentMessageStore } from '../domain/ports.ts';
import { type Journal, type SignalKeyStore } from '../domain/signal-ports.ts';
import { type SessionId } from '../domain/session-id.ts';
import { loadAuth } from './auth-state.ts';
import { ClientVersion } from './client-version.ts';
import { BaileysConnection, type ConnectionParts } from './connection.ts';
import { GroupNames } from './group-names.ts';
import { KnownMessages } from './known-messages.ts';
import { LibraryDownloads } from './library-downloads.ts';
import { quietLibsignal } from './quiet-libsignal.ts';
import { RecipientLookup } from './recipient-lookup.ts';
import { RetryCounters } from './retry-counters.ts';
import { type WhatsAppSettings } from './settings.ts';

/** What the connector is made of. */
export interface ConnectorParts {
  settings: WhatsAppSettings;
  keys: SignalKeyStore;
  journal: Journal;
  /** Rejects while the storage takes nothing: then no line is opened. */
  storageReady: () => Promise<void>;
  sentMessages: SentMessageStore;
  clock: Clock;
  log: Logger;
}

/** What the lines of one session hand on to each other. */
type SessionMemory = Pick<ConnectionParts, 'retryCounters' | 'groupNames'>;

/** Opens lines to WhatsApp with Baileys. */
export class BaileysConnector implements Connector {
  readonly #parts: ConnectorParts;
  /** Shared by all sessions: which account a number has does not depend on who asks. */
  readonly #lookup = new RecipientLookup();
  readonly #clientVersion: ClientVersion;
  readonly #downloads: LibraryDownloads;
  /** What outlives the lines of a session, but not the process. */
  readonly #memories = new Map<SessionId, SessionMemory>();

  constructor(parts: ConnectorParts) {
    this.#parts = parts;
    this.#clientVersion = new ClientVersion(parts);
    this.#downloads = new LibraryDownloads(parts.clock);
    quietLibsignal();
    // Baileys reads the key that all servers must be certified by from this exported object, for the whole process.
    if (parts.settings.rootKey) WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(parts.settings.rootKey);
  }

  open(sessionId: SessionId, listener: ConnectionListener): Connection {
    const { settings, keys, journal, storageReady, sentMessages, clock, log } = this.#parts;
    return new BaileysConnection({
      sessionId,
      settings,
      loadAuth: async (troubled) => {
        await storageReady();
        return loadAuth({ keys, journal }, sessionId, troubled);
      },
      clientVersion: this.#clientVersion,
      downloads: this.#downloads,
      knownMessages: new KnownMessages(this.#parts, sessionId),
      ...this.#memoryOf(sessionId),
      findSent: async (messageId) => (await sentMessages.find(sessionId, messageId))?.content,
      lookup: this.#lookup,
      listener,
      clock,
      log: log.child({ sessionId }),
    });
  }

  async forget(sessionId: SessionId): Promise<void> {
    this.#memories.delete(sessionId);
    await this.#parts.keys.forget(sessionId);
  }

  #memoryOf(sessionId: SessionId): SessionMemory {
    const { clock } = this.#parts;
    const memory = this.#memories.get(sessionId) ?? {
      retryCounters: new RetryCounters(clock),
      groupNames: new GroupNames(clock),
    };
    this.#memories.set(sessionId, memory);
    return memory;
  }
}
