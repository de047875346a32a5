import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { networkInterfaces } from 'node:os';
import { AppError } from '../../domain/errors.ts';
import { isPublicAddress, plainAddress } from './public-address.ts';

/** Resolves a name to all its addresses. */
export type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>;

/** The system's resolver: the hosts file, then DNS. */
export const systemResolve: Resolve = (hostname) => lookup(hostname, { all: true });

/** The addresses of this machine's network interfaces, now. */
export function systemAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((own = []) => own.map(({ address }) => address));
}

/** What the rules depend on. */
export interface UrlRulesDeps {
  /** Hosts that are trusted whatever they resolve to: `host` on any port, `host:port` only on that one. */
  allowedHosts: readonly string[];
  resolve: Resolve;
  /** The addresses of this machine: what listens there may trust it, also where they are public. */
  ownAddresses: () => readonly string[];
}

/** Web ports. Other ports below 1024 belong to services, such as mail, that a request could be meant to attack. */
const WEB_PORTS: ReadonlySet<string> = new Set(['', '80', '443']);
const FIRST_UNPRIVILEGED_PORT = 1024;

/** Decides which URLs may be fetched, and which addresses their host names may resolve to. */
export class UrlRules {
  readonly #allowedHosts: ReadonlySet<string>;
  readonly #resolve: Resolve;
  readonly #ownAddresses: UrlRulesDeps['ownAddresses'];

  constructor({ allowedHosts, resolve, ownAddresses }: UrlRulesDeps) {
    this.#allowedHosts = new Set(allowedHosts.map((host) => withoutFinalDot(host.toLowerCase())));
    this.#resolve = resolve;
    this.#ownAddresses = ownAddresses;
  }

  /**
   * Parses a URL, which may be relative to `base`, and requires `http` or `https`, no credentials, a web port or one above 1023,
   * and no private IP address or one of this machine. The URL parser has already normalized the host: `0x7f000001`, `127.1` and full-width digits
   * are all `127.0.0.1`.
   * @throws AppError `url_not_allowed`
   */
  check(text: string, base?: URL): URL {
    const url = URL.canParse(text, base?.href) ? new URL(text, base) : undefined;
    if (url === undefined || !this.#isAllowed(url)) throw new AppError('url_not_allowed');
    return url;
  }

  /**
   * The DNS lookup for the socket to `url`. The socket connects to exactly the addresses that were checked here, so DNS rebinding
   * achieves nothing. Fails with AppError `url_not_allowed`.
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
    const isWebPort = WEB_PORTS.has(url.port) || Number(url.port) >= FIRST_UNPRIVILEGED_PORT;
    return isWebPort && (isIP(host) === 0 || this.#isElsewhere(host));
  }

  #isTrusted(url: URL): boolean {
    const port = url.port || (url.protocol === 'https:' ? '443' : '80');
    const host = withoutFinalDot(url.hostname);
    return this.#allowedHosts.has(host) || this.#allowedHosts.has(`${host}:${port}`);
  }

  /** Whether it is a public address, and not one of this machine. */
  #isElsewhere(address: string): boolean {
    const own = this.#ownAddresses().map(plainAddress);
    return isPublicAddress(address) && !own.includes(plainAddress(address));
  }

  async #addressesOf(hostname: string, isTrusted: boolean): Promise<LookupAddress[]> {
    const addresses = await this.#resolve(hostname);
    if (!isTrusted && !addresses.every(({ address }) => this.#isElsewhere(address))) {
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
