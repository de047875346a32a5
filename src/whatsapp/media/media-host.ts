import { firstText } from '../messages/content.ts';

/** The location of a file, as its message gives it. The sender wrote this: it may be anything. */
export interface MediaLocation {
  directPath?: string | null | undefined;
  url?: string | null | undefined;
}

const USUAL_HOST = 'https://mmg.whatsapp.net';
const WHATSAPP = /(^|\.)whatsapp\.net$/;
const THIS_MACHINE = /^(localhost|127(\.\d{1,3}){3})$/;

/**
 * Decides where media may be fetched from: WhatsApp's own hosts, over HTTPS only, or, with `WHATSAPP_MEDIA_HOST`, only
 * that one. Anything else in a message is ignored: it would let any sender make us call any host.
 */
export class MediaHost {
  readonly #override: URL | undefined;

  /** `host` is `host:port`; on this machine it is called over plain HTTP. */
  constructor(host?: string) {
    this.#override = host === undefined ? undefined : addressed(host);
  }

  /** Returns the URL of the file; `undefined` when the message names no location that may be called. */
  addressOf({ directPath, url }: MediaLocation): URL | undefined {
    const given = url && URL.canParse(url) ? new URL(url) : undefined;
    const path = firstText(directPath, given && given.pathname + given.search);
    return path?.startsWith('/') ? within(this.#hostFor(given), path) : undefined;
  }

  /** Returns the URL for an upload to `hostname`, which comes from WhatsApp's server, never from a sender. */
  uploadAddress(hostname: string, path: string): URL {
    return new URL(path, this.#override ?? `https://${hostname}`);
  }

  #hostFor(given: URL | undefined): URL {
    if (this.#override) return this.#override;
    const isWhatsApp = given?.protocol === 'https:' && given.port === '' && WHATSAPP.test(given.hostname);
    return new URL(isWhatsApp ? given.origin : USUAL_HOST);
  }
}

function addressed(host: string): URL {
  const plain = new URL(`http://${host}`);
  return THIS_MACHINE.test(plain.hostname) ? plain : new URL(`https://${host}`);
}

/** A path such as `//elsewhere/x` would leave the host. */
function within(host: URL, path: string): URL | undefined {
  const address = URL.canParse(path, host.origin) ? new URL(path, host) : undefined;
  return address?.origin === host.origin ? address : undefined;
}
