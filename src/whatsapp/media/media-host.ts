import { firstText } from '../messages/content.ts';

/** Where a message says that its file is. Its sender wrote this: it may be anything. */
export interface MediaLocation {
  directPath?: string | null | undefined;
  url?: string | null | undefined;
}

const USUAL_HOST = 'https://mmg.whatsapp.net';
const WHATSAPP = /(^|\.)whatsapp\.net$/;
const THIS_MACHINE = /^(localhost|127(\.\d{1,3}){3})$/;

/**
 * Knows where media may be fetched from: WhatsApp's own hosts, by https alone, or, with `WHATSAPP_MEDIA_HOST`, only that
 * one. What a message says beside the path counts for nothing: by it anybody could have us call whomever he likes.
 */
export class MediaHost {
  readonly #override: URL | undefined;

  /** `host` is `host:port`; on this machine it is spoken to by plain http. */
  constructor(host?: string) {
    this.#override = host === undefined ? undefined : addressed(host);
  }

  /** Where the file is to be fetched; `undefined` when the message names no place that may be asked. */
  addressOf({ directPath, url }: MediaLocation): URL | undefined {
    const given = url && URL.canParse(url) ? new URL(url) : undefined;
    const path = firstText(directPath, given && given.pathname + given.search);
    return path?.startsWith('/') ? within(this.#hostFor(given), path) : undefined;
  }

  /** Where a file is to be sent that WhatsApp's server wants at `hostname`: it is the server that says so, and no sender. */
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
