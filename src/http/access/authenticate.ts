import type { Request, RequestHandler } from 'express';
import { AppError } from '../../domain/errors.ts';
import type { Secret } from '../../kit/secret.ts';
import { contextOf } from '../request-context.ts';
import type { ApiKeys } from './api-keys.ts';
import type { BrowserTokens } from './browser-tokens.ts';
import { ADMIN, type Caller, NOBODY, OPEN } from './caller.ts';
import { type OwnCallers, requireOwnCaller } from './own-callers.ts';
import { networkOf, type RateLimits } from './rate-limits.ts';

const BEARER = /^Bearer +(\S+)$/i;

/** The credentials that are accepted, and how often. */
export interface AuthenticationDeps extends OwnCallers {
  /** `API_KEY`: each key grants full access; without any, access is open. */
  apiKeys: readonly Secret[];
  keys: Pick<ApiKeys, 'callerOf'>;
  tokens: Pick<BrowserTokens, 'callerOf'>;
  limits: RateLimits;
}

/**
 * Identifies the caller for `contextOf(res).caller`. Without any `API_KEY` everybody is an admin, except callers whose key or
 * token grants less, and pages of other sites; http-settings.ts decides whether that is allowed.
 */
export function authenticate(deps: AuthenticationDeps): RequestHandler {
  const { limits } = deps;
  return async (req, res, next) => {
    const context = contextOf(res);
    const asking = askingBy(req);
    const isHop = context.hop !== undefined;
    const caller = await (isHop ? callerOfHop(deps, asking) : callerOf(deps, asking));
    if (!isHop) count(limits, asking, caller);
    if (!caller) {
      res.set('WWW-Authenticate', 'Bearer');
      throw new AppError('unauthorized');
    }
    context.caller = caller;
    next();
  };
}

/**
 * Identifies the caller of a path that needs no key. Nobody is refused: without a right key, or after too many wrong ones, and
 * where it cannot be looked up, a caller stays unknown.
 */
export function recognize(deps: AuthenticationDeps): RequestHandler {
  return async (req, res, next) => {
    const asking = askingBy(req);
    try {
      const caller = await Promise.resolve(callerOf(deps, asking));
      if (!caller && asking.keys.length > 0) deps.limits.countFailure(asking.network);
      contextOf(res).caller = caller ?? NOBODY;
    } catch {
      contextOf(res).caller = NOBODY;
    }
    next();
  };
}

/** A request, as far as it says who makes it. */
interface Asking {
  req: Request;
  keys: readonly string[];
  network: string;
}

function askingBy(req: Request): Asking {
  return { req, keys: keysIn(req), network: networkIn(req) };
}

function count(limits: RateLimits, { keys, network }: Asking, caller: Caller | undefined): void {
  limits.countNetwork(network, caller ? 'caller' : 'stranger');
  if (!caller && keys.length > 0) limits.countFailure(network);
  // With open access, all callers without a key would share one limit.
  if (caller && caller !== OPEN) limits.countCaller(caller.id);
}

/** Limits the requests of a network that need no key. */
export function limitPublic(limits: RateLimits): RequestHandler {
  return (req, res, next) => {
    if (!contextOf(res).hop) limits.countNetwork(networkIn(req), 'public');
    next();
  };
}

function networkIn(req: Request): string {
  return networkOf(req.ip ?? 'unknown');
}

function keysIn(req: Request): string[] {
  const bearer = BEARER.exec(req.get('Authorization') ?? '')?.[1];
  return [bearer, req.get('X-API-Key')].filter((key) => key !== undefined);
}

/**
 * Generated keys and tokens cannot be guessed, so they are always checked. Those of `API_KEY` were chosen by people: a network
 * that has sent too many wrong keys has to wait, except with a key that it has used before, or that is too long to be guessed.
 */
async function callerOf(deps: AuthenticationDeps, asking: Asking): Promise<Caller | undefined> {
  const known = await holderOf(deps, asking.keys);
  if (known) return known;
  if (deps.apiKeys.length === 0) {
    requireOwnCaller(asking.req, deps);
    return OPEN;
  }
  return asking.keys.length === 0 ? undefined : adminWith(deps, asking);
}

/** The node that the request came to has counted it, and refused guesses and pages of others. Its keys may be older than ours. */
async function callerOfHop(deps: AuthenticationDeps, { keys }: Asking): Promise<Caller | undefined> {
  const known = await holderOf(deps, keys);
  if (known) return known;
  // Under open access, a key that only the other node knows must not become more than it was there.
  if (deps.apiKeys.length === 0) return keys.length === 0 ? OPEN : undefined;
  return rightOne(deps.apiKeys, keys) === -1 ? undefined : ADMIN;
}

/** The caller with a generated key or a token. */
async function holderOf(
  { keys: generated, tokens }: AuthenticationDeps,
  keys: readonly string[],
): Promise<Caller | undefined> {
  for (const key of keys) {
    const holder = generated.callerOf(key) ?? (await tokens.callerOf(key));
    if (holder) return holder;
  }
  return undefined;
}

/** At 100 guesses a second, nobody guesses this many random characters. */
const UNGUESSABLE_LENGTH = 20;

function adminWith({ apiKeys, limits }: AuthenticationDeps, { keys, network }: Asking): Caller | undefined {
  const right = rightOne(apiKeys, keys);
  const isSure =
    right !== -1 &&
    ((apiKeys[right]?.reveal().length ?? 0) >= UNGUESSABLE_LENGTH || limits.isKnown(network, `${right}`));
  // The same answer to a wrong key and to one that may be a lucky guess.
  if (!isSure) limits.refuseGuessing(network);
  if (right === -1) return undefined;
  limits.remember(network, `${right}`);
  return ADMIN;
}

/** The number of the key that is among `keys`, or -1. Compares every pair: the duration does not reveal whether one matched. */
function rightOne(apiKeys: readonly Secret[], keys: readonly string[]): number {
  return apiKeys.map((apiKey) => keys.map((key) => apiKey.equals(key)).includes(true)).indexOf(true);
}
