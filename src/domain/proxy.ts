import { Secret } from '../kit/secret.ts';

/** A proxy for the connections of a session to WhatsApp. */
export interface Proxy {
  /** With its credentials. */
  url: Secret;
  /** As it may be shown. */
  shown: string;
}

const PROTOCOLS: ReadonlySet<string> = new Set(['http:', 'https:', 'socks5:', 'socks5h:']);
const MAX_LENGTH = 1_000;

/** Parses `http`, `https`, `socks5` and `socks5h` URLs with a host, perhaps credentials, and nothing behind; else `undefined`. */
export function parseProxy(text: string): Proxy | undefined {
  const url = text.length <= MAX_LENGTH && URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !PROTOCOLS.has(url.protocol) || url.hostname === '') return undefined;
  if (!['', '/'].includes(url.pathname) || url.search !== '' || url.hash !== '') return undefined;
  return { url: new Secret(url.href), shown: shownProxy(url) };
}

/** The URL without its credentials, which may also be in the name of the user. */
export function shownProxy({ protocol, username, password, host }: URL): string {
  return `${protocol}//${username === '' && password === '' ? '' : '***@'}${host}`;
}
