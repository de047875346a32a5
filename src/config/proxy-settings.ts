import { parseProxy } from '../domain/proxy.ts';
import type { Secret } from '../kit/secret.ts';
import { allowedHosts } from './allowed-hosts.ts';
import { ConfigError, type EnvironmentReader } from './environment.ts';

/** By which proxies sessions reach WhatsApp. */
export interface ProxySettings {
  /** `PROXY_URL`: of all sessions without one of their own. Its host may be private: the operator has chosen it. */
  url: Secret | null;
  /** `PROXY_ALLOWED_HOSTS`: what callers may choose although its address is private. */
  allowedHosts: string[];
}

/** @throws ConfigError, which does not show the credentials */
export function readProxies(read: EnvironmentReader): ProxySettings {
  const text = read.secret('PROXY_URL');
  const proxy = text && parseProxy(text.reveal());
  if (proxy === undefined) {
    throw new ConfigError(
      'PROXY_URL must be the URL of an HTTP, HTTPS or SOCKS5 proxy, such as socks5://user:password@host:1080.',
    );
  }
  return {
    url: proxy?.url ?? null,
    allowedHosts: allowedHosts('PROXY_ALLOWED_HOSTS', read.list('PROXY_ALLOWED_HOSTS')),
  };
}
