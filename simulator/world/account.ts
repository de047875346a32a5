import { type Addressing, formatJid } from './address.ts';
import { type Endpoint, type Owner } from './endpoint.ts';
import { type LinkedDevice } from './linked-device.ts';
import { type Picture } from './picture.ts';

/** A number that is registered with WhatsApp, with its phone and the devices linked to it. */
export class Account implements Owner {
  readonly number: string;
  readonly lid: string;
  name: string;
  picture: Picture | undefined;
  /** Who may put the account into groups; others are refused. */
  addedBy: 'everybody' | 'nobody' = 'everybody';
  /** The linked devices by their id. */
  readonly linked = new Map<number, LinkedDevice>();
  /** Linked devices that are no clients, by their id. */
  readonly companions = new Map<number, Endpoint>();
  #phone: Endpoint | undefined;
  #devicesEver = 0;

  constructor(number: string, lid: string, name: string) {
    this.number = number;
    this.lid = lid;
    this.name = name;
  }

  /** The phone itself, device 0. */
  get phone(): Endpoint {
    if (!this.#phone) throw new Error(`The account ${this.number} has no phone yet.`);
    return this.#phone;
  }

  set phone(phone: Endpoint) {
    this.#phone = phone;
  }

  jid(addressing: Addressing): string {
    return formatJid({ user: addressing === 'lid' ? this.lid : this.number, device: 0, addressing });
  }

  /** The id for the next linked device. */
  nextDevice(): number {
    this.#devicesEver += 1;
    return this.#devicesEver;
  }

  /** Its phone and all linked devices. */
  endpoints(): Endpoint[] {
    return [this.phone, ...this.linked.values(), ...this.companions.values()];
  }

  /** The device with this id. */
  endpoint(device: number): Endpoint | undefined {
    return device === 0 ? this.phone : (this.linked.get(device) ?? this.companions.get(device));
  }
}
