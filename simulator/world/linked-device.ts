import { randomUUID } from 'node:crypto';

import { node, SERVER, type Stanza } from '../kit/stanza.ts';
import { type Addressing, formatJid } from './address.ts';
import { type Endpoint, type Owner } from './endpoint.ts';
import { type KeyBundle } from './key-bundle.ts';
import { type Connection } from './connection.ts';
import { Mailbox } from './mailbox.ts';
import { type PreKeyShelf } from './pre-key-shelf.ts';

/** With so few one-time keys left a client is asked for more (section 10 of the protocol notes). */
const FEW_KEYS = 4;

/** Where a linked device is: away, logged in but still taking what waited, or receiving everything at once. */
type Presence = { name: 'away' } | { name: 'catching-up' | 'live'; connection: Connection };

/**
 * A linked device as the server knows it. `away`: stanzas wait. `catching-up`, from the login on: they wait still, until
 * the client has declared itself active. `live`, from then on: each stanza is sent as it comes.
 */
export class LinkedDevice implements Endpoint {
  readonly owner: Owner;
  readonly device: number;
  /** The static Noise key it was paired with, hex. */
  readonly noiseKey: string;
  readonly mailbox = new Mailbox();
  readonly keys: PreKeyShelf;
  #presence: Presence = { name: 'away' };

  constructor(facts: { owner: Owner; device: number; noiseKey: string; keys: PreKeyShelf }) {
    this.owner = facts.owner;
    this.device = facts.device;
    this.noiseKey = facts.noiseKey;
    this.keys = facts.keys;
  }

  /** Its live connection. */
  get connection(): Connection | undefined {
    return this.#presence.name === 'away' ? undefined : this.#presence.connection;
  }

  jid(addressing: Addressing): string {
    const user = addressing === 'lid' ? this.owner.lid : this.owner.number;
    return formatJid({ user, device: this.device, addressing });
  }

  deliver(stanza: Stanza): void {
    const { name } = this.#presence;
    this.mailbox.put(stanza, name === 'live');
    if (name === 'live') this.connection?.send(stanza);
  }

  takeBundle(): KeyBundle {
    const bundle = this.keys.take();
    if (bundle.oneTimeKey && this.keys.count === FEW_KEYS) this.#askForKeys();
    return bundle;
  }

  /** Nobody has a one-time key of the device any more: it is asked for new ones. */
  loseOneTimeKeys(): void {
    this.keys.empty();
    this.#askForKeys();
  }

  /** The device logged in over `line`; what waits goes on waiting until `catchUp`. */
  attach(connection: Connection): void {
    this.#presence = { name: 'catching-up', connection };
  }

  /** Sends all that waited, then their count, which ends the offline phase; answers how many were sent before already. */
  catchUp(): number {
    const { connection } = this;
    if (!connection) return 0;
    this.#presence = { name: 'live', connection };
    const { stanzas, again } = this.mailbox.drain();
    const count = String(stanzas.length);
    if (stanzas.length > 0) connection.send(node('ib', {}, [node('offline_preview', { count })]));
    for (const stanza of stanzas) connection.send(stanza);
    connection.send(node('ib', {}, [node('offline', { count })]));
    return again;
  }

  /** `line` is gone; a newer one is not touched. */
  detach(connection: Connection): void {
    if (this.connection === connection) this.#presence = { name: 'away' };
  }

  #askForKeys(): void {
    const attrs = { type: 'encrypt', id: randomUUID(), from: SERVER };
    this.deliver(node('notification', attrs, [node('count', { value: String(this.keys.count) })]));
  }
}
