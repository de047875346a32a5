import { randomInt } from 'node:crypto';

import type { KeyPair } from '../transport/server-identity.ts';
import { AccountState } from '../app-state/account-state.ts';
import { AccountPasskey } from '../pairing/account-passkey.ts';
import { type Addressing, formatJid } from './address.ts';
import type { ChatTimer } from './chat-timer.ts';
import type { Endpoint, Owner } from './endpoint.ts';
import type { LinkedDevice } from './linked-device.ts';
import type { Picture } from './picture.ts';
import { PrivacySettings } from './privacy-settings.ts';
import { Standing } from './standing.ts';

/** What a business says about itself. */
export interface BusinessProfile {
  readonly description: string;
  readonly category: string;
  readonly address: string;
  readonly email: string;
  readonly website: string;
  readonly hours: readonly Readonly<Record<'day_of_week' | 'mode' | 'open_time' | 'close_time', string>>[];
}

/** A registered number with its phone and linked devices. */
export class Account implements Owner {
  number: string;
  lid: string;
  name: string;
  picture: Picture | undefined;
  /** The username that its owner chose, if any. */
  username: string | undefined;
  /** Who may add the account to groups. */
  addedBy: 'everybody' | 'nobody' = 'everybody';
  /** Whether the account is only to be written to by LID: its number has no devices any more. */
  isMigrated = false;
  /** The timer that new chats begin with, if any. */
  defaultTimer: ChatTimer | undefined;
  /** What its owner says about themselves, and since when (Unix seconds). */
  about: { readonly text: string; readonly t: number } | undefined;
  /** What it says about itself, if it is a business. */
  business: BusinessProfile | undefined;
  readonly privacy = new PrivacySettings();
  /** Whether WhatsApp refuses LIDs in what the account's clients send: its own conversations are not migrated. */
  writesToNumbersOnly = false;
  /** What the phone signs its devices with. */
  signer: { readonly identity: KeyPair } | undefined;
  /** Names this registration of the account in what the phone signs. */
  readonly rawId = randomInt(1, 2 ** 31);
  /** When a device was last linked or unlinked, in milliseconds since the Unix epoch. */
  devicesChangedAt: number | undefined;
  /** The accounts whose clients have asked for the devices, and are notified of changes. */
  readonly knownBy = new Set<Account>();
  /** Its app state, encrypted. */
  readonly appState = new AccountState();
  /** How the server treats it when it writes to strangers. */
  readonly standing = new Standing();
  /** Whether a device is linked to it with a passkey only, and with which. */
  readonly passkey = new AccountPasskey();
  /** Linked clients by device id. */
  readonly linked = new Map<number, LinkedDevice>();
  /** Linked companions (simulated devices) by device id. */
  readonly companions = new Map<number, Endpoint>();
  #phone: Endpoint | undefined;
  #devicesEver = 0;

  constructor(number: string, lid: string, name: string) {
    this.number = number;
    this.lid = lid;
    this.name = name;
  }

  /** The phone, device 0. Throws an Error before it is set. */
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

  /** The newest device id. */
  get latestDevice(): number {
    return this.#devicesEver;
  }

  /** Returns a new device id; ids are never reused. */
  nextDevice(): number {
    this.#devicesEver += 1;
    return this.#devicesEver;
  }

  /** The phone and all linked devices. */
  endpoints(): Endpoint[] {
    return [this.phone, ...this.linked.values(), ...this.companions.values()];
  }

  /** The device with this id. */
  endpoint(device: number): Endpoint | undefined {
    return device === 0 ? this.phone : (this.linked.get(device) ?? this.companions.get(device));
  }
}
