import express, { type Express, type RequestHandler } from 'express';
import { AppError } from '../domain/errors.ts';
import type { Clock } from '../kit/clock.ts';
import type { Logger } from '../kit/logger.ts';
import type { Random } from '../kit/random.ts';
import type { Secret } from '../kit/secret.ts';
import { Supervisor } from '../kit/supervisor.ts';
import type { Cluster } from '../ports/cluster.ts';
import type { IdempotencyStore } from '../ports/storage.ts';
import { authenticate, limitPublic, recognize } from './access/authenticate.ts';
import { RateLimits } from './access/rate-limits.ts';
import { browserHeaders, type CorsOrigins } from './browser.ts';
import type { Core } from './core.ts';
import { addRoutes, type DispatchDeps, refuseOtherMethods } from './dispatch.ts';
import { lastCatch, nothingHere } from './errors.ts';
import { FileIntake, type FileSettings } from './files/request-files.ts';
import { Idempotency } from './idempotency.ts';
import { ClusterSessions } from './live/cluster-sessions.ts';
import { LiveEvents } from './live/live-events.ts';
import { SessionFeed } from './live/session-feed.ts';
import { addMcp } from './mcp/endpoint.ts';
import { pages } from './pages.ts';
import { Reference } from './reference/reference.ts';
import { requestContext } from './request-context.ts';
import type { Route } from './route.ts';
import { OPERATIONS, ROUTES } from './routes/index.ts';
import { health } from './routes/server/health.ts';
import { sessionView } from './views/session-view.ts';

export { addressees } from './addressees.ts';
export { ApiKeys } from './access/api-keys.ts';
export { BrowserTokens } from './access/browser-tokens.ts';
export { TokensInMemory } from './access/tokens-in-memory.ts';
export { Drafts } from './drafts.ts';
export { endUnlinked } from './end-unlinked.ts';
export { findFfmpeg } from './files/ffmpeg.ts';
export { removeLeftovers } from './files/leftovers.ts';
export { FOLDER_PREFIX } from './files/temporary-folder.ts';
export { scheduledMessageOpener } from './open-message.ts';
export { type FileSettings } from './files/request-files.ts';
export { systemAddresses, systemResolve, UrlRules } from './files/url-rules.ts';
export { type Drainable, type HttpServer, ListenError, type ListenOptions, startHttpServer } from './listen.ts';

/** The dependencies and settings of the app. */
export interface HttpAppDeps extends Omit<Core, 'live' | 'newSecret' | 'nodeOf' | 'reference' | 'sessionView'> {
  /** The version of the product. */
  version: string;
  cluster: Cluster;
  /** Stores the first answers to requests with an `Idempotency-Key`. */
  answers: IdempotencyStore;
  clock: Clock;
  random: Random;
  log: Logger;
  /** `API_KEY`: each key grants full access; without any, access is open. */
  apiKeys: readonly Secret[];
  /** Requests per minute, for each key and each address; 0 is no limit. */
  rateLimit: number;
  trustProxy: TrustProxy;
  corsOrigins: CorsOrigins;
  /** Names by which callers without a key may reach a server without `API_KEY`. */
  allowedHosts: readonly string[];
  /** Whether an MCP server is served at `/mcp`. */
  mcp?: boolean;
  /** Whether the dashboard is served. */
  dashboard: boolean;
  /** `AUTH_DIR` as configured, for the REST form of sessions. */
  authDir: string;
  /** Whether JSON bodies may be compressed. */
  compressedBodies: boolean;
  /** How files in requests are handled. */
  files: Omit<FileSettings, 'clock'>;
}

/** The proxies whose `X-Forwarded-For` is trusted: how many, or their addresses and networks; `false` for none. */
export type TrustProxy = false | number | string[];

