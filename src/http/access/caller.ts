import { type Scope } from '../../domain/access.ts';
import { AppError } from '../../domain/errors.ts';
import { type SessionId } from '../../domain/session-id.ts';

/** What a browser's token knows: at most one session. */
export interface TokenGrant {
  sessionId: SessionId | null;
  /** Whether it has made its session, or is just making it. */
  spent: boolean;
}

/** Whoever sent a request, and what he may do. */
export interface Caller {
  /** Tells callers apart; never a secret. All keys of `API_KEY` are one caller. */
  readonly id: string;
  /** What he may do as the holder of a key. */
  readonly scopes: readonly Scope[];
  /** The only sessions that he may know of; `null` for all. */
  readonly sessions: readonly SessionId[] | null;
  /** There when he came with a browser's token. */
  readonly token?: TokenGrant;
  /** Whether what he came with is worth nothing any more; for answers that take long. */
  isOver(): boolean;
}

/** Who may do everything: the holder of a key of `API_KEY`, or anybody where none is set. */
export const ADMIN: Caller = { id: 'admin', scopes: ['admin'], sessions: null, isOver: () => false };

/** Who has shown nothing. */
export const NOBODY: Caller = { id: 'nobody', scopes: [], sessions: [], isOver: () => false };

/** Whether the caller may know that this session is there. */
export function maySee({ sessions, token }: Caller, sessionId: SessionId): boolean {
  if (token) return token.sessionId === sessionId;
  return sessions === null || sessions.includes(sessionId);
}

/**
 * Makes a session for the caller. A token makes one and no more, and can show that one from then on; what fails does not
 * count.
 * @throws AppError `not_permitted`, and what `make` throws
 */
export async function makeSession<Offer extends { sessionId: SessionId }>(
  { token }: Caller,
  make: () => Promise<Offer>,
): Promise<Offer> {
  if (!token) return make();
  if (token.spent) throw new AppError('not_permitted', { message: 'This token has made its session already.' });
  // Taken before the first await: of two that come together, only one makes a session.
  token.spent = true;
  try {
    const offer = await make();
    token.sessionId = offer.sessionId;
    return offer;
  } catch (error) {
    token.spent = false;
    throw error;
  }
}
