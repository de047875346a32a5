import { isIP } from 'node:net';
import { Secret } from '../kit/secret.ts';
import { ConfigError, type EnvironmentReader } from './environment.ts';

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

/** Reads the settings of the server. @throws ConfigError */
export function readHttp(read: EnvironmentReader, production: boolean): HttpSettings {
  const apiKeys = read.list('API_KEY').map(readApiKey);
  const host = read.text('HOST') ?? (production ? '0.0.0.0' : '127.0.0.1');
  requireKeys(read, production, { host, apiKeys });
  return {
    host,
    port: read.integer('PORT', 3000, { min: 0, max: 65_535 }),
    apiKeys,
    keyPepper: readKeyPepper(read),
    rateLimit: read.integer('RATE_LIMIT', 6_000, { min: 0, max: 1_000_000 }),
    trustProxy: readTrustProxy(read),
    corsOrigin: readOrigins(read, production),
    allowedHosts: [...read.list('ALLOWED_HOSTS').map(readHostName), ...(isIP(host) === 0 ? [host.toLowerCase()] : [])],
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
    if (open) throw new ConfigError('ALLOW_UNAUTHENTICATED=true conflicts with API_KEY: set only one of them.');
    return;
  }
  if (open) return;
  if (production) {
    throw new ConfigError('API_KEY is required in production (or set ALLOW_UNAUTHENTICATED=true to run without one).');
  }
  if (!isLoopback(host)) {
    throw new ConfigError(
      `HOST=${host} opens a server without API_KEY to others: set API_KEY (or ALLOW_UNAUTHENTICATED=true to run without one).`,
    );
  }
}

/** A key that cannot be sent in a header would lock everybody out. */
function readApiKey(key: string): Secret {
  if (!/^[\x21-\x7e]+$/.test(key))
    throw new ConfigError('API_KEY must consist of printable ASCII characters without spaces.');
  return new Secret(key);
}

function readKeyPepper(read: EnvironmentReader): Secret | null {
  const pepper = read.secret('KEY_PEPPER');
  if (pepper && pepper.reveal().length < 16) throw new ConfigError('KEY_PEPPER must have at least 16 characters.');
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
  throw new ConfigError(
    'TRUST_PROXY must be the number of proxies in front (1 to 9), or a comma-separated list of their addresses and networks.',
  );
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

function readHostName(text: string): string {
  if (/^[\w.-]+$/.test(text)) return text.toLowerCase();
  throw new ConfigError('ALLOWED_HOSTS must be a comma-separated list of host names, without ports.');
}

/** Whether only this machine can connect to that address. */
function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
