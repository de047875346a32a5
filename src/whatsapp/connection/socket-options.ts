import {
  Browsers,
  type GroupMetadata,
  proto,
  type UserFacingSocketConfig,
  type WAVersion,
} from '@whiskeysockets/baileys';
import { type Clock } from '../../kit/clock.ts';
import { silentLogger } from '../../kit/logger.ts';
import { BoundedCache } from '../baileys/bounded-cache.ts';
import { type PhoneNumber } from '../../domain/address.ts';
import { type LibraryDownloads } from '../baileys/library-downloads.ts';
import { CODE_LINE_REFERENCE_MS } from '../pairing/pairing-code.ts';
import { type RetryCounters } from '../baileys/retry-counters.ts';
import { type WhatsAppSettings } from '../settings.ts';
import { safeSignalRepository, type SignalRepositoryDeps } from '../signal/signal-repository.ts';

/** Finds a message that we sent, encoded, by its id; for a recipient who could not decrypt it. */
export type FindSent = (messageId: string) => Promise<Uint8Array | undefined>;

/** What the options of one line are made of. */
export interface SocketConfigDeps extends SignalRepositoryDeps {
  settings: WhatsAppSettings;
  /** The client version that we say we are. */
  version: WAVersion;
  downloads: LibraryDownloads;
  retryCounters: RetryCounters;
  deviceLists: BoundedCache;
  findSent: FindSent;
  /** What a group is like, asked for at most once; without it Baileys asks with every message to the group. */
  groupMetadata: (groupId: string) => Promise<GroupMetadata>;
  /** Whose phone a code is typed into; undefined where a QR is scanned, or nothing. */
  codeFor: PhoneNumber | undefined;
  clock: Clock;
}

/** As long as Baileys keeps them itself; more at a time would be an attack. */
const CALLS = { ttlMs: 300_000, max: 1_000 };
const ASKED_OF_THE_PHONE = { ttlMs: 3600_000, max: 5_000 };

/** The options of Baileys for one line. What differs from its defaults says why. */
export function socketConfig(deps: SocketConfigDeps): UserFacingSocketConfig {
  const { settings, version, downloads, auth, retryCounters, deviceLists, findSent, groupMetadata, codeFor } = deps;
  return {
    ...connectionOptions(settings),
    ...(codeFor !== undefined && { qrTimeout: CODE_LINE_REFERENCE_MS }),
    version,
    // Bounds what it downloads by itself.
    options: { dispatcher: downloads } as unknown as RequestInit,
    auth: auth.state,
    makeSignalRepository: safeSignalRepository(deps),
    msgRetryCounterCache: retryCounters,
    userDevicesCache: deviceLists,
    ...smallCaches(deps.clock),
    // Its limit for a connection that opens, which it also sets for each write; there it costs more than the write itself
    // (two stacks, two errors and a timer). The watchdogs have limits of their own for lines that hang.
    connectTimeoutMs: 0,
    // A storage that fails ends the line; trying again for half a minute, as is the default, would only hold it up.
    transactionOpts: { maxCommitRetries: 1, delayBetweenTriesMs: 0 },
    // Its log lines carry keys and whole stanzas.
    logger: silentLogger,
    // A code is refused to who does not name a real system.
    browser: Browsers.macOS('Chrome'),
    // Marking us online would silence the notifications of the owner's phone.
    markOnlineOnConnect: false,
    // The default asks the phone for its whole history, which the backend is never told.
    syncFullHistory: false,
    // We know what we send; the echo is one more way to throw out of band.
    emitOwnEvents: false,
    generateHighQualityLinkPreview: false,
    defaultQueryTimeoutMs: 30_000,
    // Asked inside a transaction: it uses no keys, and answers or fails, so that Baileys does not ask once more.
    cachedGroupMetadata: groupMetadata,
    // By the id alone: a receipt may name the chat by number or by LID.
    getMessage: async ({ id }) => decodeSent(id ? await findSent(id) : undefined),
  };
}

/** Caches that Baileys would make itself, of a kind that costs 5 kB while it is empty, and a timer. They end with the line. */
function smallCaches(clock: Clock): Partial<UserFacingSocketConfig> {
  return {
    callOfferCache: new BoundedCache(clock, CALLS),
    placeholderResendCache: new BoundedCache(clock, ASKED_OF_THE_PHONE),
  };
}

function connectionOptions(settings: WhatsAppSettings): Partial<UserFacingSocketConfig> {
  const { wsUrl, qrLifetimeMs } = settings;
  return {
    ...(wsUrl !== undefined && { waWebSocketUrl: wsUrl }),
    ...(qrLifetimeMs !== undefined && { qrTimeout: qrLifetimeMs }),
  };
}

/** Never an empty message for an unknown one: the recipient would see a blank. */
function decodeSent(content: Uint8Array | undefined): proto.IMessage | undefined {
  return content && proto.Message.decode(content);
}
