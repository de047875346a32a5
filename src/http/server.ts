import express, { type Express, type RequestHandler } from 'express';
import { AppError } from '../domain/errors.ts';
import { type Clock } from '../kit/clock.ts';
import { type Logger } from '../kit/logger.ts';
import { type Secret } from '../kit/secret.ts';
import { Supervisor } from '../kit/supervisor.ts';
import { type IdempotencyStore } from '../ports/storage.ts';
import { authenticate } from './access/authenticate.ts';
import { RateLimits } from './access/rate-limits.ts';
import { allowOrigins, type CorsOrigins, neverStored, protectiveHeaders } from './browser.ts';
import { type Core } from './core.ts';
import { dashboard } from './dashboard/dashboard.ts';
import { addRoutes, refuseOtherMethods } from './dispatch.ts';
import { lastCatch, nothingHere } from './errors.ts';
import { FileIntake, type FileSettings } from './files/request-files.ts';
import { Idempotency } from './idempotency.ts';
import { LiveEvents } from './live/live-events.ts';
import { Reference } from './reference/reference.ts';
import { requestContext } from './request-context.ts';
import { type Route } from './route.ts';
import { OPERATIONS, ROUTES } from './routes/index.ts';

export { ApiKeys } from './access/api-keys.ts';
export { BrowserTokens } from './access/browser-tokens.ts';
export { removeLeftovers } from './files/leftovers.ts';
export { type FileSettings } from './files/request-files.ts';
export { systemResolve } from './files/url-rules.ts';
export { ListenError, type ListenOptions, startHttpServer } from './listen.ts';
export { keyWish } from './routes/admin/keys.ts';

/** What the app is made of. */
export interface HttpAppDeps extends Omit<Core, 'live' | 'reference'> {
  /** That of the product. */
  version: string;
  /** Where the first answers to requests with an `Idempotency-Key` are kept. */
  answers: IdempotencyStore;
  clock: Clock;
  log: Logger;
  /** Any of them opens the door; none leaves it open. */
  apiKeys: readonly Secret[];
  /** Requests a minute, for each key and each address; 0 is no limit. */
  rateLimit: number;
  /** The proxies in front that are believed whom they speak for: how many, or which; `false` for none. */
  trustProxy: TrustProxy;
  corsOrigins: CorsOrigins;
  /** Whether the dashboard is served. */
  dashboard: boolean;
  /** How the files that come with requests are taken. */
  files: Omit<FileSettings, 'clock'>;
}

/** Proxies in front: how many, or which addresses and networks; `false` for none. */
export type TrustProxy = false | number | string[];

/** The Express app, with an end. */
export interface HttpApp extends Express {
  /**
   * From now on every request is refused with `shutting_down`. Resolves when those that came before are
   * answered, also those whose clients have gone: a message may be on its way.
   */
  drain(): Promise<void>;
}

/** Builds the app; it listens nowhere. */
export function createHttpApp(deps: HttpAppDeps): HttpApp {
  const running = new Supervisor(deps.log);
  const door = { closed: false };
  const app = express();
  app.disable('x-powered-by').disable('etag').set('query parser', 'simple');
  app.set('trust proxy', deps.trustProxy);
  app.use(requestContext(deps.log, deps.clock), protectiveHeaders(), neverStored, allowOrigins(deps.corsOrigins));
  app.use(soundRequest);
  // The failure goes to the last catch; here only the end counts.
  const watch = (work: Promise<void>): void => running.run('an answer', work.catch(nothing));
  const files = new FileIntake({ ...deps.files, clock: deps.clock });
  const live = new LiveEvents({ core: deps, clock: deps.clock, supervisor: running });
  const reference = new Reference(OPERATIONS, deps.version);
  const parts = {
    core: { ...deps, live, reference },
    idempotency: new Idempotency(deps.answers, deps.log),
    files,
    watch,
  };
  const add = (belongs: (route: Route) => boolean): void => addRoutes(app, ROUTES.filter(belongs), parts);
  add(({ whileEnding }) => whileEnding === true);
  app.use(takeWhileOpen(door));
  add(({ scope, whileEnding }) => scope === 'none' && whileEnding !== true);
  if (deps.dashboard) app.use(dashboard());
  app.use(authenticate({ ...deps, limits: new RateLimits(deps.rateLimit, deps.clock) }));
  add(({ scope }) => scope !== 'none');
  refuseOtherMethods(app, ROUTES);
  app.use(nothingHere, lastCatch);
  return Object.assign(app, {
    drain() {
      door.closed = true;
      live.end();
      return running.idle();
    },
  });
}

/** HTTP/1.1 asks for this refusal; the server leaves it to us, so that it has our shape. */
const soundRequest: RequestHandler = (req, _res, next) => {
  if (req.httpVersion === '1.1' && req.headers.host === undefined) throw new AppError('malformed_request');
  next();
};

function takeWhileOpen(door: { closed: boolean }): RequestHandler {
  return (_req, _res, next) => {
    if (door.closed) throw new AppError('shutting_down');
    next();
  };
}

function nothing(): void {
  // See `watch`.
}
