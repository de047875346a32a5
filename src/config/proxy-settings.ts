import { parseProxy } from '../domain/proxy.ts';
import type { Secret } from '../kit/secret.ts';
import { allowedHosts } from './allowed-hosts.ts';
import type { EnvironmentReader } from './environment.ts';

/** By which proxies sessions reach WhatsApp. */
export interface ProxySettings {
  /** `PROXY_URL`: of all sessions without one of their own. Its host may be private: the operator has chosen it. */
  url: Secret | null;
  /** `PROXY_ALLOWED_HOSTS`: what callers may choose although its address is private. */
  allowedHosts: string[];
}

/** Reads them; what is wrong with `PROXY_URL` is told without its credentials. */
export function readProxies(read: EnvironmentReader): ProxySettings {
  const text = read.secret('PROXY_URL');
  const proxy = text && parseProxy(text.reveal());
  if (proxy === undefined) {
    read.refuse(
      'PROXY_URL',
      'PROXY_URL must be the URL of an HTTP, HTTPS or SOCKS5 proxy, such as socks5://user:password@host:1080.',
    );
  }
  return {
    url: proxy?.url ?? null,
    allowedHosts: allowedHosts(read, 'PROXY_ALLOWED_HOSTS'),
  };
}
