import { AppError } from '../../domain/errors.ts';
import type { PathParams, Route } from '../route.ts';
import { type Caller, hasScope, maySee } from './caller.ts';

const KEY_NEEDED =
  'This needs a key: set API_KEY, or run "npm run keys" while the server is stopped. Without API_KEY, everybody could do it.';

/**
 * Requires a key or token that grants access to the route.
 * @throws AppError `not_permitted`
 */
export function requireScope(
  { scope, forToken, needsKey }: Pick<Route, 'scope' | 'forToken' | 'needsKey'>,
  caller: Pick<Caller, 'scopes' | 'token' | 'isOpen'>,
): void {
  if (scope === 'none') return;
  if (needsKey === true && caller.isOpen) throw new AppError('not_permitted', { message: KEY_NEEDED });
  const may = caller.token ? forToken === true : hasScope(caller, scope);
  if (!may) throw new AppError('not_permitted');
}

/**
 * Requires access to the session in the path. A route without one is closed to keys that are limited to some sessions, unless
 * it limits itself to the caller's own sessions.
 * @throws AppError `session_not_found`, as if the session did not exist; `not_permitted`
 */
export function requireSession(
  { scope, ownSessionsOnly }: Pick<Route, 'scope' | 'ownSessionsOnly'>,
  caller: Caller,
  { sessionId }: PathParams,
): void {
  if (scope === 'none') return;
  if (sessionId !== undefined) {
    if (!maySee(caller, sessionId)) throw new AppError('session_not_found');
  } else if (caller.sessions !== null && ownSessionsOnly !== true) {
    throw new AppError('not_permitted');
  }
}
