import type { Changes, WaitOptions } from '../kit/changes.ts';

/** The receipts for a message that a phone sent. Devices are JIDs in the addressing `pn`. */
export interface MessageReceipts {
  /** Devices that have received it, including those that were inactive. */
  readonly delivered: string[];
  /** Devices that have sent a read or played receipt. */
  readonly read: string[];
  /** The number of retry receipts. */
  readonly retries: number;
}

const READ_TYPES = new Set(['read', 'played']);
const REMEMBERED_MESSAGES = 20_000;

/** The receipts for the latest messages of one phone. */
export class ReceiptBook {
  readonly #changes: Changes;
  readonly #byId = new Map<string, { delivered: Set<string>; read: Set<string>; retries: number }>();

  constructor(changes: Changes) {
    this.#changes = changes;
  }

  /** Records a receipt; an empty `type` means delivered. */
  note(id: string, type: string, device: string): void {
    const entry = this.#entry(id);
    if (type === 'retry') entry.retries += 1;
    else entry.delivered.add(device);
    if (READ_TYPES.has(type)) entry.read.add(device);
  }

  /** The receipts for the message with this id. */
  of(id: string): MessageReceipts {
    const { delivered, read, retries } = this.#byId.get(id) ?? { delivered: [], read: [], retries: 0 };
    return { delivered: [...delivered], read: [...read], retries };
  }

  /** Resolves once `holds` is true of the message's receipts; rejects after the timeout. */
  async until(
    id: string,
    holds: (receipts: MessageReceipts) => boolean,
    options: WaitOptions = {},
  ): Promise<MessageReceipts> {
    await this.#changes.until(() => holds(this.of(id)), { what: `receipts for ${id}`, ...options });
    return this.of(id);
  }

  #entry(id: string): { delivered: Set<string>; read: Set<string>; retries: number } {
    const known = this.#byId.get(id);
    if (known) return known;
    const entry = { delivered: new Set<string>(), read: new Set<string>(), retries: 0 };
    this.#byId.set(id, entry);
    const [oldest] = this.#byId.keys();
    if (this.#byId.size > REMEMBERED_MESSAGES && oldest !== undefined) this.#byId.delete(oldest);
    return entry;
  }
}
