import { type Request, type RequestHandler } from 'express';
import { AppError } from '../domain/errors.ts';
import { type Secret } from '../kit/secret.ts';

const BEARER = /^Bearer +(\S+)$/i;

/** Lets through who shows one of the keys. Without any keys the door is open; config.ts says whether it may be. */
export function requireApiKey(keys: readonly Secret[]): RequestHandler {
  return (req, res, next) => {
    if (keys.length > 0 && !holdsOneOf(keys, shownKeys(req))) {
      res.set('WWW-Authenticate', 'Bearer');
      throw new AppError('unauthorized');
    }
    next();
  };
}

function shownKeys(req: Request): string[] {
  const bearer = BEARER.exec(req.get('Authorization') ?? '')?.[1];
  return [bearer, req.get('X-API-Key')].filter((key) => key !== undefined);
}

/** Compares each with each, so that the time taken does not tell which key matched, or that one did. */
function holdsOneOf(keys: readonly Secret[], shown: readonly string[]): boolean {
  return keys.flatMap((key) => shown.map((candidate) => key.equals(candidate))).filter(Boolean).length > 0;
}
