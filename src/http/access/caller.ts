import { type Scope } from '../../domain/access.ts';
import { AppError } from '../../domain/errors.ts';
import { type SessionId } from '../../domain/session-id.ts';

/** What a browser token grants: access to at most one session. */
export interface TokenGrant {
  sessionId: SessionId | null;
  /** Whether it has created its session, or is just creating it. */
  spent: boolean;
}

/** The sender of a request, and what it may do. */
export interface Caller {
  /** Identifies the caller; never a secret. All keys of `API_KEY` are one caller. */
  readonly id: string;
  /** The scopes of its key. */
  readonly scopes: readonly Scope[];
  /** The only sessions that it may access; `null` for all. */
  readonly sessions: readonly SessionId[] | null;
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

/**
 * Creates a session on behalf of the caller. A token creates only one, to which it has access from then on; a failed attempt
 * does not count.
 * @throws AppError `not_permitted`, and what `create` throws
 */
export async function createSession<Offer extends { sessionId: SessionId }>(
  { token }: Caller,
  create: () => Promise<Offer>,
): Promise<Offer> {
  if (!token) return create();
  if (token.spent) throw new AppError('not_permitted', { message: 'This token has already created its session.' });
  // Set before the first await: of two simultaneous requests, only one creates a session.
  token.spent = true;
  try {
    const offer = await create();
    token.sessionId = offer.sessionId;
    return offer;
  } catch (error) {
    token.spent = false;
    throw error;
  }
}
