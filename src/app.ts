import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BackPressure, freeBytesAt } from './runtime/back-pressure.ts';
import { type Random, systemRandom } from './kit/random.ts';
import { type Clock, systemClock } from './kit/clock.ts';
import { describeFailure } from './kit/failure.ts';
import type { Logger } from './kit/logger.ts';
import { BackendNotifier } from './webhooks/backend-notifier.ts';
import { createDeliveryClient } from './webhooks/delivery-client.ts';
import type { Config } from './config/config.ts';
import type { FurtherEvents } from './ports/callbacks.ts';
import type { MediaStore } from './ports/media.ts';
import type { Metrics } from './ports/metrics.ts';
import type { Lease, Placement, SessionHost } from './ports/ownership.ts';
import type { Storage } from './ports/storage.ts';
import { announceReady } from './runtime/announce.ts';
import { type AuditTrail, openAuditTrail } from './runtime/audit-trail.ts';
import { followOthers } from './runtime/follow-others.ts';
import { watchedHealth } from './runtime/watched-health.ts';
import {
  ApiKeys,
  type Drafts,
  findFfmpeg,
  type HttpApp,
  type FileSettings,
  FOLDER_PREFIX,
  removeLeftovers,
  startHttpServer,
  systemAddresses,
  systemResolve,
} from './http/server.ts';
import { createTokens } from './runtime/browser-tokens.ts';
import { createDrafts, expireDrafts } from './runtime/drafts.ts';
import { createOperatorNews } from './runtime/operator-news.ts';
import { Housekeeping } from './runtime/housekeeping.ts';
import { openMediaFiles } from './runtime/open-media-files.ts';
import { openAndJoin, type OpenedStorage, viewOf } from './runtime/cluster-member.ts';
import { PrometheusMetrics } from './metrics/prometheus.ts';
import { proxiesOf, proxyCheck } from './runtime/proxies.ts';
import { createRest } from './runtime/rest-interface.ts';
import { RunningSessions } from './runtime/session-host.ts';
import { bytesOf, createDatabaseBound } from './runtime/database-bound.ts';
import { SpareMemory } from './runtime/spare-memory.ts';
import { createSink, createSubscriptions, type Sink } from './runtime/subscriptions.ts';
import { createScheduler } from './runtime/scheduled-messages.ts';
import { followSteps } from './runtime/tracing.ts';
import type { ProcessGuard } from './runtime/process-guard.ts';
import { HistoryDays } from './sessions/history/history-days.ts';
import { DownloadSetting } from './sessions/media/download-setting.ts';
import { MediaDownloader } from './sessions/media/media-downloader.ts';
import { SessionManager } from './sessions/session-manager.ts';
import { sessionFolders } from './storage/files/session-folders.ts';
import { importVersion3 } from './runtime/import-version-3.ts';
import { VERSION } from './version.ts';
import { BaileysConnector } from './whatsapp/connector.ts';

/** How long shutdown waits for requests in flight: longer than a send takes, shorter than the 20 s in all. */
const DRAIN_MS = 14_000;

/** The running orchestrator. Disposing it shuts down in order: nothing in flight is lost. */
export interface App extends AsyncDisposable {
  /** Where it listens. */
  url: string;
  port: number;
}

/** What an app is started with; tests hand in their own clock, randomness and disk. */
export interface AppOptions {
  log: Logger;
  guard: ProcessGuard;
  clock?: Clock;
  random?: Random;
  /** Returns how many lines of the log were dropped. */
  droppedLogLines?: () => number;
  /** Returns the free bytes of the disk that holds this folder. */
  freeBytes?: (folder: string) => Promise<number>;
  /** Other nodes have taken this one for dead: the process must end at once, and start anew. */
  onBuried?: () => void;
  /** Collects all garbage of the process at once. */
  collectGarbage?: () => void;
}

const DEFAULTS = {
  ...{ clock: systemClock, random: systemRandom, freeBytes: freeBytesAt },
  ...{ droppedLogLines: () => 0, onBuried: () => undefined, collectGarbage: () => undefined },
};

