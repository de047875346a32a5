import { randomUUID } from 'node:crypto';
import { type RequestHandler, type Response } from 'express';
import { AppError } from '../domain/errors.ts';
import { type SessionId } from '../domain/session-id.ts';
import { type Clock } from '../kit/clock.ts';
import { type Logger } from '../kit/logger.ts';
import { describeFailure } from '../kit/failure.ts';
import { type Caller, NOBODY } from './access/caller.ts';

/** What is known of the request that is being answered. */
export interface RequestContext {
  requestId: string;
  /** Carries the request's id. */
  log: Logger;
  /** The pattern of the path, never the path itself: that may hold anything. */
  route: string | null;
  /** The session that the path names. */
  sessionId: SessionId | null;
  /** Who sent it. */
  caller: Caller;
  /** Why it was refused. */
  failure: unknown;
}

// What proxies make: long enough for any of them, without anything that could forge a line of the log.
const SANE_ID = /^[\w.:-]{1,128}$/;

/** Gives the request its id and, when it is over, one line in the log. */
export function requestContext(log: Logger, clock: Clock): RequestHandler {
  return (req, res, next) => {
    const given = req.get('X-Request-Id');
    const requestId = given !== undefined && SANE_ID.test(given) ? given : randomUUID();
    const context: RequestContext = {
      requestId,
      log: log.child({ requestId }),
      route: null,
      sessionId: null,
      failure: undefined,
      caller: NOBODY,
    };
    const startedMs = clock.now();
    res.locals.context = context;
    res.set('X-Request-Id', requestId);
    res.on('close', () => logAnswer(context, res, clock.now() - startedMs));
    next();
  };
}

/** The context of the request that `res` answers. */
export function contextOf(res: Response): RequestContext {
  return res.locals.context as RequestContext;
}

/** What belongs in front of a log text: `[session_…] ` where the request is about a session. */
function sessionMark(context: RequestContext): string {
  return context.sessionId === null ? '' : `[${context.sessionId}] `;
}

function logAnswer(context: RequestContext, res: Response, ms: number): void {
  const line = { method: res.req.method, route: context.route, status: res.statusCode, ms };
  if (isOurFault(context.failure)) {
    context.log.error({ ...line, failure: describeFailure(context.failure) }, `${sessionMark(context)}request failed`);
  } else if (res.writableFinished) {
    context.log.debug(line, `${sessionMark(context)}request answered`);
  } else {
    context.log.debug(line, `${sessionMark(context)}request given up by the client`);
  }
}

function isOurFault(failure: unknown): boolean {
  return failure !== undefined && !(failure instanceof AppError && failure.status < 500);
}
