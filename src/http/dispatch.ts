import { type Express, type Request, type RequestHandler, type Response } from 'express';
import { AppError } from '../domain/errors.ts';
import { readJson } from './body.ts';
import { type Core } from './core.ts';
import { sendReply } from './errors.ts';
import { type Idempotency } from './idempotency.ts';
import { contextOf } from './request-context.ts';
import { type PathParams, type Reply, type Route } from './route.ts';
import { parse, parseQuery } from './validate.ts';

/** What answering a request takes. */
export interface DispatchParts {
  core: Core;
  idempotency: Idempotency;
  /** Keeps an eye on an answer in the making, so that a shutdown can wait for it. */
  watch(work: Promise<void>): void;
}

/** Gives each route its place in the app. */
export function addRoutes(app: Express, routes: readonly Route[], parts: DispatchParts): void {
  for (const route of routes) {
    app[route.method](route.path, (req, res) => {
      const work = answer(route, parts, req, res);
      parts.watch(work);
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

async function answer(route: Route, parts: DispatchParts, req: Request, res: Response): Promise<void> {
  const context = contextOf(res);
  context.route = route.path;
  const params: PathParams = route.params ? parse(route.params, req.params, route.refusals) : {};
  context.sessionId = params.sessionId ?? null;
  const body = route.body && parse(route.body, await readJson(req, res), route.refusals);
  const query = route.query && parseQuery(route.query, req.query, route.refusals);
  const run = async (): Promise<Reply> => route.handler(parts.core, { params, body, query });
  const key = route.idempotent === true ? req.get('Idempotency-Key') : undefined;
  const scope = `${route.path} ${params.sessionId ?? ''}`;
  const reply = key === undefined ? await run() : await parts.idempotency.answer({ scope, key, body }, run);
  await sendReply(res, reply);
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
