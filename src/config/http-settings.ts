import { isIP } from 'node:net';
import { Secret } from '../kit/secret.ts';
import type { EnvironmentReader } from './environment.ts';
import { HOW_TO_MAKE, refuseWeak } from './weak-secret.ts';

/** Where the server listens, and who may use it. */
export interface HttpSettings {
  host: string;
  port: number;
  /** Each grants full access; without any, access is open. */
  apiKeys: Secret[];
  /** Used in the hashes of keys; with `null`, one is generated and kept in the storage. */
  keyPepper: Secret | null;
  /** Requests per minute, for each key and each address; 0 is no limit. */
  rateLimit: number;
  /** The proxies whose `X-Forwarded-For` is trusted: how many, or their addresses and networks; `false` for none. */
  trustProxy: false | number | string[];
  /** The origins whose pages may call the API: all, those of this machine, those listed, or none. */
  corsOrigin: '*' | 'local' | string[];
  /** Names by which callers without a key may reach a server without `API_KEY`. */
  allowedHosts: string[];
  /** Whether the dashboard is served. */
  dashboard: boolean;
  /** Whether an MCP server is served. */
  mcp: boolean;
  /** How long the audit log is kept; with 0 there is none. */
  auditRetentionMs: number;
  /** Whether JSON bodies may be compressed. */
  compressedBodies: boolean;
}

const DAY_MS = 24 * 3_600_000;

/** Reads the settings of the server. */
export function readHttp(read: EnvironmentReader, production: boolean): HttpSettings {
  const apiKeys = readApiKeys(read, production);
  const host = read.text('HOST') ?? (production ? '0.0.0.0' : '127.0.0.1');
  requireKeys(read, production, { host, apiKeys });
  return {
    host,
    port: read.integer('PORT', 3000, { min: 0, max: 65_535 }),
    apiKeys,
    keyPepper: readKeyPepper(read, production),
    rateLimit: read.integer('RATE_LIMIT', 6_000, { min: 0, max: 1_000_000 }),
    trustProxy: readTrustProxy(read),
    corsOrigin: readOrigins(read, production),
    allowedHosts: [...readHostNames(read), ...(isIP(host) === 0 ? [host.toLowerCase()] : [])],
    dashboard: read.flag('DASHBOARD', true),
    mcp: read.flag('MCP', false),
    auditRetentionMs: read.integer('AUDIT_RETENTION_DAYS', 90, { min: 0, max: 3_650 }) * DAY_MS,
    compressedBodies: read.flag('COMPRESSED_BODIES', false),
  };
}

/** Access without keys must be said, in production and wherever others can connect. */
function requireKeys(
  read: EnvironmentReader,
  production: boolean,
  { host, apiKeys }: Pick<HttpSettings, 'host' | 'apiKeys'>,
): void {
  const open = read.flag('ALLOW_UNAUTHENTICATED', false);
  if (apiKeys.length > 0) {
    const conflict = 'ALLOW_UNAUTHENTICATED=true conflicts with API_KEY: set only one of them.';
    if (open) read.refuse('ALLOW_UNAUTHENTICATED', conflict);
    return;
  }
  if (open || read.isRefused('ALLOW_UNAUTHENTICATED')) return;
  const orOpen = '(or set ALLOW_UNAUTHENTICATED=true to run without one)';
  if (production) read.refuse('API_KEY', `API_KEY is required in production: ${HOW_TO_MAKE} ${orOpen}.`);
  else if (!isLoopback(host)) {
    read.refuse('HOST', `HOST=${host} opens a server without API_KEY to others: ${HOW_TO_MAKE} ${orOpen}.`);
  }
}

/** A key that cannot be sent in a header would lock everybody out. */
function readApiKeys(read: EnvironmentReader, production: boolean): Secret[] {
  const keys = read.list('API_KEY');
  if (!keys.every((key) => /^[\x21-\x7e]+$/.test(key))) {
    read.refuse('API_KEY', `API_KEY must consist of printable ASCII characters without spaces: ${HOW_TO_MAKE}.`);
  }
  if (production) refuseWeak(read, 'API_KEY');
  return keys.map((key) => new Secret(key));
}

function readKeyPepper(read: EnvironmentReader, production: boolean): Secret | null {
  const pepper = read.secret('KEY_PEPPER');
  if (pepper && pepper.reveal().length < 16) {
    read.refuse('KEY_PEPPER', `KEY_PEPPER must have at least 16 characters: ${HOW_TO_MAKE}.`);
  }
  if (production) refuseWeak(read, 'KEY_PEPPER');
  return pepper;
}

const PROXY_NAMES = ['loopback', 'linklocal', 'uniquelocal'];

/** Never everybody: any client could then claim any address. */
function readTrustProxy(read: EnvironmentReader): false | number | string[] {
  const parts = read.list('TRUST_PROXY');
  const [first = '', ...others] = parts;
  if (parts.length === 0) return false;
  if (/^[1-9]$/.test(first) && others.length === 0) return Number(first);
  if (parts.every((part) => PROXY_NAMES.includes(part) || isNetwork(part))) return parts;
  read.refuse(
    'TRUST_PROXY',
    'TRUST_PROXY must be the number of proxies in front (1 to 9), or a comma-separated list of their addresses and networks.',
  );
  return false;
}

/** An IP address with an optional prefix length. */
function isNetwork(text: string): boolean {
  const [address = '', bits = '1', ...more] = text.split('/');
  const family = isIP(address);
  return family !== 0 && more.length === 0 && /^[1-9]\d*$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128);
}

/** Without the setting, pages of this machine may call the API in development: whoever serves them could call it, too. */
function readOrigins(read: EnvironmentReader, production: boolean): HttpSettings['corsOrigin'] {
  if (read.text('CORS_ORIGIN') === undefined) return production ? [] : 'local';
  const origins = read.list('CORS_ORIGIN');
  return origins.includes('*') ? '*' : origins;
}

function readHostNames(read: EnvironmentReader): string[] {
  const names = read.list('ALLOWED_HOSTS');
  if (!names.every((name) => /^[\w.-]+$/.test(name))) {
    read.refuse('ALLOWED_HOSTS', 'ALLOWED_HOSTS must be a comma-separated list of host names, without ports.');
  }
  return names.map((name) => name.toLowerCase());
}

/** Whether only this machine can connect to that address. */
function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
