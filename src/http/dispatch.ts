import { type Express, type Request, type RequestHandler, type Response } from 'express';
import { AppError } from '../domain/errors.ts';
import { describeFailure } from '../kit/failure.ts';
import { type Logger } from '../kit/logger.ts';
import { requireScope, requireSession } from './access/authorize.ts';
import { ADMIN, type Caller, requireStillGood } from './access/caller.ts';
import { readJson } from './body.ts';
import { type Core } from './core.ts';
import { sendReply } from './errors.ts';
import { readBodyWithFile } from './files/body.ts';
import { type FileIntake, type RequestFiles } from './files/request-files.ts';
import { type Idempotency } from './idempotency.ts';
import { contextOf } from './request-context.ts';
import { type PathParams, type Reply, type Route } from './route.ts';
import { parse, parseQuery } from './validate.ts';

/** What answering a request takes. */
export interface DispatchDeps {
  core: Core;
  idempotency: Idempotency;
  files: FileIntake;
  /** Keeps an eye on an answer in the making, so that a shutdown can wait for it. */
  watch(work: Promise<void>): void;
}

/** Gives each route its place in the app. */
export function addRoutes(app: Express, routes: readonly Route[], deps: DispatchDeps): void {
  for (const route of routes) {
    app[route.method](route.path, (req, res) => {
      const work = answer(route, deps, req, res);
      deps.watch(work);
      return work;
    });
  }
}

/** Refuses the methods that a known path does not take, and names those that it does. */
export function refuseOtherMethods(app: Express, routes: readonly Route[]): void {
  for (const [path, sharing] of Map.groupBy(routes, (route) => route.path)) {
    app.all(path, wrongMethod(path, allowedMethods(sharing)));
  }
}

async function answer(route: Route, deps: DispatchDeps, req: Request, res: Response): Promise<void> {
  const files = deps.files.forRequest();
  let reply: Reply;
  try {
    reply = await replyTo(route, { ...deps, files }, req, res);
  } finally {
    await discard(files, contextOf(res).log);
  }
  await sendReply(res, reply);
}

/** What the caller asked for is done by now: a file that stays behind does not change its answer. */
async function discard(files: RequestFiles, log: Logger): Promise<void> {
  await files[Symbol.asyncDispose]().catch((error: unknown) =>
    log.error({ failure: describeFailure(error) }, 'a temporary file could not be removed'),
  );
}

/** The same, with the files of one request. */
type ReplyDeps = Omit<DispatchDeps, 'files'> & { files: RequestFiles };

async function replyTo(route: Route, deps: ReplyDeps, req: Request, res: Response): Promise<Reply> {
  const { core, idempotency, files } = deps;
  const context = contextOf(res);
  context.route = route.path;
  const { caller, requestId, log } = context;
  requireScope(route, caller);
  const params: PathParams = route.params ? parse(route.params, req.params, route.refusals) : {};
  context.sessionId = params.sessionId ?? null;
  requireSession(route, caller, params);
  const body = await bodyOf(route, files, req, res);
  const query = route.query && parseQuery(route.query, req.query, route.refusals);
  const run = async (): Promise<Reply> => route.handler(core, { params, body, query, files, caller, requestId, log });
  const key = route.idempotent === true ? req.get('Idempotency-Key') : undefined;
  const scope = repeatedWithin(route, params, caller);
  return key === undefined ? run() : idempotency.answer({ scope, key, body }, run);
}

/**
 * The typed body. The caller's key may have been revoked while it came. What was read is not kept: it may be megabytes of text, and
 * the answer may take minutes.
 */
async function bodyOf(route: Route, files: RequestFiles, req: Request, res: Response): Promise<unknown> {
  const value =
    route.files === true ? await readBodyWithFile(req, res, files) : route.body && (await readJson(req, res));
  requireStillGood(contextOf(res).caller);
  return route.body && parse(route.body, value, route.refusals);
}

/** No key gets an answer that was given to another: those of `API_KEY`, which may see everything, count as one. */
function repeatedWithin(route: Route, { sessionId }: PathParams, caller: Caller): string {
  const everywhere = `${route.path} ${sessionId ?? ''}`;
  return caller === ADMIN ? everywhere : `${everywhere} ${caller.id}`;
}

function wrongMethod(path: string, allowed: string): RequestHandler {
  return (req, res) => {
    contextOf(res).route = path;
    res.set('Allow', allowed);
    if (req.method !== 'OPTIONS') throw new AppError('method_not_allowed');
    res.status(204).end();
  };
}

function allowedMethods(routes: readonly Route[]): string {
  const methods = routes.map((route) => route.method.toUpperCase());
  return [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ');
}
