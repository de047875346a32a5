import cors from 'cors';
import { type RequestHandler } from 'express';
import helmet from 'helmet';

/** The origins whose pages may call the API: all, those listed, or none with an empty list. */
export type CorsOrigins = '*' | readonly string[];

/** Sets headers that keep a browser from doing anything with a response except reading it. */
export function protectiveHeaders(): RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { 'default-src': ["'none'"], 'frame-ancestors': ["'none'"] },
    },
    // Whatever terminates TLS decides this for the whole domain.
    strictTransportSecurity: false,
  });
}

/** Forbids caching: a QR is a secret, and a status is outdated immediately. */
export const neverStored: RequestHandler = (_req, res, next) => {
  res.set('Cache-Control', 'no-store');
  next();
};

/** Allows pages of `origins` to call the API, and answers their preflight requests. */
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
