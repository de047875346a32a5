import { type BinaryNode, getBinaryNodeChild, getBinaryNodeChildren, type WASocket } from '@whiskeysockets/baileys';
import type { Clock } from '../../kit/clock.ts';

/** Where files may be uploaded now, and the token for it. */
export interface UploadPass {
  auth: string;
  /** The best one first. */
  hostnames: string[];
}

/**
 * Asks WhatsApp where files may be uploaded, and asks again when the answer has expired. (Baileys caches a query that
 * failed, and with it fails every upload for as long as the connection lasts.)
 */
export class UploadHosts {
  readonly #socket: Pick<WASocket, 'query'>;
  readonly #clock: Clock;
  #known: { pass: UploadPass; untilMs: number } | undefined;

  constructor(socket: Pick<WASocket, 'query'>, clock: Clock) {
    this.#socket = socket;
    this.#clock = clock;
  }

  /**
   * Returns the current pass; with `fresh` a new one, after the last did not work.
   * @throws Error when WhatsApp gives none
   */
  async pass(wanted: 'known' | 'fresh'): Promise<UploadPass> {
    if (wanted === 'known' && this.#known && this.#known.untilMs > this.#clock.monotonic()) return this.#known.pass;
    const answer = await this.#ask();
    const { auth, ttl } = answer.attrs;
    const hostnames = getBinaryNodeChildren(answer, 'host').flatMap(({ attrs }) => attrs.hostname ?? []);
    if (!auth || hostnames.length === 0) throw new Error('WhatsApp named no host for uploads');
    const pass = { auth, hostnames };
    this.#known = { pass, untilMs: this.#clock.monotonic() + Number(ttl ?? 0) * 1000 };
    return pass;
  }

  async #ask(): Promise<BinaryNode> {
    const query = {
      tag: 'iq',
      attrs: { type: 'set', xmlns: 'w:m', to: 's.whatsapp.net' },
      content: [{ tag: 'media_conn', attrs: {} }],
    };
    // Baileys resolves with `undefined` when no answer came in time.
    const answer = (await this.#socket.query(query)) as BinaryNode | undefined;
    const connection = getBinaryNodeChild(answer, 'media_conn');
    if (!connection) throw new Error('WhatsApp did not say where files are uploaded');
    return connection;
  }
}
