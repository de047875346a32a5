import { type LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { AppError } from '../../domain/errors.ts';
import { isPublicAddress } from './public-address.ts';

/** Gives all addresses of a name. */
export type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>;

/** As the machine resolves names: its hosts file, then DNS. */
export const systemResolve: Resolve = (hostname) => lookup(hostname, { all: true });

/** The ports of the web; below the others are services that a request could be meant to annoy, such as mail. */
const WEB_PORTS: ReadonlySet<string> = new Set(['', '80', '443']);
const FIRST_FREE_PORT = 1024;

/** What URLs are fetched, and where their names may lead. */
export class UrlRules {
  readonly #allowedHosts: ReadonlySet<string>;
  readonly #resolve: Resolve;

  /** `allowedHosts` are trusted wherever they lead: `host` on any port, `host:port` on that one alone. */
  constructor(allowedHosts: readonly string[], resolve: Resolve) {
    this.#allowedHosts = new Set(allowedHosts.map((host) => withoutFinalDot(host.toLowerCase())));
    this.#resolve = resolve;
  }

  /**
   * The URL, which may be relative to `base`: `http` or `https`, without a user, on a port of the web or one above 1023, and
   * not of an address that is not public. The URL standard has brought the host into its plain form here: `0x7f000001`,
   * `127.1` and full-width digits are `127.0.0.1`.
   * @throws AppError `url_not_allowed`
   */
  check(text: string, base?: URL): URL {
    const url = URL.canParse(text, base?.href) ? new URL(text, base) : undefined;
    if (url === undefined || !this.#isAllowed(url)) throw new AppError('url_not_allowed');
    return url;
  }

  /**
   * The look-up for the socket that goes to `url`. It connects to the very addresses that were checked here, all of them: a
   * name that leads elsewhere when it is asked again gains nothing. Fails with AppError `url_not_allowed`.
   */
  lookupFor(url: URL): LookupFunction {
    return (hostname, { all }, callback) => {
      this.#addressesOf(hostname, this.#isTrusted(url)).then(
        (addresses) => (all === true ? callback(null, addresses) : callback(null, ...only(addresses))),
        (error: unknown) => callback(error as Error, ''),
      );
    };
  }

  #isAllowed(url: URL): boolean {
    if (!['http:', 'https:'].includes(url.protocol) || url.username !== '' || url.password !== '') return false;
    if (this.#isTrusted(url)) return true;
    const host = hostOf(url);
    const isWebPort = WEB_PORTS.has(url.port) || Number(url.port) >= FIRST_FREE_PORT;
    return isWebPort && (isIP(host) === 0 || isPublicAddress(host));
  }

  #isTrusted(url: URL): boolean {
    const port = url.port || (url.protocol === 'https:' ? '443' : '80');
    const host = withoutFinalDot(url.hostname);
    return this.#allowedHosts.has(host) || this.#allowedHosts.has(`${host}:${port}`);
  }

  async #addressesOf(hostname: string, isTrusted: boolean): Promise<LookupAddress[]> {
    const addresses = await this.#resolve(hostname);
    if (!isTrusted && !addresses.every(({ address }) => isPublicAddress(address))) {
      throw new AppError('url_not_allowed');
    }
    if (addresses.length === 0) throw new Error('the name has no address');
    return [...addresses];
  }
}

function only([first]: LookupAddress[]): [string, number] {
  return [first?.address ?? '', first?.family ?? 0];
}

function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}

/** `example.com.` is `example.com`. */
function withoutFinalDot(host: string): string {
  return host.replace(/\.(?=$|:\d+$)/, '');
}
