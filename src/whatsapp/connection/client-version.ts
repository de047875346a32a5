import { DEFAULT_CONNECTION_CONFIG, type WAVersion } from '@whiskeysockets/baileys';
import { type Clock } from '../../kit/clock.ts';
import { type Logger } from '../../kit/logger.ts';
import { boundedFetch } from '../baileys/bounded-fetch.ts';
import { type WhatsAppSettings } from '../settings.ts';

const PAGE = 'https://web.whatsapp.com/sw.js';
const DEADLINE_MS = 5_000;
const MAX_BYTES = 5_000_000;
/** After a look at the page there is no other for so long: with one outdated version all accounts are refused at once. */
const LOOK_AGAIN_AFTER_MS = 900_000;
/** As Baileys finds it in the page (`fetchLatestWaWebVersion`), with or without escaped quotes. */
const REVISION = /\\?"client_revision\\?":\s*(\d{1,15})/;
/** As a browser asks: WhatsApp gives the page to nobody else. */
const HEADERS = {
  'sec-fetch-site': 'none',
  'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36',
};

/** What can be done about a version that WhatsApp refused. */
export type NextVersion = 'newer' | 'none' | 'pinned';

/** What the version is made of. */
export interface ClientVersionDeps {
  settings: Pick<WhatsAppSettings, 'wsUrl' | 'version'>;
  clock: Clock;
  log: Logger;
}

/**
 * The client version that all lines of the process say they are. It is the library's until WhatsApp refuses it (405);
 * then, once for all lines, the page is read that names the current one. `WHATSAPP_VERSION` is the operator's word, and is
 * neither changed nor doubted.
 */
export class ClientVersion {
  readonly #deps: ClientVersionDeps;
  #current: WAVersion;
  /** The look at the page that is being had, or was had last. */
  #look: { atMs: number; done: Promise<void> } | undefined;

  constructor(deps: ClientVersionDeps) {
    this.#deps = deps;
    this.#current = deps.settings.version ?? DEFAULT_CONNECTION_CONFIG.version;
  }

  /** What to say now. */
  get current(): WAVersion {
    return this.#current;
  }

  /** WhatsApp refused a version: whether there is another one to say. Takes as long as the page at most. */
  async refused(version: WAVersion): Promise<NextVersion> {
    if (this.#deps.settings.version) return 'pinned';
    if (!isNewer(this.#current, version)) await this.#lookOnce();
    return isNewer(this.#current, version) ? 'newer' : 'none';
  }

  #lookOnce(): Promise<void> {
    const now = this.#deps.clock.now();
    if (!this.#look || now - this.#look.atMs >= LOOK_AGAIN_AFTER_MS) this.#look = { atMs: now, done: this.#read() };
    return this.#look.done;
  }

  async #read(): Promise<void> {
    const { clock, log, settings } = this.#deps;
    const url = pageOf(settings.wsUrl);
    try {
      const init: RequestInit = { redirect: 'error', headers: HEADERS };
      const limits = { clock, deadlineMs: DEADLINE_MS, maxBytes: MAX_BYTES };
      const found = versionIn(await boundedFetch(globalThis.fetch, url, init, limits).then(textOf));
      log.info(
        { url, found, current: this.#current },
        'WhatsApp refused the client version; read which one is current',
      );
      if (isNewer(found, this.#current)) this.#current = found;
    } catch (error) {
      log.warn({ err: error, url }, 'WhatsApp refused the client version, and which one is current cannot be read');
    }
  }
}

/** The page is where the WebSocket is: a test, or another server than WhatsApp, answers for itself. */
function pageOf(wsUrl: string | undefined): string {
  if (wsUrl === undefined) return PAGE;
  const url = new URL('/sw.js', wsUrl);
  url.protocol = url.protocol === 'wss:' ? 'https:' : 'http:';
  return url.href;
}

async function textOf(answer: Response): Promise<string> {
  if (!answer.ok) throw new Error(`The page answered with HTTP ${answer.status}`);
  return answer.text();
}

function versionIn(page: string): WAVersion {
  const revision = REVISION.exec(page)?.[1];
  if (revision === undefined) throw new Error('The page names no client revision');
  return [2, 3000, Number(revision)];
}

function isNewer(one: WAVersion, other: WAVersion): boolean {
  const at = one.findIndex((part, index) => part !== other[index]);
  return at !== -1 && Number(one[at]) > Number(other[at]);
}
