import cors from 'cors';
import { type RequestHandler } from 'express';
import helmet from 'helmet';

/** Whose pages may call: anybody's, those of a list, or with an empty list nobody's. */
export type CorsOrigins = '*' | readonly string[];

/** Headers that keep a browser from doing anything with an answer but reading it. */
export function protectiveHeaders(): RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { 'default-src': ["'none'"], 'frame-ancestors': ["'none'"] },
    },
    // Whoever ends TLS in front of us decides this for the whole name.
    strictTransportSecurity: false,
  });
}

/** Nothing is kept by caches: a QR is a secret, and a status is old at once. */
export const neverStored: RequestHandler = (_req, res, next) => {
  res.set('Cache-Control', 'no-store');
  next();
};

/** Lets pages of `origins` call, and answers their preflights. */
export function allowOrigins(origins: CorsOrigins): RequestHandler {
  return cors({
    origin: originSetting(origins),
    methods: ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'],
    allowedHeaders: ['Content-Type', 'Authorization', 'X-API-Key', 'Idempotency-Key', 'X-Request-Id'],
    exposedHeaders: ['X-Request-Id', 'Idempotency-Replayed', 'WWW-Authenticate', 'Allow', 'Retry-After'],
    maxAge: 600,
  });
}

function originSetting(origins: CorsOrigins): cors.CorsOptions['origin'] {
  if (origins === '*') return '*';
  return origins.length > 0 ? [...origins] : false;
}