/** The Express app, with a shutdown. */
export interface HttpApp extends Express {
  /**
   * Refuses every request from now on with `shutting_down`. Resolves when all earlier requests are finished, including those
   * whose clients have gone: a message may be on its way.
   */
  drain(): Promise<void>;
  /** What it tells other nodes of its sessions. Only they may get it. */
  feed: SessionFeed;
}

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Builds the app; it does not listen yet. */
export function createHttpApp(deps: HttpAppDeps): HttpApp {
  const running = new Supervisor(deps.log);
  const state = { draining: false };
  const app = express();
  app.disable('x-powered-by').disable('etag').set('query parser', 'simple');
  app.set('trust proxy', deps.trustProxy);
  app.use(
    requestContext(deps.log, deps.clock, {
      hopOf: deps.cluster.hopOf,
      record: (entry) => deps.audit.record(entry),
    }),
    browserHeaders(deps.corsOrigins),
  );
  app.use(requireHost);
  const core = createCore(deps, running);
  const dispatch = createDispatch(deps, core, running);
  const add = (belongs: (route: Route) => boolean): void => addRoutes(app, ROUTES.filter(belongs), dispatch);
  add(({ whileEnding }) => whileEnding === true);
  app.use(refuseWhileDraining(state));
  const limits = new RateLimits(deps.rateLimit, deps.clock);
  app.use(health.path, recognizeWhereItMatters(deps, limits));
  add(({ isProbe, whileEnding }) => isProbe === true && whileEnding !== true);
  app.use(publicPaths(deps.dashboard), limitPublic(limits));
  add(({ scope, isProbe }) => scope === 'none' && isProbe !== true);
  app.use(pages(deps.dashboard, limitPublic(limits)));
  app.use(authenticate({ ...deps, limits }));
  add(({ scope }) => scope !== 'none');
  if (deps.mcp === true) addMcp(app, { ...deps, watch: (work) => dispatch.watch(work) });
  refuseOtherMethods(app, ROUTES);
  app.use(nothingHere, lastCatch);
  const feed = new SessionFeed(deps);
  return Object.assign(app, {
    feed,
    drain() {
      state.draining = true;
      core.live.end();
      feed.end();
      return running.idle();
    },
  });
}

/** Only nodes of a cluster, and webhooks, are nothing for everybody: a probe elsewhere looks up no key. */
function recognizeWhereItMatters(deps: HttpAppDeps, limits: RateLimits): RequestHandler {
  const recognized = recognize({ ...deps, limits });
  return (req, res, next) => {
    const matters = Boolean(deps.health.cluster) || deps.webhooks.list().length > 0;
    if (matters) void recognized(req, res, next);
    else next();
  };
}

/** The paths that need no key, except those of probes. */
function publicPaths(dashboardToo: boolean): string[] {
  const paths = ROUTES.filter(({ scope, isProbe }) => scope === 'none' && isProbe !== true).map(({ path }) => path);
  return [...paths, ...(dashboardToo ? ['/dashboard'] : [])];
}

function createCore(deps: HttpAppDeps, supervisor: Supervisor): Core & { live: LiveEvents } {
  const { sessions, health, clock, authDir, cluster } = deps;
  const view: Core['sessionView'] = (record) => sessionView(record, { authDir, nowMs: clock.now() });
  const nodeOf: Core['nodeOf'] = (id) => {
    const node = health.cluster?.nodeId;
    return node !== undefined && !cluster.directory.owns(id) ? null : node;
  };
  const shown = cluster.peers ? new ClusterSessions({ sessions, peers: cluster.peers, clock }) : sessions;
  const live = new LiveEvents({ core: { sessions, health, sessionView: view }, shown, clock, supervisor });
  const newSecret = () => `whsec_${deps.random.text(32, BASE64)}`;
  return {
    ...deps,
    live,
    newSecret,
    nodeOf,
    reference: new Reference(OPERATIONS, deps.version),
    sessionView: view,
  };
}

function createDispatch(deps: HttpAppDeps, core: Core, running: Supervisor): DispatchDeps {
  return {
    core,
    cluster: deps.cluster,
    idempotency: new Idempotency({ ...deps, store: deps.answers }),
    files: new FileIntake({ ...deps.files, clock: deps.clock }),
    compressedBodies: deps.compressedBodies,
    // Errors go to `lastCatch`; here only the end matters.
    watch: (work) => running.run('a response', work.catch(ignore)),
  };
}

/** HTTP/1.1 requires this refusal. Node's server leaves it to us, so that it has the usual error body. */
const requireHost: RequestHandler = (req, _res, next) => {
  if (req.httpVersion === '1.1' && req.headers.host === undefined) throw new AppError('malformed_request');
  next();
};

function refuseWhileDraining(state: { draining: boolean }): RequestHandler {
  return (_req, _res, next) => {
    if (state.draining) throw new AppError('shutting_down');
    next();
  };
}

function ignore(): void {
  // See `watch`.
}