/**
 * Builds every part once, from the lowest layer up, and passes each its dependencies.
 * @throws ListenError, MediaStoreError, StorageInUseError, StorageKeyError, StorageTooNewError, StorageUnreadableError
 */
export async function startApp(config: Config, deps: AppOptions): Promise<App> {
  const built: AsyncDisposable[] = [];
  try {
    const all = { ...DEFAULTS, ...deps };
    keep(built, await followSteps(config.tracing, all));
    return await build(config, all, built);
  } catch (error) {
    await takeDown(built);
    throw error;
  }
}

async function build(config: Config, deps: Required<AppOptions>, built: AsyncDisposable[]): Promise<App> {
  const { clock, log, guard, droppedLogLines, onBuried } = deps;
  const metrics = new PrometheusMetrics({ onPostgres: !!config.storage.databaseUrl, isNode: config.cluster !== null });
  const opened = keep(built, await openAndJoin(config, { clock, log, metrics, onBuried }));
  const { storage, member } = opened;
  const { isShared, lease, placement, cluster, mayServe } = viewOf(opened, () => host);
  if (!config.storage.masterKey)
    log.warn('credentials and messages are stored in plaintext; set MASTER_KEY to encrypt them');
  if (!member) await importOld(config, deps, storage);
  const files = keep(built, await openFiles(config, deps, storage));
  const audit = keep(built, await openAuditTrail(config, deps, storage));
  const notifier = keep(built, createNotifier(config, deps, { storage, metrics, lease }));
  const webhooks = keep(built, createSubscriptions(config, { ...deps, storage, metrics, lease }));
  const sink = keep(built, await createSink(config, { ...deps, storage, metrics, lease }));
  const settings = await DownloadSetting.load(storage.settings, config.media.download);
  const pressure = keep(built, createBackPressure(config, deps, storage));
  const historyDays = new HistoryDays(storage.history, config.sessions.historyDays);
  const connector = createConnector(config, deps, { storage, pressure, metrics, historyDays, built });
  const mediaDeps = { source: connector.media, files, held: storage.heldCallbacks, setting: settings, metrics, clock };
  const media = keep(built, new MediaDownloader({ ...mediaDeps, log: log.child({ part: 'media' }) }));
  const sessions: SessionManager = keep(
    built,
    createSessions(config, deps, {
      ...{ storage, connector, admission: pressure, media, metrics, isShared, placement },
      ...{ furtherEvents: webhooks.furtherEvents, historyDays },
    }),
  );
  const drafts = createDrafts(deps, { storage, webhooks, sessions });
  keep(built, createHousekeeping(config, deps, { storage, files, audit, drafts, sink }));
  const host: SessionHost = new RunningSessions({
    ...{ transfer: sessions.transfer, media },
    notifiers: [notifier, webhooks, sink],
  });
  await sessions.load();
  if (!member) await sessions.transfer.addAll();
  const keys = await loadKeys(config, deps, storage);
  const tokens = keep(built, createTokens(deps, { sessions, keys, store: member?.storage.browserTokens }));
  if (member) followOthers(member.node, { keys, settings, tokens, webhooks, metrics }, log);
  const uploads = await prepareFiles(config, log);
  const scheduled = keep(built, createScheduler(deps, { storage, sessions, files: uploads }));
  const bound = keep(built, createDatabaseBound(config, { ...deps, storage, webhooks, sink, metrics }));
  const parts = { storage, files, notifier, webhooks, pressure, bound, sink, guard, client: connector };
  const health = watchedHealth({ ...parts, droppedLogLines, clock, mayServe, node: member?.node, sessions, metrics });
  const news = keep(built, await createOperatorNews(config, deps, { sessions, health, storage, metrics, member }));
  const http = createRest(config, deps, {
    ...{ sessions, media, scheduled, settings, webhooks, health, metrics, keys, tokens, audit, drafts },
    ...{ storage, connector, cluster, files: uploads, ...news.api },
  });
  const server = keep(
    built,
    await startHttpServer(http, { ...config.http, clock, log: log.child({ part: 'http' }), drainMs: DRAIN_MS }),
  );
  for (const part of [pressure, notifier, sink, webhooks]) await part.start();
  if (member) takeShare(member, { host, http }, built);
  else await startAll({ media, sessions });
  for (const part of [scheduled, news, bound]) part.start();
  health.started();
  announceReady(config, { url: server.url, log });
  return { url: server.url, port: server.port, [Symbol.asyncDispose]: () => takeDown(built) };
}

