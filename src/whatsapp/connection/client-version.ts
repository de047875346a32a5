import { DEFAULT_CONNECTION_CONFIG, type WAVersion } from '@whiskeysockets/baileys';
import { type Clock } from '../../kit/clock.ts';
import { type Logger } from '../../kit/logger.ts';
import { boundedFetch } from '../baileys/bounded-fetch.ts';
import { type WhatsAppSettings } from '../settings.ts';

const PAGE = 'https://web.whatsapp.com/sw.js';
const DEADLINE_MS = 5_000;
const MAX_BYTES = 5_000_000;
/** The minimum time between two reads of the page: WhatsApp refuses an outdated version for all accounts at once. */
const READ_INTERVAL_MS = 900_000;
/** The revision, as Baileys finds it in the page (`fetchLatestWaWebVersion`), with or without escaped quotes. */
const REVISION = /\\?"client_revision\\?":\s*(\d{1,15})/;
/** A browser's headers: WhatsApp serves the page to no other client. */
const HEADERS = {
  'sec-fetch-site': 'none',
  'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36',
};

/** What to try after WhatsApp refused a version: a `newer` one, `none`, or none because the operator `pinned` it. */
export type NextVersion = 'newer' | 'none' | 'pinned';

/** Dependencies of {@link ClientVersion}. */
export interface ClientVersionDeps {
  settings: Pick<WhatsAppSettings, 'wsUrl' | 'version'>;
  clock: Clock;
  log: Logger;
}

/**
 * The client version that all connections of the process report to WhatsApp. It is Baileys' own until WhatsApp refuses
 * it (405); then the current one is read, once for all connections, from the page that names it. The operator's
 * `WHATSAPP_VERSION` wins: it is neither changed nor questioned.
 */
export class ClientVersion {
  readonly #deps: ClientVersionDeps;
  #current: WAVersion;
  /** The read of the page that is in progress, or the last one. */
  #lastRead: { atMs: number; done: Promise<void> } | undefined;

  constructor(deps: ClientVersionDeps) {
    this.#deps = deps;
    this.#current = deps.settings.version ?? DEFAULT_CONNECTION_CONFIG.version;
  }

  /** The version for a new connection. */
  get current(): WAVersion {
    return this.#current;
  }

  /**
   * WhatsApp refused `version`: returns whether there is another one to try. Reads the page if needed, for at most 5 s.
   */
  async refused(version: WAVersion): Promise<NextVersion> {
    if (this.#deps.settings.version) return 'pinned';
    if (!isNewer(this.#current, version)) await this.#readOnce();
    return isNewer(this.#current, version) ? 'newer' : 'none';
  }

  #readOnce(): Promise<void> {
    const now = this.#deps.clock.now();
    if (!this.#lastRead || now - this.#lastRead.atMs >= READ_INTERVAL_MS)
      this.#lastRead = { atMs: now, done: this.#read() };
    return this.#lastRead.done;
  }

  async #read(): Promise<void> {
    const { clock, log, settings } = this.#deps;
    const url = pageOf(settings.wsUrl);
    try {
      const init: RequestInit = { redirect: 'error', headers: HEADERS };
      const limits = { clock, deadlineMs: DEADLINE_MS, maxBytes: MAX_BYTES };
      const found = versionIn(await boundedFetch(globalThis.fetch, url, init, limits).then(textOf));
      log.info({ url, found, current: this.#current }, 'WhatsApp refused the client version; read the current one');
      if (isNewer(found, this.#current)) this.#current = found;
    } catch (error) {
      log.warn({ err: error, url }, 'WhatsApp refused the client version, and the current one cannot be read');
    }
  }
}

/** The page is on the host of the WebSocket: a test, or a server other than WhatsApp, serves its own. */
function pageOf(wsUrl: string | undefined): string {
  if (wsUrl === undefined) return PAGE;
  const url = new URL('/sw.js', wsUrl);
  url.protocol = url.protocol === 'wss:' ? 'https:' : 'http:';
  return url.href;
}

async function textOf(response: Response): Promise<string> {
  if (!response.ok) throw new Error(`The page responded with HTTP ${response.status}`);
  return response.text();
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
