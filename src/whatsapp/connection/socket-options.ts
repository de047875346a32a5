import { Browsers, type GroupMetadata, type UserFacingSocketConfig, type WAVersion } from '@whiskeysockets/baileys';
import type { Clock } from '../../kit/clock.ts';
import type { AppStateResync } from '../baileys/app-state-resync.ts';
import { BaileysCache } from '../baileys/baileys-cache.ts';
import type { PhoneNumber } from '../../domain/address.ts';
import type { LibraryDownloads } from '../baileys/library-downloads.ts';
import { CODE_CONNECTION_REFERENCE_MS } from '../pairing/pairing-code.ts';
import type { Route } from '../proxy/routes.ts';
import type { RetryCounters } from '../baileys/retry-counters.ts';
import type { Resends } from '../send/resends.ts';
import type { WhatsAppSettings } from '../settings.ts';
import { safeSignalRepository, type SignalRepositoryDeps } from '../signal/signal-repository.ts';

/** What differs from one connection to the next. */
export interface SocketConfigDeps extends SignalRepositoryDeps {
  settings: WhatsAppSettings;
  /** The client version that we claim to be. */
  version: WAVersion;
  downloads: LibraryDownloads;
  retryCounters: RetryCounters;
  deviceLists: BaileysCache;
  resends: Pick<Resends, 'message'>;
  /** Returns a group's metadata from a cache; without it Baileys asks WhatsApp with every message to the group. */
  groupMetadata: (groupId: string) => Promise<GroupMetadata>;
  /** The phone that a pairing code is typed into; undefined when a QR is scanned, or no pairing is needed. */
  codeFor: PhoneNumber | undefined;
  resync: Pick<AppStateResync, 'logger'>;
  clock: Clock;
  route: Route;
}

/** The ages are Baileys' own; more than `max` at a time would be an attack. */
const CALLS = { ttlMs: 300_000, max: 1_000 };
const PLACEHOLDER_RESENDS = { ttlMs: 3600_000, max: 5_000 };

/** Baileys' options for one connection. A comment says why, where they differ from its defaults. */
export function socketConfig(deps: SocketConfigDeps): UserFacingSocketConfig {
  const { settings, version, downloads, auth, retryCounters, deviceLists, resends, groupMetadata, codeFor } = deps;
  const { resync, route } = deps;
  return {
    ...connectionOptions(settings),
    ...(codeFor !== undefined && { qrTimeout: CODE_CONNECTION_REFERENCE_MS }),
    version,
    // Bounds what Baileys downloads by itself.
    options: { dispatcher: downloads.over(route.agent) } as unknown as RequestInit,
    auth: auth.state,
    makeSignalRepository: safeSignalRepository(deps),
    msgRetryCounterCache: retryCounters,
    userDevicesCache: deviceLists,
    ...smallCaches(deps.clock),
    // Baileys also applies this limit to each write, where it costs more than the write itself (two stacks, two errors and a timer).
    // The watchdogs find connections that hang.
    connectTimeoutMs: 0,
    // Baileys waits this long for each message that it cannot decrypt, with everything behind it waiting too.
    retryRequestDelayMs: 0,
    // When the storage fails, the connection ends; retrying for half a minute, the default, would only delay that.
    transactionOpts: { maxCommitRetries: 1, delayBetweenTriesMs: 0 },
    // Baileys logs keys and whole stanzas; of app state, it reports failures in no other way.
    logger: resync.logger,
    // The names of contacts are only believed as the phone sealed them.
    appStateMacVerification: { patch: true, snapshot: true },
    browser: browserOf(route, codeFor),
    // It serves both schemes; Baileys' type names that for TLS alone.
    ...(route.agent && ({ agent: route.agent } as unknown as Partial<UserFacingSocketConfig>)),
    // Being online would silence the notifications of the owner's phone.
    markOnlineOnConnect: false,
    // The default asks the phone for its whole history. What it sends anyway is read beside Baileys (history/).
    syncFullHistory: false,
    shouldSyncHistoryMessage: () => true,
    // We know what we send, and the echo is one more place that throws where nobody catches.
    emitOwnEvents: false,
    generateHighQualityLinkPreview: false,
    // See `query-deadlines.ts` and `first-questions.ts`.
    defaultQueryTimeoutMs: undefined,
    fireInitQueries: false,
    // Called inside a transaction. It uses no keys, and it never resolves with undefined, which would have Baileys ask by itself.
    cachedGroupMetadata: groupMetadata,
    getMessage: (key) => resends.message(key),
  };
}

/** Stand-ins for caches that Baileys would make for each socket, at 5 kB each while empty, and with a timer. */
function smallCaches(clock: Clock): Partial<UserFacingSocketConfig> {
  return {
    callOfferCache: new BaileysCache(clock, CALLS),
    placeholderResendCache: new BaileysCache(clock, PLACEHOLDER_RESENDS),
  };
}

/** WhatsApp gives pairing codes only to clients that name a real operating system; otherwise the phone shows any name. */
function browserOf({ deviceName }: Route, codeFor: PhoneNumber | undefined): [string, string, string] {
  const [os, browser, version] = Browsers.macOS('Chrome');
  return [codeFor === undefined ? (deviceName ?? os) : os, browser, version];
}

function connectionOptions(settings: WhatsAppSettings): Partial<UserFacingSocketConfig> {
  const { wsUrl, qrLifetimeMs } = settings;
  return {
    ...(wsUrl !== undefined && { waWebSocketUrl: wsUrl }),
    ...(qrLifetimeMs !== undefined && { qrTimeout: qrLifetimeMs }),
  };
}
