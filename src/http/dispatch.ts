import type { Express, Request, RequestHandler, Response } from 'express';
import { AppError } from '../domain/errors.ts';
import { describeFailure } from '../kit/failure.ts';
import { type Step, traced } from '../kit/trace.ts';
import type { Cluster } from '../ports/cluster.ts';
import { requireScope, requireSession } from './access/authorize.ts';
import { ADMIN, type Caller, requireStillValid } from './access/caller.ts';
import { requireWithinLimits } from './access/key-limits.ts';
import { readJson } from './body.ts';
import type { Core } from './core.ts';
import { sendReply } from './errors.ts';
import { readBodyWithFile } from './files/body.ts';
import type { FileIntake, RequestFiles } from './files/request-files.ts';
import type { Idempotency } from './idempotency.ts';
import { Drafts } from './drafts.ts';
import { answerOfOwner, givenUp, type Routed } from './owner-answer.ts';
import { contextOf, type RequestContext } from './request-context.ts';
import type { PathParams, Reply, Route } from './route.ts';
import { parse, parseQuery } from './validate.ts';

/** The dependencies of {@link addRoutes}. */
export interface DispatchDeps {
  core: Core;
  cluster: Cluster;
  idempotency: Idempotency;
  files: FileIntake;
  /** Whether JSON bodies may be compressed. */
  compressedBodies: boolean;
  /** Called with every response in progress, so that a shutdown can wait for it. */
  watch(work: Promise<void>): void;
}

/** Registers the routes with Express. */
export function addRoutes(app: Express, routes: readonly Route[], deps: DispatchDeps): void {
  for (const route of routes) {
    app[route.method](route.path, (req, res, next) => {
      if (route.refusesHead === true && req.method === 'HEAD') {
        next();
        return;
      }
      const work = respond(route, deps, req, res);
      deps.watch(work);
      return work;
    });
  }
}

/** Refuses unsupported methods on known paths, and lists the supported ones. */
export function refuseOtherMethods(app: Express, routes: readonly Route[]): void {
  for (const [path, sharing] of Map.groupBy(routes, (route) => route.path)) {
    // One handler for all methods; `app.all` would add one for each.
    app.route(path).all(wrongMethod(path, allowedMethods(sharing)));
  }
}

async function respond(route: Route, deps: DispatchDeps, req: Request, res: Response): Promise<void> {
  const files = deps.files.forRequest();
  let reply: Reply;
  try {
    reply = await traced(stepOf(route, req), () => replyTo(route, { ...deps, files }, req, res));
  } finally {
    await discard(files, contextOf(res));
  }
  await sendReply(res, reply);
}

function stepOf({ path }: Route, req: Request): Step {
  const attributes = { 'http.request.method': req.method, 'http.route': path };
  return { name: `${req.method} ${path}`, side: 'server', attributes, from: req.get('traceparent') };
}

/** The work is done by now: a leftover file does not change the response. */
async function discard(files: RequestFiles, context: RequestContext): Promise<void> {
  await files[Symbol.asyncDispose]().catch((error: unknown) =>
    context.log.error({ failure: describeFailure(error) }, 'a temporary file could not be removed'),
  );
}

/** {@link DispatchDeps} with the files of one request. */
type ReplyDeps = Omit<DispatchDeps, 'files'> & { files: RequestFiles };

async function replyTo(route: Route, deps: ReplyDeps, req: Request, res: Response): Promise<Reply> {
  const { core, idempotency, files } = deps;
  const context = contextOf(res);
  context.route = route.path;
  const { caller, requestId } = context;
  requireScope(route, caller);
  const asked: PathParams = route.params ? parse(route.params, req.params, route.refusals) : {};
  context.sessionId = asked.sessionId ?? null;
  requireSession(route, caller, asked);
  const owner = { route, cluster: deps.cluster, req, res };
  const { reply, params } = await atOwner(core, owner, asked);
  if (reply) return reply;
  const { body, json, requested } = await bodyOf(route, deps, req, res);
  requireWithinLimits(route, caller, body);
  if (route.sessionOf) {
    const answered = await answerOfOwner(owner, await route.sessionOf(core, { params, body, caller }), { json });
    if (answered) return answered;
  }
  const query = route.query && parseQuery(route.query, req.query, route.refusals);
  const run = async (messageId?: string): Promise<Reply> =>
    route.handler(core, { params, body, query, files, caller, requestId, messageId, requested, context });
  const key = route.idempotent === true ? req.get('Idempotency-Key') : undefined;
  const scope = idempotencyScope(route, params, caller);
  return key === undefined ? run() : idempotency.answer({ scope, key, body }, run);
}

/** The reply of the node that owns the session, if it is another one; with the parameters as this node knows them. */
async function atOwner(core: Core, routed: Routed, asked: PathParams): Promise<{ reply?: Reply; params: PathParams }> {
  const { hop } = contextOf(routed.res);
  const { sessionId } = asked;
  if (sessionId !== undefined && !hop && routed.cluster.directory.isElsewhere(sessionId)) {
    // The owner knows by which id the session goes.
    const reply = await answerOfOwner(routed, sessionId);
    if (reply) return { reply, params: asked };
  }
  const params = await resolved(core, asked);
  const reply = (await answerOfOwner(routed, params.sessionId)) ?? (await givenUp(hop));
  return reply ? { reply, params } : { params };
}

/** The caller may know a session by the id under which its account was linked again. */
async function resolved(core: Core, params: PathParams): Promise<PathParams> {
  const { sessionId } = params;
  return sessionId === undefined ? params : { ...params, sessionId: await core.sessions.resolve(sessionId) };
}

/**
 * Parses the body. The caller's key can be revoked while it arrives. The raw value is kept only where another node may need it, or a
 * draft: it can be megabytes of text, and the response can take minutes.
 */
async function bodyOf(
  route: Route,
  deps: ReplyDeps,
  req: Request,
  res: Response,
): Promise<{ body: unknown; json: unknown; requested: unknown }> {
  const value: unknown =
    route.files === true
      ? await readBodyWithFile(req, res, deps)
      : route.body && (await readJson(req, res, deps.compressedBodies));
  const { caller } = contextOf(res);
  requireStillValid(caller);
  const keeps = route.body !== undefined && route.sessionOf !== undefined;
  const body = route.body && parse(route.body, value, route.refusals);
  return { body, json: keeps ? (value ?? {}) : undefined, requested: Drafts.areFor(caller) ? value : undefined };
}

/** No key gets an answer that was given to another one. The keys of `API_KEY` may see everything and count as one. */
function idempotencyScope(route: Route, { sessionId }: PathParams, caller: Caller): string {
  const shared = `${route.path} ${sessionId ?? ''}`;
  return caller.id === ADMIN.id ? shared : `${shared} ${caller.id}`;
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
  const answersHead = routes.some(({ method, refusesHead }) => method === 'get' && refusesHead !== true);
  return [...methods, ...(answersHead ? ['HEAD'] : []), 'OPTIONS'].join(', ');
}
