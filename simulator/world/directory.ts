import { createHash, randomBytes, randomInt } from 'node:crypto';

import { Account } from './account.ts';
import { type Addressing, parseJid } from './address.ts';
import type { DeviceChange } from './announce-devices.ts';
import type { Endpoint } from './endpoint.ts';
import { Group } from './group.ts';
import type { LinkedDevice } from './linked-device.ts';

const LID_DIGITS = 15;
const RANDOM_LIMIT = 10 ** 12;

/** All accounts, groups and linked devices, indexed by number, LID, JID and Noise key. */
export class Directory {
  readonly #salt = randomBytes(16);
  readonly #byNumber = new Map<string, Account>();
  readonly #byLid = new Map<string, Account>();
  readonly #byAlias = new Map<string, Account>();
  readonly #groups = new Map<string, Group>();
  readonly #changed: (change: DeviceChange) => void;
  readonly #byNoiseKey = new Map<string, { account: Account; device: LinkedDevice }>();

  /** `changed` is called after a device was linked or unlinked. */
  constructor(changed: (change: DeviceChange) => void = () => undefined) {
    this.#changed = changed;
  }

  /** Creates an account with a new LID. */
  register(number: string, name: string): Account {
    const account = new Account(number, this.#lidFor(number), name);
    this.#byNumber.set(number, account);
    this.#byLid.set(account.lid, account);
    return account;
  }

  /** Moves the account to another number; nobody has the old one any more. */
  renumber(account: Account, number: string): void {
    this.#byNumber.delete(account.number);
    account.number = number;
    this.#byNumber.set(number, account);
  }

  /** Makes `alias` another spelling of the account's number, such as the old form of an Argentine mobile number. */
  addAlias(alias: string, account: Account): void {
    this.#byAlias.set(alias, account);
  }

  /** Creates a group with a new JID. */
  makeGroup(facts: { subject: string; addressing: Addressing; created: number; members: readonly Account[] }): Group {
    const jid = `120363${String(randomInt(RANDOM_LIMIT)).padStart(12, '0')}@g.us`;
    const group = new Group({ jid, ...facts });
    this.#groups.set(jid, group);
    return group;
  }

  /** The group with this JID. */
  group(jid: string | undefined): Group | undefined {
    return this.#groups.get(jid ?? '');
  }

  /** All groups, oldest first. */
  groups(): Group[] {
    return [...this.#groups.values()];
  }

  /** The account's groups, oldest first. */
  groupsOf(account: unknown): Group[] {
    return this.groups().filter((group) => group.has(account));
  }

  /** All accounts, oldest first. */
  accounts(): Account[] {
    return [...this.#byNumber.values()];
  }

  /** The account with exactly this number. */
  byNumber(number: string): Account | undefined {
    return this.#byNumber.get(number);
  }

  /** The account with this number or alias. */
  byNumberOrAlias(number: string): Account | undefined {
    return this.#byNumber.get(number) ?? this.#byAlias.get(number);
  }

  /** The account of a JID of either addressing; the device is ignored. */
  byJid(jid: string | undefined): Account | undefined {
    const address = parseJid(jid);
    return address && (address.addressing === 'lid' ? this.#byLid : this.#byNumber).get(address.user);
  }

  /** Whether this JID is the number of an account that is only to be written to by LID. */
  isMovedAway(jid: string | undefined): boolean {
    return parseJid(jid)?.addressing === 'pn' && this.byJid(jid)?.isMigrated === true;
  }

  /** Gives the account a new LID; the old one still leads to it, and is outdated. */
  renewLid(account: Account): void {
    account.lid = this.#lidFor(account.number);
    this.#byLid.set(account.lid, account);
  }

  /** Whether this JID is a LID that its account no longer has. */
  isOutdated(jid: string | undefined): boolean {
    const address = parseJid(jid);
    return address?.addressing === 'lid' && ![undefined, address.user].includes(this.byJid(jid)?.lid);
  }

  /** The device with this JID. */
  endpoint(jid: string | undefined): Endpoint | undefined {
    return this.byJid(jid)?.endpoint(parseJid(jid)?.device ?? 0);
  }

  /** The linked device with this Noise key, in hex. */
  linkedDevice(noiseKey: string): { account: Account; device: LinkedDevice } | undefined {
    return this.#byNoiseKey.get(noiseKey);
  }

  /** All linked devices, oldest first. */
  linkedDevices(): LinkedDevice[] {
    return [...this.#byNoiseKey.values()].map(({ device }) => device);
  }

  /** Links the device to the account. */
  link(account: Account, device: LinkedDevice): void {
    account.linked.set(device.device, device);
    this.#byNoiseKey.set(device.noiseKey, { account, device });
    this.#changed({ account, device, what: 'add' });
  }

  /** Links a simulated device to the account. */
  linkCompanion(account: Account, device: Endpoint): void {
    account.companions.set(device.device, device);
    this.#changed({ account, device, what: 'add' });
  }

  /** Unlinks a simulated device. */
  unlinkCompanion(account: Account, device: Endpoint): void {
    if (account.companions.delete(device.device)) this.#changed({ account, device, what: 'remove' });
  }

  /** Unlinks the device; its waiting stanzas are lost. */
  unlink(account: Account, device: LinkedDevice): void {
    account.linked.delete(device.device);
    this.#byNoiseKey.delete(device.noiseKey);
    this.#changed({ account, device, what: 'remove' });
  }

  /** Derives fifteen digits that do not reveal the number, stable as long as this server runs. */
  #lidFor(number: string): string {
    const hash = createHash('sha256').update(this.#salt).update(number).digest('hex').slice(0, 15);
    const lid = `1${BigInt(`0x${hash}`)
      .toString()
      .padStart(LID_DIGITS, '0')
      .slice(-(LID_DIGITS - 1))}`;
    return this.#byLid.has(lid) ? this.#lidFor(`${number} `) : lid;
  }
}
