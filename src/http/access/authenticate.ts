import { type Request, type RequestHandler } from 'express';
import { AppError } from '../../domain/errors.ts';
import { type Secret } from '../../kit/secret.ts';
import { contextOf } from '../request-context.ts';
import { type ApiKeys } from './api-keys.ts';
import { type BrowserTokens } from './browser-tokens.ts';
import { ADMIN, type Caller } from './caller.ts';
import { type RateLimits } from './rate-limits.ts';

const BEARER = /^Bearer +(\S+)$/i;

/** What is known of those who may come in. */
export interface Doorkeeping {
  /** `API_KEY`: any of them opens every door; none leaves it open. */
  apiKeys: readonly Secret[];
  keys: Pick<ApiKeys, 'callerOf'>;
  tokens: Pick<BrowserTokens, 'callerOf'>;
  limits: RateLimits;
}

/**
 * Finds out who is calling, for `contextOf(res).caller`. Without any `API_KEY` everybody may do everything, but for those who
 * show a key or token that may do less; config.ts says whether that may be.
 */
export function authenticate(doors: Doorkeeping): RequestHandler {
  const { limits } = doors;
  return (req, res, next) => {
    const address = req.ip ?? 'unknown';
    limits.countAddress(address);
    const shown = shownKeys(req);
    const caller = callerOf(doors, shown, address);
    if (!caller) {
      if (shown.length > 0) limits.countFailure(address);
      res.set('WWW-Authenticate', 'Bearer');
      throw new AppError('unauthorized');
    }
    // Where no key is needed, all who show none would count as one.
    if (caller !== ADMIN || doors.apiKeys.length > 0) limits.countCaller(caller.id);
    contextOf(res).caller = caller;
    next();
  };
}

function shownKeys(req: Request): string[] {
  const bearer = BEARER.exec(req.get('Authorization') ?? '')?.[1];
  return [bearer, req.get('X-API-Key')].filter((key) => key !== undefined);
}

/**
 * Keys and tokens that we made cannot be guessed, and are looked at always. Those of `API_KEY` were chosen by people: an
 * address that showed too many wrong ones has to wait.
 */
function callerOf(doors: Doorkeeping, shown: readonly string[], address: string): Caller | undefined {
  const known = shown.map((key) => doors.keys.callerOf(key) ?? doors.tokens.callerOf(key)).find(Boolean);
  if (known) return known;
  if (doors.apiKeys.length === 0) return ADMIN;
  if (shown.length > 0) doors.limits.refuseGuessing(address);
  return holdsOneOf(doors.apiKeys, shown) ? ADMIN : undefined;
}

/** Compares each with each, so that the time taken does not tell which key matched, or that one did. */
function holdsOneOf(keys: readonly Secret[], shown: readonly string[]): boolean {
  return keys.flatMap((key) => shown.map((candidate) => key.equals(candidate))).filter(Boolean).length > 0;
}
