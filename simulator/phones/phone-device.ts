import { type Stanza } from '../kit/stanza.ts';
import { type Addressing } from '../world/address.ts';
import { type Endpoint, type Owner } from '../world/endpoint.ts';
import { type KeyBundle } from '../world/key-bundle.ts';
import { type PhoneKeys } from './phone-keys.ts';

/** A phone as the server knows it: device 0, always there. */
export class PhoneDevice implements Endpoint {
  readonly device = 0;
  readonly owner: Owner;
  readonly #keys: PhoneKeys;
  readonly #receive: (stanza: Stanza) => void;

  constructor(owner: Owner, keys: PhoneKeys, receive: (stanza: Stanza) => void) {
    this.owner = owner;
    this.#keys = keys;
    this.#receive = receive;
  }

  jid(addressing: Addressing): string {
    return this.owner.jid(addressing);
  }

  deliver(stanza: Stanza): void {
    this.#receive(stanza);
  }

  takeBundle(): KeyBundle {
    return this.#keys.takeBundle();
  }
}
