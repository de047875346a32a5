import { AppError } from '../../domain/errors.ts';
import { type PathParams, type Route } from '../route.ts';
import { type Caller, maySee } from './caller.ts';

/** What of a route decides who may call it. */
type Door = Pick<Route, 'scope' | 'forToken'>;

/**
 * Lets through whose key, or token, is good for the route.
 * @throws AppError `not_permitted`
 */
export function requireScope({ scope, forToken }: Door, { scopes, token }: Caller): void {
  if (scope === 'none') return;
  const may = token ? forToken === true : scopes.includes('admin') || scopes.includes(scope);
  if (!may) throw new AppError('not_permitted');
}

/**
 * Lets through who may know of the session that the path names. A route of no session is closed to keys of some sessions,
 * unless it says that it shows each caller only his own.
 * @throws AppError `session_not_found`, as if it were not there; `not_permitted`
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
