import type { Request, Response } from 'express';
import { AppError, type ErrorCode } from '../domain/errors.ts';
import type { SessionId } from '../domain/session-id.ts';
import type { Cluster, Forwarding, Hop } from '../ports/cluster.ts';
import { contextOf } from './request-context.ts';
import type { Reply, Route } from './route.ts';

/** A request of this node, or of another one. */
export interface Routed {
  route: Pick<Route, 'answeredBy'>;
  cluster: Cluster;
  req: Request;
  res: Response;
}

/** For the node that has forwarded the request: it decides what to do next. */
const NOT_THE_OWNER: Reply = { status: 421, body: '' };
const ANSWERED: Reply = { status: 200, body: '', stream: () => Promise.resolve() };
const MOVING: ReadonlySet<ErrorCode> = new Set(['session_moving', 'owner_unreachable']);

/**
 * The reply of another node, when that owns the session; `undefined` when this one is to answer. The other node reads the body, of
 * which nothing has been read here, unless it is `read`.
 * @throws AppError `session_moving`, `owner_unreachable`
 */
export async function answerOfOwner(
  { route: { answeredBy = 'owner' }, cluster, req, res }: Routed,
  sessionId: SessionId | undefined,
  read: Pick<Forwarding, 'json'> = {},
): Promise<Reply | undefined> {
  if (sessionId === undefined || answeredBy === 'any-node') return undefined;
  if (contextOf(res).hop) return cluster.directory.owns(sessionId) ? undefined : NOT_THE_OWNER;
  if (answeredBy === 'owner') return askOwner(cluster, { req, res }, { sessionId, ...read });
  return askOwner(cluster, { req, res }, { sessionId, ...read, waitMs: 0 }).catch(fromStorage);
}

/**
 * Takes the request over from the other node that has forwarded it, if any. The reply, which nobody reads, where that has given it up: this
 * node was frozen, or slow, and the caller has been told that nothing was done.
 */
export async function givenUp(hop: Hop | undefined): Promise<Reply | undefined> {
  return hop === undefined || (await hop.agree()) ? undefined : NOT_THE_OWNER;
}

async function askOwner(
  { directory, forwarder }: Cluster,
  { req, res }: Pick<Routed, 'req' | 'res'>,
  what: Omit<Forwarding, 'owner'>,
): Promise<Reply | undefined> {
  const owner = await directory.ownerOf(what.sessionId, what.waitMs);
  if (owner.kind === 'this-node') return undefined;
  const outcome = await forwarder.forward(req, res, { ...what, owner });
  return outcome === 'answered' ? ANSWERED : undefined;
}

/** While the owner is not to be had, this node answers with what is stored. */
function fromStorage(error: unknown): undefined {
  if (error instanceof AppError && MOVING.has(error.code)) return undefined;
  throw error;
}
