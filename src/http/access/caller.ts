import type { KeyLimits, Scope } from '../../domain/access.ts';
import { AppError } from '../../domain/errors.ts';
import type { SessionId } from '../../domain/session-id.ts';

/** What a browser token grants: access to at most one session. */
export interface TokenGrant {
  /** The session that it shows, or has created. */
  readonly sessionId: SessionId | null;
  /**
   * Begins to create its session. Resolves with `undefined` when it has one, or is just creating it.
   * @throws StorageUnavailableError
   */
  begin(): Promise<Attempt | undefined>;
}

/** A token's attempt to create its session. Until it has failed, no other one begins. */
export interface Attempt {
  /**
   * It has created this session, to which the token has access from now on.
   * @throws AppError `unauthorized` when the token has ended meanwhile; StorageUnavailableError. The session ends then.
   */
  made(sessionId: SessionId): Promise<void>;
  failed(): Promise<void>;
}

/** The sender of a request, and what it may do. */
export interface Caller {
  /** Identifies the caller; never a secret. All keys of `API_KEY` are one caller. */
  readonly id: string;
  /** The scopes of its key. */
  readonly scopes: readonly Scope[];
  /** The only sessions that it may access; `null` for all. */
  readonly sessions: readonly SessionId[] | null;
  /** What its key may do less than its scopes say. */
  readonly limits?: KeyLimits | undefined;
  /** Set for callers with a browser token. */
  readonly token?: TokenGrant;
  /** Whether it has access only because the server requires no key. */
  readonly isOpen?: true;
  /** Whether the key was revoked, or the token has expired. Checked during requests and responses that take long. */
  isExpired(): boolean;
}

/** Full access: the holder of a key of `API_KEY`. */
export const ADMIN: Caller = { id: 'admin', scopes: ['admin'], sessions: null, isExpired: () => false };

/** Everybody, when there is no `API_KEY`: an admin who may not manage keys. */
export const OPEN: Caller = { ...ADMIN, isOpen: true };

/** A caller that has not been authenticated. */
export const NOBODY: Caller = { id: 'nobody', scopes: [], sessions: [], isExpired: () => false };

/**
 * Requires that the key or token has stayed valid: the body of a request can take minutes to arrive.
 * @throws AppError `unauthorized`
 */
export function requireStillValid(caller: Caller): void {
  if (caller.isExpired()) throw new AppError('unauthorized');
}

/** Whether the caller's key has this scope. */
export function hasScope({ scopes }: Pick<Caller, 'scopes'>, scope: Scope): boolean {
  return scopes.includes('admin') || scopes.includes(scope);
}

/** Whether the caller may know that this session exists. */
export function maySee({ sessions, token }: Caller, sessionId: SessionId): boolean {
  if (token) return token.sessionId === sessionId;
  return sessions === null || sessions.includes(sessionId);
}

/** Whether the caller may know the nodes of the cluster: with any key that is not limited to some sessions. */
export function maySeeNodes({ sessions, token }: Caller): boolean {
  return !token && sessions === null;
}

/** Whether the caller may know the webhooks: whoever manages them. */
export function maySeeWebhooks(caller: Caller): boolean {
  return maySeeNodes(caller) && hasScope(caller, 'admin');
}

/**
 * Creates a session on behalf of the caller. A token creates only one, to which it has access from then on; a failed attempt
 * does not count.
 * @throws AppError `not_permitted`, `unauthorized`, and what `create` throws; StorageUnavailableError
 */
export async function createSession<Offer extends { sessionId: SessionId }>(
  { token }: Caller,
  create: () => Promise<Offer>,
): Promise<Offer> {
  if (!token) return create();
  // Of two simultaneous requests, only one creates a session.
  const attempt = await token.begin();
  if (!attempt) throw new AppError('not_permitted', { message: 'This token has already created its session.' });
  const offer = await createOr(attempt, create);
  await attempt.made(offer.sessionId);
  return offer;
}

async function createOr<Offer>(attempt: Attempt, create: () => Promise<Offer>): Promise<Offer> {
  try {
    return await create();
  } catch (error) {
    await attempt.failed();
    throw error;
  }
}
