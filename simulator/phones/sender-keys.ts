import {
  GroupCipher,
  GroupSessionBuilder,
  SenderKeyDistributionMessage,
  SenderKeyName,
  SenderKeyRecord,
} from '@whiskeysockets/baileys/lib/Signal/Group/index.js';

import { node, type Stanza } from '../kit/stanza.ts';
import type { Endpoint } from '../world/endpoint.ts';
import type { Group } from '../world/group.ts';

/** The sender keys of one phone: its own, one per group, and those of other devices. Not safe for concurrent use. */
export class SenderKeys {
  readonly #own: Endpoint;
  readonly #records = new Map<string, SenderKeyRecord>();
  readonly #holders = new Map<Group, Set<Endpoint>>();
  readonly #store = {
    loadSenderKey: (name: SenderKeyName) =>
      Promise.resolve(this.#records.get(name.toString()) ?? new SenderKeyRecord()),
    storeSenderKey: (name: SenderKeyName, record: SenderKeyRecord) => {
      this.#records.set(name.toString(), record);
      return Promise.resolve();
    },
  };

  constructor(own: Endpoint) {
    this.#own = own;
  }

  /** The distribution message that lets another device decrypt this phone's messages to the group from now on. */
  async distribution(group: Group): Promise<Uint8Array> {
    return (await new GroupSessionBuilder(this.#store).create(nameOf(group, this.#own))).serialize();
  }

  /** Records that the device has this phone's key for the group. Returns whether that is new. */
  giveTo(group: Group, to: Endpoint): boolean {
    const holders = this.#holders.get(group) ?? new Set();
    this.#holders.set(group, holders);
    const isNew = !holders.has(to);
    holders.add(to);
    return isNew;
  }

  /** Stores the key that a device distributes for a group. */
  async take(group: Group, from: Endpoint, distribution: Uint8Array): Promise<void> {
    const key = new SenderKeyDistributionMessage(null, null, null, null, distribution);
    await new GroupSessionBuilder(this.#store).process(nameOf(group, from), key);
  }

  /** Encrypts once for the whole group; call `distribution` first. */
  async encrypt(group: Group, plain: Uint8Array): Promise<Stanza> {
    const sealed = await new GroupCipher(this.#store, nameOf(group, this.#own)).encrypt(plain);
    return node('enc', { v: '2', type: 'skmsg' }, sealed);
  }

  /** Decrypts a device's message to a group. Rejects when the key is missing. */
  decrypt(group: Group, from: Endpoint, sealed: Buffer): Promise<Uint8Array> {
    return new GroupCipher(this.#store, nameOf(group, from)).decrypt(sealed);
  }
}

function nameOf({ jid }: Group, { owner, device }: Endpoint): SenderKeyName {
  return new SenderKeyName(jid, { id: owner.lid, deviceId: device, toString: () => `${owner.lid}.${device}` });
}
