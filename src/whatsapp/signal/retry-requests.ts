import { type BinaryNode, jidDecode, type WASocket } from '@whiskeysockets/baileys';
import { BoundedCache } from '../../kit/bounded-cache.ts';
import type { Clock } from '../../kit/clock.ts';

/** More at a time would be an attack; forgetting one means that a device has to ask once more. */
const MAX_ASKING = 1_000;

/**
 * The devices that could not read a message of ours and asked for it again. Each of them gets a new Signal session once; nobody
 * else needs one while there is one.
 */
export class RetryRequests {
  readonly #asking: BoundedCache<true>;

  constructor(clock: Clock) {
    this.#asking = new BoundedCache(clock, { max: MAX_ASKING });
  }

  /** Records every request before Baileys handles it. */
  watch(socket: WASocket): void {
    socket.ws.prependListener('CB:receipt', (stanza: BinaryNode) => this.note(stanza));
  }

  /** Records the device that sent this receipt, if it is such a request. */
  note({ attrs: { type, from, participant } }: BinaryNode): void {
    const asking = participant ?? from;
    if (type === 'retry' && asking !== undefined) this.#asking.set(deviceOf(asking), true);
  }

  /** Whether the device asked, under any of its JIDs. Another call is false, until it asks again. */
  take(jids: readonly string[]): boolean {
    return jids.filter((jid) => this.#takeOne(deviceOf(jid))).length > 0;
  }

  #takeOne(device: string): boolean {
    const asked = this.#asking.get(device) !== undefined;
    this.#asking.delete(device);
    return asked;
  }
}

/** The device under one name, however its JID is written. */
function deviceOf(jid: string): string {
  const { user = jid, device = 0, server = '' } = jidDecode(jid) ?? {};
  return `${user}:${device}@${server}`;
}
