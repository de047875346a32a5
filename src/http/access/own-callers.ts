import { isIP } from 'node:net';
import type { Request } from 'express';
import { AppError } from '../../domain/errors.ts';
import { type CorsOrigins, isAllowedOrigin } from '../browser.ts';

/** Who may call a server that requires no key. */
export interface OwnCallers {
  /** The origins whose pages may. */
  corsOrigins: CorsOrigins;
  /** Names by which the server may be called, besides those that nobody can register. */
  allowedHosts: readonly string[];
}

/** Names that nobody on the Internet can own: without a dot, or below a domain that is reserved for private use. */
const PRIVATE_NAME = /^(?:[\w-]+|(?:[\w-]+\.)+(?:localhost|internal))$/;

/**
 * Refuses requests that a web page of somebody else makes through the browser of a person who can reach this server. Without a
 * key, nothing else tells them from the person's own. Programs send neither of these headers, except `Host`.
 * @throws AppError `not_permitted`
 */
export function requireOwnCaller(req: Request, { corsOrigins, allowedHosts }: OwnCallers): void {
  const { host, origin } = req.headers;
  // A name that its owner lets point here makes a page of that name one of ours (DNS rebinding).
  if (host !== undefined && !isOwnName(nameIn(host), allowedHosts)) throw refusal(HOST_REFUSED);
  if (origin === undefined) {
    if (!mayComeFrom(req.get('Sec-Fetch-Site'), corsOrigins)) throw refusal(PAGE_REFUSED);
  } else if (!isSameOrigin(origin, [host, req.host]) && !isAllowedOrigin(origin, corsOrigins)) {
    throw refusal(PAGE_REFUSED);
  }
}

const HOST_REFUSED =
  'Without API_KEY, this server must be called by its address, by localhost, or by a name in ALLOWED_HOSTS.';
const PAGE_REFUSED =
  'Without API_KEY, pages of other sites may not call this server: set CORS_ORIGIN to their origins.';

function refusal(message: string): AppError {
  return new AppError('not_permitted', { message });
}

/** The name in a `Host` header, without port and brackets; of something else, the whole. */
function nameIn(host: string): string {
  const [, bracketed, plain] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d*)?$/.exec(host) ?? [];
  return (bracketed ?? plain ?? host).toLowerCase().replace(/\.$/, '');
}

function isOwnName(name: string, allowedHosts: readonly string[]): boolean {
  return isIP(name) !== 0 || PRIVATE_NAME.test(name) || allowedHosts.includes(name);
}

/** Pictures, links and the like carry no `Origin`; `same-site` is another port of the same machine. */
function mayComeFrom(site: string | undefined, origins: CorsOrigins): boolean {
  if (site === 'cross-site') return origins === '*';
  return site !== 'same-site' || origins === '*' || origins === 'local';
}

function isSameOrigin(origin: string, hosts: readonly (string | undefined)[]): boolean {
  return URL.canParse(origin) && hosts.includes(new URL(origin).host);
}
