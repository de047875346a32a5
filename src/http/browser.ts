import cors from 'cors';
import type { RequestHandler } from 'express';
import helmet from 'helmet';

/** The origins whose pages may call the API: all, those of this machine, those listed, or none with an empty list. */
export type CorsOrigins = '*' | 'local' | readonly string[];

/** A page that was served by this machine, on any port. Not `null`, which every sandboxed frame has. */
const LOCAL_ORIGIN = /^https?:\/\/(?:(?:[\w-]+\.)*localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i;

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

/** Whether pages of this origin may call the API. */
export function isAllowedOrigin(origin: string, origins: CorsOrigins): boolean {
  if (origins === '*') return true;
  return origins === 'local' ? LOCAL_ORIGIN.test(origin) : origins.includes(origin);
}

function originSetting(origins: CorsOrigins): cors.CorsOptions['origin'] {
  if (origins === '*') return '*';
  if (origins === 'local') return LOCAL_ORIGIN;
  return origins.length > 0 ? [...origins] : false;
}
