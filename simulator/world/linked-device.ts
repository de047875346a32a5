import { randomUUID } from 'node:crypto';

import { node, SERVER, type Stanza } from '../kit/stanza.ts';
import type { AckDeadline } from './ack-deadline.ts';
import { type Addressing, formatJid } from './address.ts';
import type { Endpoint, Owner } from './endpoint.ts';
import type { KeyBundle } from './key-bundle.ts';
import type { Connection } from './connection.ts';
import { Mailbox } from './mailbox.ts';
import { offlinePreview } from './offline-preview.ts';
import type { PreKeyShelf } from './pre-key-shelf.ts';

/** The client is asked for more one-time keys when this many are left (section 10 of the protocol notes). */
const FEW_KEYS = 4;

/** What a device may have missed: of its own account, or of its groups. */
export type DirtyKind = 'account_sync' | 'groups';

/** See {@link LinkedDevice}. */
type Presence = { name: 'away' } | { name: 'catching-up' | 'live'; connection: Connection; deadline: AckDeadline };

/**
 * A linked device as the server sees it. `away`: it is not connected, and stanzas wait. `catching-up`: it has logged
 * in, and stanzas still wait until it declares itself active. `live`: stanzas are sent immediately.
 */
export class LinkedDevice implements Endpoint {
  readonly owner: Owner;
  readonly device: number;
  /** What the phone calls it in its list of linked devices. */
  readonly name: string;
  /** The static Noise key of its pairing, in hex. */
  readonly noiseKey: string;
  readonly mailbox = new Mailbox();
  readonly keys: PreKeyShelf;
  /** What has changed since the device saw it, and when (seconds since the Unix epoch); at first it has seen nothing of the account. */
  readonly dirty: Map<DirtyKind, number>;
  /** What phone and client signed when it was linked. */
  identity: Uint8Array | undefined;
  #presence: Presence = { name: 'away' };
  #firstLogin: (() => void) | undefined;

  constructor(facts: {
    owner: Owner;
    device: number;
    noiseKey: string;
    keys: PreKeyShelf;
    linkedAt?: number;
    name?: string;
  }) {
    this.name = facts.name ?? '';
    this.owner = facts.owner;
    this.device = facts.device;
    this.noiseKey = facts.noiseKey;
    this.keys = facts.keys;
    this.dirty = new Map([['account_sync', facts.linkedAt ?? 0]]);
  }

  /** The connection over which it is logged in, if any. */
  get connection(): Connection | undefined {
    return this.#presence.name === 'away' ? undefined : this.#presence.connection;
  }

  jid(addressing: Addressing): string {
    const user = addressing === 'lid' ? this.owner.lid : this.owner.number;
    return formatJid({ user, device: this.device, addressing });
  }

  deliver(stanza: Stanza): void {
    if (this.#presence.name !== 'live') {
      this.mailbox.put(stanza);
      return;
    }
    const { connection, deadline } = this.#presence;
    this.mailbox.put(stanza, deadline.now());
    connection.send(stanza);
    deadline.watch();
  }

  /** Notes that the device misses a change at this time, in seconds since the Unix epoch, unless it is connected. */
  misses(kind: DirtyKind, seconds: number): void {
    if (this.#presence.name === 'away') this.dirty.set(kind, seconds);
  }

  /** The client declares that it knows what was dirty. */
  clean(kind: string | undefined): void {
    this.dirty.delete(kind as DirtyKind);
  }

  takeBundle(): KeyBundle {
    const bundle = this.keys.take();
    if (bundle.oneTimeKey && this.keys.count === FEW_KEYS) this.#askForKeys();
    return this.identity ? { ...bundle, deviceIdentity: this.identity } : bundle;
  }

  /** Discards all one-time keys and asks the client for new ones. */
  loseOneTimeKeys(): void {
    this.keys.empty();
    this.#askForKeys();
  }

  /** Notes a login over `connection`; waiting stanzas stay until `catchUp`. `deadline` watches over what is sent. */
  attach(connection: Connection, deadline: AckDeadline): void {
    this.#leave();
    this.#presence = { name: 'catching-up', connection, deadline };
  }

  /** Calls `task` once, when it first declares itself active. */
  onFirstLogin(task: () => void): void {
    this.#firstLogin = task;
  }

  /**
   * Sends all waiting stanzas, then their count, which ends the offline phase. Returns the number of those that had
   * been sent before. Once on each connection: what it was sent, it was sent.
   */
  catchUp(): number {
    if (this.#presence.name !== 'catching-up') return 0;
    const { connection, deadline } = this.#presence;
    this.#presence = { name: 'live', connection, deadline };
    const { stanzas, again } = this.mailbox.drain(deadline.now());
    const count = String(stanzas.length);
    for (const bulletin of offlinePreview(stanzas)) connection.send(bulletin);
    for (const stanza of stanzas) connection.send(stanza);
    connection.send(node('ib', {}, [node('offline', { count })]));
    deadline.watch();
    const task = this.#firstLogin;
    this.#firstLogin = undefined;
    task?.();
    return again;
  }

  /** Notes that `connection` is closed; a newer connection is not affected. */
  detach(connection: Connection): void {
    if (this.connection === connection) this.#leave();
  }

  #leave(): void {
    if (this.#presence.name !== 'away') this.#presence.deadline.end();
    this.#presence = { name: 'away' };
  }

  #askForKeys(): void {
    const attrs = { type: 'encrypt', id: randomUUID(), from: SERVER };
    this.deliver(node('notification', attrs, [node('count', { value: String(this.keys.count) })]));
  }
}
