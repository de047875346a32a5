import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestHandler, Response } from 'express';
import type { AuditEntry } from '../domain/audit.ts';
import { AppError } from '../domain/errors.ts';
import type { SessionId } from '../domain/session-id.ts';
import type { Clock } from '../kit/clock.ts';
import type { Logger } from '../kit/logger.ts';
import { describeFailure } from '../kit/failure.ts';
import type { Hop } from '../ports/cluster.ts';
import { auditEntryOf } from './audit.ts';
import { type Caller, NOBODY } from './access/caller.ts';
import { statusOf } from './responses/error-status.ts';

/** What is known about the current request. */
export interface RequestContext {
  requestId: string;
  /** Logs with the request id. Made for the first entry: most requests have none. */
  readonly log: Logger;
  /** The pattern of the path, never the path itself: that can contain anything. */
  route: string | null;
  /** The session in the path. */
  sessionId: SessionId | null;
  caller: Caller;
  /** Set for requests of other nodes of the cluster. */
  hop: Hop | undefined;
  /** Why the request was refused. */
  failure: unknown;
}

// Long enough for any proxy's ids, without characters that could forge a log entry.
const SAFE_ID = /^[\w.:-]{1,128}$/;

/** What {@link requestContext} may be given. */
interface RequestContextDeps {
  hopOf?: ((request: IncomingMessage) => Hop | undefined) | undefined;
  /** Takes the entries of the audit log. */
  record?: (entry: AuditEntry) => void;
}

/** Gives each request an id, and writes one log entry when it is over, and one into the audit log if it changes something. */
export function requestContext(
  log: Logger,
  clock: Clock,
  { hopOf = () => undefined, record }: RequestContextDeps = {},
): RequestHandler {
  return (req, res, next) => {
    const given = req.get('X-Request-Id');
    const requestId = given !== undefined && SAFE_ID.test(given) ? given : randomUUID();
    const context = new CurrentRequest(requestId, log, hopOf(req));
    const startedMs = clock.monotonic();
    res.locals.context = context;
    res.setHeader('X-Request-Id', requestId);
    res.on('close', () => {
      logResponse(context, res, Math.round(clock.monotonic() - startedMs));
      const entry = auditEntryOf(context, res, clock);
      if (entry) record?.(entry);
    });
    next();
  };
}

class CurrentRequest implements RequestContext {
  readonly requestId: string;
  readonly hop: Hop | undefined;
  route: string | null = null;
  sessionId: SessionId | null = null;
  caller: Caller = NOBODY;
  failure: unknown;
  readonly #serverLog: Logger;
  #log: Logger | undefined;

  constructor(requestId: string, serverLog: Logger, hop: Hop | undefined) {
    this.requestId = requestId;
    this.hop = hop;
    this.#serverLog = serverLog;
  }

  get log(): Logger {
    return (this.#log ??= this.#serverLog.child({ requestId: this.requestId }));
  }

  /** Whether the log takes an entry for each request. */
  get isLogged(): boolean {
    return this.#serverLog.isLevelEnabled('debug');
  }
}

/** The context of the request that `res` answers. */
export function contextOf(res: Response): RequestContext {
  return res.locals.context as RequestContext;
}

/** Answers to other nodes, which have proven who they are, and need no key. */
const TO_NODES = new WeakSet<ServerResponse>();

/** `res` answers another node itself, no caller of it. */
export function answersNode(res: ServerResponse): void {
  TO_NODES.add(res);
}

/** Whether the request that `res` answers came from a caller with access, or from another node. */
export function isFromCaller(res: ServerResponse): boolean {
  if (TO_NODES.has(res)) return true;
  const { locals } = res as Partial<Response>;
  const context = locals?.context as RequestContext | undefined;
  return context !== undefined && context.caller !== NOBODY;
}

/** The prefix of a log text: `[session_…] ` for requests about a session. */
function sessionMark(context: RequestContext): string {
  return context.sessionId === null ? '' : `[${context.sessionId}] `;
}

function logResponse(context: CurrentRequest, res: Response, ms: number): void {
  if (!isServerError(context.failure) && !context.isLogged) return;
  const entry = { method: res.req.method, route: context.route, status: res.statusCode, ms };
  if (isServerError(context.failure)) {
    context.log.error({ ...entry, failure: describeFailure(context.failure) }, `${sessionMark(context)}request failed`);
  } else if (res.writableFinished) {
    context.log.debug(entry, `${sessionMark(context)}request answered`);
  } else {
    context.log.debug(entry, `${sessionMark(context)}request aborted by the client`);
  }
}

function isServerError(failure: unknown): boolean {
  return failure !== undefined && !(failure instanceof AppError && statusOf(failure) < 500);
}