/** Takes over what version 3 left in `AUTH_DIR`, which no other node has. */
function importOld({ sessions: { authDir } }: Config, { clock, log }: Required<AppOptions>, storage: Storage) {
  const { sessions, signalKeys: keys } = storage;
  return importVersion3({ authDir, sessions, keys, clock, log });
}

/** A process on its own runs everything that is stored. */
async function startAll({ media, sessions }: { media: MediaDownloader; sessions: SessionManager }): Promise<void> {
  await media.resume();
  sessions.transfer.startAll();
}

/** A node runs what it takes, and gives it to the others before its end, while it still serves requests. */
function takeShare(
  { node, network }: NonNullable<OpenedStorage['member']>,
  { host, http }: { host: SessionHost; http: HttpApp },
  built: AsyncDisposable[],
): void {
  keep(built, network).serve(http);
  node.run(host);
  keep(built, { [Symbol.asyncDispose]: () => node.drain() });
}

function openFiles({ media }: Config, { clock, log }: Required<AppOptions>, storage: Storage): Promise<MediaStore> {
  const temporary = join(tmpdir(), FOLDER_PREFIX);
  return openMediaFiles(media, { index: storage.mediaIndex, temporary, clock, log: log.child({ part: 'media' }) });
}

/** What becomes old. */
interface HousekeepingDeps {
  storage: Storage;
  files: MediaStore;
  audit: AuditTrail;
  drafts: Drafts;
  sink: Pick<Sink, 'awaited'>;
}

function createHousekeeping(
  { backend, media, sessions: { historyDays } }: Config,
  deps: Required<AppOptions>,
  { storage, files, audit, drafts, sink }: HousekeepingDeps,
): Housekeeping {
  const chores = [
    (signal: AbortSignal) => storage.prune(backend.retentionMs, signal, sink.awaited),
    (signal: AbortSignal) => audit.prune(signal),
    (signal: AbortSignal) => expireDrafts({ drafts, store: storage.drafts, clock: deps.clock }, signal),
    (signal: AbortSignal) => storage.history.prune(historyDays, signal),
    (signal: AbortSignal) => files.prune(media.retentionMs, signal),
    () => removeLeftovers(tmpdir()),
  ];
  return new Housekeeping(chores, deps);
}

function loadKeys({ http }: Config, { clock, random, log }: Required<AppOptions>, storage: Storage): Promise<ApiKeys> {
  const { apiKeys: store, settings } = storage;
  return ApiKeys.load({ store, settings, pepper: http.keyPepper, clock, random, log: log.child({ part: 'keys' }) });
}

/** How uploads are received; removes what an earlier process left of them. */
async function prepareFiles({ media }: Config, log: Logger): Promise<Omit<FileSettings, 'clock'>> {
  const temporaryDir = tmpdir();
  await removeLeftovers(temporaryDir).catch((error: unknown) =>
    log.warn({ failure: describeFailure(error) }, 'temporary files of an earlier process could not be removed'),
  );
  return {
    temporaryDir,
    maxBytes: media.maxBytes,
    allowedHosts: media.urlAllowedHosts,
    ...{ resolve: systemResolve, ownAddresses: systemAddresses },
    userAgent: `whatsapp-orchestrator/${VERSION}`,
    ffmpeg: await findFfmpeg(process.env.PATH ?? ''),
  };
}

