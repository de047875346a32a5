import { UrlRules, systemAddresses, systemResolve } from '../http/server.ts';
import { AppError } from '../domain/errors.ts';
import type { Config } from '../config/config.ts';
import type { Secret } from '../kit/secret.ts';
import type { Storage } from '../ports/storage.ts';

const REFUSAL = 'A proxy must have a public address, or be among the hosts of PROXY_ALLOWED_HOSTS.';

/** Which proxies callers may choose: by one, they must not reach our own network. */
class ProxyRules {
  readonly #rules: UrlRules;

  constructor(allowedHosts: readonly string[]) {
    this.#rules = new UrlRules({ allowedHosts, resolve: systemResolve, ownAddresses: systemAddresses });
  }

  /** @throws AppError `url_not_allowed` */
  check(url: Secret): void {
    this.#placeOf(new URL(url.reveal()));
  }

  /** The lookup for the connection to a proxy, which fails for a name with a private address. */
  lookupFor(url: URL) {
    return this.#rules.lookupFor(this.#placeOf(url));
  }

  /** Only the host and the port are checked, which these rules know of web addresses. */
  #placeOf({ protocol, host, port }: URL): URL {
    const place = `http://${host}${port === '' ? (DEFAULT_PORTS[protocol] ?? '') : ''}`;
    try {
      return this.#rules.check(place);
    } catch (cause) {
      throw new AppError('url_not_allowed', { message: REFUSAL, cause });
    }
  }
}

const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'https:': ':443', 'socks5:': ':1080', 'socks5h:': ':1080' };

/** What the connector needs of them. */
export function proxiesOf({ proxies }: Config, { sessions }: Storage) {
  const rules = new ProxyRules(proxies.allowedHosts);
  return { sessions, proxy: proxies.url, lookupFor: (url: URL) => rules.lookupFor(url) };
}

/** What the sessions need of them. */
export function proxyCheck({ proxies }: Config) {
  const rules = new ProxyRules(proxies.allowedHosts);
  return { checkProxy: (url: Secret) => rules.check(url) };
}
