import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import cors from 'cors';
import type { RequestHandler } from 'express';
import helmet from 'helmet';

/** The origins whose pages may call the API: all, those of this machine, those listed, or none with an empty list. */
export type CorsOrigins = '*' | 'local' | readonly string[];

/** A page that was served by this machine, on any port. Not `null`, which every sandboxed frame has. */
const LOCAL_ORIGIN = /^https?:\/\/(?:(?:[\w-]+\.)*localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i;

/** What helmet and cors are, whoever calls them. */
type Middleware = (req: IncomingMessage, res: ServerResponse, next: () => void) => void;

/** Names and values of headers. */
type Headers = readonly (readonly [name: string, value: string])[];

/**
 * Sets the headers that keep a browser from doing anything with a response except reading it, and from storing it: a QR is a secret, and
 * a status is outdated immediately. Allows pages of `origins` to call the API, and answers their preflight requests.
 *
 * A request of no page has the same headers every time: helmet and cors, a chain of fifteen calls, are asked for them once.
 */
export function browserHeaders(origins: CorsOrigins): RequestHandler {
  const askCors = allowOrigins(origins);
  const protective = [...headersSetBy(protectiveHeaders()), ['Cache-Control', 'no-store']] as const;
  const always = [...protective, ...headersSetBy(askCors)];
  return (req, res, next) => {
    const isOfPage = req.headers.origin !== undefined || req.method === 'OPTIONS';
    for (const [name, value] of isOfPage ? protective : always) res.setHeader(name, value);
    if (isOfPage) askCors(req, res, next);
    else next();
  };
}

/** Whether pages of this origin may call the API. */
export function isAllowedOrigin(origin: string, origins: CorsOrigins): boolean {
  if (origins === '*') return true;
  return origins === 'local' ? LOCAL_ORIGIN.test(origin) : origins.includes(origin);
}

function protectiveHeaders(): Middleware {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { 'default-src': ["'none'"], 'frame-ancestors': ["'none'"] },
    },
    // Whatever terminates TLS decides this for the whole domain.
    strictTransportSecurity: false,
  });
}

function allowOrigins(origins: CorsOrigins): Middleware {
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
  if (origins === 'local') return LOCAL_ORIGIN;
  return origins.length > 0 ? [...origins] : false;
}

/** What it sets on the response to a request without headers, in its order. */
function headersSetBy(middleware: Middleware): Headers {
  const set: [string, string][] = [];
  const req = Object.assign(new IncomingMessage(new Socket()), { method: 'GET' });
  const res = new ServerResponse(req);
  res.setHeader = (name, value) => {
    set.push([name, String(value)]);
    return res;
  };
  middleware(req, res, () => undefined);
  return set;
}
