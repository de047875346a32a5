import { type Request, type RequestHandler } from 'express';
import { AppError } from '../../domain/errors.ts';
import { type Secret } from '../../kit/secret.ts';
import { contextOf } from '../request-context.ts';
import { type ApiKeys } from './api-keys.ts';
import { type BrowserTokens } from './browser-tokens.ts';
import { ADMIN, type Caller } from './caller.ts';
import { type RateLimits } from './rate-limits.ts';

const BEARER = /^Bearer +(\S+)$/i;

/** The credentials that are accepted, and how often. */
export interface AuthenticationDeps {
  /** `API_KEY`: each key grants full access; without any, access is open. */
  apiKeys: readonly Secret[];
  keys: Pick<ApiKeys, 'callerOf'>;
  tokens: Pick<BrowserTokens, 'callerOf'>;
  limits: RateLimits;
}

/**
 * Identifies the caller for `contextOf(res).caller`. Without any `API_KEY` everybody is an admin, except callers whose key or
 * token grants less; config.ts decides whether that is allowed.
 */
export function authenticate(deps: AuthenticationDeps): RequestHandler {
  const { limits } = deps;
  return (req, res, next) => {
    const address = req.ip ?? 'unknown';
    limits.countAddress(address);
    const keys = keysIn(req);
    const caller = callerOf(deps, keys, address);
    if (!caller) {
      if (keys.length > 0) limits.countFailure(address);
      res.set('WWW-Authenticate', 'Bearer');
      throw new AppError('unauthorized');
    }
    // With open access, all callers without a key would share one limit.
    if (caller !== ADMIN || deps.apiKeys.length > 0) limits.countCaller(caller.id);
    contextOf(res).caller = caller;
    next();
  };
}

function keysIn(req: Request): string[] {
  const bearer = BEARER.exec(req.get('Authorization') ?? '')?.[1];
  return [bearer, req.get('X-API-Key')].filter((key) => key !== undefined);
}

/**
 * Generated keys and tokens cannot be guessed, so they are always checked. Those of `API_KEY` were chosen by people: an address
 * that has sent too many wrong keys has to wait.
 */
function callerOf(deps: AuthenticationDeps, keys: readonly string[], address: string): Caller | undefined {
  const known = keys.map((key) => deps.keys.callerOf(key) ?? deps.tokens.callerOf(key)).find(Boolean);
  if (known) return known;
  if (deps.apiKeys.length === 0) return ADMIN;
  if (keys.length > 0) deps.limits.refuseGuessing(address);
  return includesAny(deps.apiKeys, keys) ? ADMIN : undefined;
}

/** Compares every pair, so that the duration does not reveal whether or which key matched. */
function includesAny(apiKeys: readonly Secret[], keys: readonly string[]): boolean {
  return apiKeys.flatMap((apiKey) => keys.map((key) => apiKey.equals(key))).filter(Boolean).length > 0;
}
