import type { Stanza } from '../kit/stanza.ts';
import { type Addressing, formatJid } from '../world/address.ts';
import type { Endpoint, Owner } from '../world/endpoint.ts';
import type { KeyBundle } from '../world/key-bundle.ts';
import type { PhoneKeys } from './phone-keys.ts';

/** A phone (device 0) or companion as the server sees it: a device that is always connected. */
export class PhoneDevice implements Endpoint {
  readonly device: number;
  readonly owner: Owner;
  readonly #keys: PhoneKeys;
  readonly #receive: (stanza: Stanza) => void;
  readonly #identify: () => Uint8Array | undefined;
  #identity: Uint8Array | undefined;

  /** `identify` makes what proves that a linked device is one of its account. */
  constructor(facts: {
    owner: Owner;
    device: number;
    keys: PhoneKeys;
    receive: (stanza: Stanza) => void;
    identify: () => Uint8Array | undefined;
  }) {
    this.owner = facts.owner;
    this.device = facts.device;
    this.#keys = facts.keys;
    this.#receive = facts.receive;
    this.#identify = facts.identify;
  }

  jid(addressing: Addressing): string {
    const user = addressing === 'lid' ? this.owner.lid : this.owner.number;
    return formatJid({ user, device: this.device, addressing });
  }

  deliver(stanza: Stanza): void {
    this.#receive(stanza);
  }

  takeBundle(): KeyBundle {
    const bundle = this.#keys.takeBundle();
    this.#identity ??= this.#identify();
    return this.#identity ? { ...bundle, deviceIdentity: this.#identity } : bundle;
  }
}