function createNotifier(
  config: Config,
  { clock, random, log }: Required<AppOptions>,
  { storage, metrics, lease }: { storage: Storage; metrics: Metrics; lease: Lease },
): BackendNotifier {
  const { baseUrl, apiKey, signingSecret, timeoutMs, retries, poisonAfterMs, retentionMs } = config.backend;
  return new BackendNotifier({
    queue: storage.callbacks,
    deliver: createDeliveryClient({ baseUrl, apiKey, secret: signingSecret, timeoutMs, version: VERSION }, clock),
    settings: { retries, poisonAfterMs, retentionMs },
    ...{ metrics, clock, random, lease },
    log: log.child({ part: 'callbacks' }),
  });
}

function createBackPressure(
  config: Config,
  { clock, log, freeBytes }: Required<AppOptions>,
  { callbacks, space }: Storage,
): BackPressure {
  return new BackPressure({
    bounds: config.bounds,
    callbacks: () => callbacks.counts(clock.now()),
    freeBytes: () => freeBytes(config.sessions.authDir),
    databaseBytes: () => bytesOf(space),
    clock,
    log: log.child({ part: 'back-pressure' }),
  });
}

function createConnector(
  config: Config,
  { clock, log, collectGarbage }: Required<AppOptions>,
  {
    storage,
    pressure,
    metrics,
    historyDays,
    built,
  }: Pick<SessionsDeps, 'storage' | 'metrics' | 'historyDays'> & { pressure: BackPressure; built: AsyncDisposable[] },
): BaileysConnector {
  const { sentMessages, awaitedNumbers, chatTimers, signalKeys: keys, journal } = storage;
  const memory = keep(built, new SpareMemory(clock, collectGarbage));
  const connector = new BaileysConnector({
    settings: config.whatsapp,
    ...proxiesOf(config, storage),
    ...{ keys, journal, sentMessages, awaitedNumbers, chatTimers, metrics, clock, media: config.media },
    keepsSince: (sessionId) => historyDays.since(sessionId, clock.now()),
    admitted: async () => {
      await pressure.admitted();
      await storage.check();
    },
    loginEnded: () => memory.loginEnded(),
    log: log.child({ part: 'whatsapp' }),
  });
  pressure.onReached((error) => connector.holdBack(error));
  return connector;
}

/** What the sessions are built on. */
interface SessionsDeps {
  storage: Storage;
  connector: BaileysConnector;
  admission: BackPressure;
  media: MediaDownloader;
  metrics: Metrics;
  furtherEvents: FurtherEvents;
  historyDays: HistoryDays;
  placement: Placement;
  /** Whether other nodes run some of the stored sessions. */
  isShared: boolean;
}

function createSessions(
  config: Config,
  { clock, random, log }: Required<AppOptions>,
  { storage, connector, admission, media, metrics, furtherEvents, historyDays, placement, isShared }: SessionsDeps,
): SessionManager {
  const { sessions: store, sentMessages, conversations, refusals, pollVotes, awaitedNumbers, contactNames } = storage;
  const { timeline, accountIds, history, labels, joinRequests, scheduledMessages } = storage;
  return new SessionManager({
    settings: config.sessions,
    ...{ store, sentMessages, scheduledMessages, conversations, refusals, pollVotes, contactNames, awaitedNumbers },
    ...{ timeline, accountIds, history, labels, historyDays, connector, admission, media, metrics, furtherEvents },
    ...{ joinRequests, placement, isShared, ...proxyCheck(config), clock, random },
    folders: sessionFolders(config.sessions.authDir),
    log: log.child({ part: 'sessions' }),
  });
}

/** Registers a part for {@link takeDown}. */
function keep<Part extends AsyncDisposable>(built: AsyncDisposable[], part: Part): Part {
  built.push(part);
  return part;
}

/** Disposes the parts in reverse order: the HTTP server first, the storage last. */
async function takeDown(built: AsyncDisposable[]): Promise<void> {
  for (const part of built.splice(0).reverse()) await part[Symbol.asyncDispose]();
}
