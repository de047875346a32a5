import type { Agent } from 'node:http';
import { DEFAULT_CONNECTION_CONFIG, type WAVersion } from '@whiskeysockets/baileys';
import { type Clock, isCredibleTime, isoTime } from '../../kit/clock.ts';
import { httpRequest } from '../../kit/http-client.ts';
import type { Logger } from '../../kit/logger.ts';
import type { WhatsAppSettings } from '../settings.ts';

const PAGE = 'https://web.whatsapp.com/sw.js';
const DEADLINE_MS = 5_000;
const MAX_BYTES = 5_000_000;
/** The shortest time between two reads of the page: an outdated version makes WhatsApp refuse all accounts at once. */
const READ_AGAIN_AFTER_MS = 900_000;
/** From when on somebody is warned that the version expires. */
const WARN_BEFORE_MS = 14 * 86_400_000;
const PINNED = ', since WHATSAPP_VERSION fixes it: remove or change that setting before.';
const RENEWED = '. The next one is looked up automatically; update the orchestrator if connections fail then.';
/** As Baileys finds it in the page (`fetchLatestWaWebVersion`), with or without escaped quotes. */
const REVISION = /\\?"client_revision\\?":\s*(\d{1,15})/;
/** A browser's: WhatsApp serves the page to nobody else. */
const HEADERS = {
  accept: '*/*',
  'accept-encoding': 'br, gzip, deflate',
  'accept-language': '*',
  'sec-fetch-mode': 'cors',
  'sec-fetch-site': 'none',
  'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36',
};

/** What can be done about a version that WhatsApp refused. */
export type NextVersion = 'newer' | 'none' | 'pinned';

/** Where the version comes from. */
export interface ClientVersionDeps {
  settings: Pick<WhatsAppSettings, 'wsUrl' | 'version'>;
  clock: Clock;
  log: Logger;
  /** By which the page is read, if not directly. */
  agent?: () => Promise<Agent | undefined>;
}

/**
 * The client version that all connections of the process announce. It is Baileys' own until WhatsApp refuses it (405); then the
 * page that names the current one is read, once for all connections. `WHATSAPP_VERSION` overrides it, and is never replaced.
 */
export class ClientVersion {
  readonly #deps: ClientVersionDeps;
  #current: WAVersion;
  /** When WhatsApp stops accepting which version, if it has said so. */
  #expiry: { atMs: number; version: WAVersion } | undefined;
  /** The read of the page that is under way, or the last one. */
  #reading: { atMs: number; done: Promise<void> } | undefined;

  constructor(deps: ClientVersionDeps) {
    this.#deps = deps;
    this.#current = deps.settings.version ?? DEFAULT_CONNECTION_CONFIG.version;
  }

  /** The version to announce now. */
  get current(): WAVersion {
    return this.#current;
  }

  /** Why somebody must act before the current version expires; `null` while that is more than two weeks away, or unknown. */
  get warning(): string | null {
    const { clock, settings } = this.#deps;
    if (!this.#expiry || isNewer(this.#current, this.#expiry.version)) return null;
    const { atMs, version } = this.#expiry;
    if (atMs - clock.now() > WARN_BEFORE_MS) return null;
    const what = `WhatsApp stops accepting the client version ${version.join('.')} on ${isoTime(atMs).slice(0, 10)}`;
    return settings.version ? `${what}${PINNED}` : `${what}${RENEWED}`;
  }

  /**
   * WhatsApp says when it stops accepting `version` (Unix ms); what is no time is ignored. Returns the warning if it is a new one, for
   * the timeline of the session that was told.
   */
  expires(version: WAVersion, atMs: number): string | undefined {
    const before = this.warning;
    if (!isCredibleTime(atMs) || this.#expiry?.atMs === atMs) return undefined;
    this.#expiry = { atMs, version };
    const { warning } = this;
    if (warning === null || warning === before) return undefined;
    this.#deps.log.warn({ version, expires: isoTime(atMs) }, 'WhatsApp will no longer accept the client version');
    return warning;
  }

  /** WhatsApp refused `version`: resolves, within 5 s, with whether there is another one to announce. */
  async refused(version: WAVersion): Promise<NextVersion> {
    if (this.#deps.settings.version) return 'pinned';
    if (!isNewer(this.#current, version)) await this.#readOnce();
    return isNewer(this.#current, version) ? 'newer' : 'none';
  }

  #readOnce(): Promise<void> {
    const now = this.#deps.clock.monotonic();
    if (!this.#reading || now - this.#reading.atMs >= READ_AGAIN_AFTER_MS) {
      this.#reading = { atMs: now, done: this.#read() };
    }
    return this.#reading.done;
  }

  async #read(): Promise<void> {
    const { clock, log, settings } = this.#deps;
    const url = pageOf(settings.wsUrl);
    try {
      const found = versionIn(await pageAt(url, clock, await this.#deps.agent?.()));
      log.info(
        { url, found, current: this.#current },
        'WhatsApp refused the client version; looked up the current one',
      );
      if (isNewer(found, this.#current)) this.#current = found;
    } catch (error) {
      log.warn({ err: error, url }, 'WhatsApp refused the client version, and the current one could not be looked up');
    }
  }
}

/** The page is on the host of the WebSocket, so that another server than WhatsApp, as in a test, names its own version. */
function pageOf(wsUrl: string | undefined): string {
  if (wsUrl === undefined) return PAGE;
  const url = new URL('/sw.js', wsUrl);
  url.protocol = url.protocol === 'wss:' ? 'https:' : 'http:';
  return url.href;
}

async function pageAt(url: string, clock: Clock, agent?: Agent): Promise<string> {
  const late = new AbortController();
  const deadline = clock.after(DEADLINE_MS, () =>
    late.abort(new Error(`The page was not complete after ${DEADLINE_MS} ms`)),
  );
  const limits = {
    maxContentLength: MAX_BYTES,
    signal: late.signal,
    ...(agent && { httpAgent: agent, httpsAgent: agent }),
  };
  try {
    const { status, data } = await httpRequest<string>({ url, responseType: 'text', headers: HEADERS, ...limits });
    if (status !== 200) throw new Error(`The page answered with HTTP ${status}`);
    return data;
  } finally {
    deadline.cancel();
  }
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
