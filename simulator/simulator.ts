import { happenNow } from './faults/immediate-faults.ts';
import type { ActiveFault } from './faults/faults.ts';
import { checkFaultOptions, type FaultOptions } from './faults/fault-options.ts';
import { FAULTS, type FaultName } from './faults/fault-table.ts';
import type { Behaviour } from './behaviours/behaviour.ts';
import type { WaitOptions } from './kit/changes.ts';
import type { Counters } from './kit/counters.ts';
import type { NoticeName } from './notices/notice-table.ts';
import { sendNotice } from './notices/send-notice.ts';
import { Phone } from './phones/phone.ts';
import type { SimulatorComponents } from './components.ts';
import type { Addressing } from './world/address.ts';
import type { Account } from './world/account.ts';
import { Channel } from './world/channel.ts';
import type { Group } from './world/group.ts';
import type { GroupRestriction } from './world/group-settings.ts';

/** A linked device, as `devices()` lists it. */
export interface DeviceSummary {
  /** `number:device@s.whatsapp.net`. */
  readonly jid: string;
  readonly number: string;
  /** What the phone calls it in its list of linked devices. */
  readonly name: string;
  readonly online: boolean;
  /** The number of stanzas that the device has not confirmed. */
  readonly waiting: number;
  /** The id of the stanza that has waited longest for any answer, if one does; an ack with error 500 is an answer. */
  readonly unanswered: string | undefined;
}

/** Counts since the start, and the current state. */
export interface Stats extends Counters {
  /** Open connections. */
  readonly open: number;
  /** Clients that show a QR now. */
  readonly pairing: number;
  readonly phones: number;
  readonly devices: number;
  /** Requests that the media server holds back now (`media-held`). */
  readonly mediaHeld: number;
  /** The highest value of `mediaHeld` since the start. */
  readonly mediaHeldMost: number;
  /** Internal errors, newest last; empty unless a client or a behaviour broke the protocol. */
  readonly errors: readonly string[];
}

/** Input of {@link Simulator.group}. */
export interface GroupFacts {
  readonly subject: string;
  /** The members' phones; the first one owns the group. */
  readonly members: readonly Phone[];
  /** How the group's stanzas name members; by default as phones address 1:1 messages. */
  readonly addressing?: Addressing | undefined;
  /** Whether it is a community, of which other groups can become part. */
  readonly isCommunity?: boolean | undefined;
}

/** A running control server; the simulator closes it when it ends. */
export interface ControlServer {
  readonly url: string;
  close(): Promise<void>;
}

const NUMBER = /^\d{5,15}$/;

/** A WhatsApp Web server together with its users' phones. Disposing of it closes every connection. */
export class Simulator implements AsyncDisposable {
  readonly #deps: SimulatorComponents;
  readonly #phones = new Map<Account, Phone>();
  #control: ControlServer | undefined;

  constructor(deps: SimulatorComponents) {
    this.#deps = deps;
  }

  /** The WebSocket URL that clients connect to. */
  get wsUrl(): string {
    return `ws://${this.#deps.host()}/ws/chat`;
  }

  /** The public key that clients must trust, in hex. */
  get rootKey(): string {
    return this.#deps.identity.rootKey.toString('hex');
  }

  /** `host:port` of the media server. */
  get mediaHost(): string {
    return this.#deps.host();
  }

  /** The current revision of WhatsApp Web: `/sw.js` publishes it, and `require-version` refuses older clients. */
  get clientRevision(): number {
    return this.#deps.version.revision;
  }

  set clientRevision(revision: number) {
    this.#deps.version.revision = revision;
  }

  /** The URL of the control server, if there is one. */
  get controlUrl(): string | undefined {
    return this.#control?.url;
  }

  /**
   * Returns the phone with this number and registers the account if it is new; `name` renames it. Throws a RangeError
   * when `number` or an alias is not a phone number.
   */
  phone(number: string, name?: string, aliases: readonly string[] = []): Phone {
    const wrong = [number, ...aliases].find((each) => !NUMBER.test(each));
    if (wrong !== undefined) throw new RangeError(`"${wrong}" is not a phone number: it must have 5 to 15 digits.`);
    const { directory, phones } = this.#deps;
    const account = directory.byNumber(number) ?? directory.register(number, name ?? number);
    if (name !== undefined) account.name = name;
    for (const alias of aliases) directory.addAlias(alias, account);
    const phone = this.#phones.get(account) ?? new Phone(phones, account);
    this.#phones.set(account, phone);
    return phone;
  }

  /** The phone with this number, if it exists. */
  existingPhone(number: string): Phone | undefined {
    const account = this.#deps.directory.byNumber(number);
    return account && this.#phones.get(account);
  }

  /** Creates a group of these phones and their linked devices. */
  group({ subject, members, isCommunity = false, addressing = this.#deps.phones.addressing }: GroupFacts): Group {
    const { directory, phones } = this.#deps;
    const accounts = members.flatMap(({ number }) => directory.byNumber(number) ?? []);
    const created = Math.floor(phones.now() / 1000);
    const group = directory.makeGroup({ subject, addressing, created, members: accounts });
    group.settings.isCommunity = isCommunity;
    return group;
  }

  /** Creates a channel of this phone's account. */
  channel({ name, description, owner }: { name: string; description?: string; owner: { number: string } }): Channel {
    const { directory, phones } = this.#deps;
    const account = directory.byNumber(owner.number);
    if (!account) throw new RangeError(`There is no account with the number ${owner.number}.`);
    const channel = new Channel({ name, description, owner: account, now: phones.now });
    phones.channels.push(channel);
    return channel;
  }

  /** The group with this JID, if it exists. */
  existingGroup(jid: string): Group | undefined {
    return this.#deps.directory.group(jid);
  }

  /** Has WhatsApp suspend a group, or lock its growth; `is: false` lifts that. */
  restrictGroup(group: Group, restriction: GroupRestriction, is = true): void {
    this.#deps.phones.groupSettings.restrict(group, restriction, is);
  }

  /** All linked devices, oldest first. */
  devices(): DeviceSummary[] {
    return this.#deps.directory.linkedDevices().map((device) => ({
      jid: device.jid('pn'),
      number: device.owner.number,
      name: device.name,
      online: device.connection !== undefined,
      waiting: device.mailbox.size,
      unanswered: device.mailbox.unanswered?.stanza.attrs.id,
    }));
  }

  /** Asks every client that shows a QR for a new adv secret. Returns the number of those clients. */
  refreshPairing(): number {
    return this.#deps.desk.refreshAll();
  }

  /** Pings every connected client of a linked device; resolves once all have answered. Rejects after the timeout. */
  async ping(options?: WaitOptions): Promise<void> {
    const { gateway, notices, changes } = this.#deps;
    const ids = [...gateway.clients].filter(({ device }) => device).map((client) => notices.ping(client));
    await changes.until(() => ids.every((id) => notices.isAnswered(id)), options);
  }

  /** Tells every client, now and at each login, when WhatsApp stops to accept its version (Unix ms). */
  expireClients(atMs: number): void {
    const { gateway, notices } = this.#deps;
    notices.expire(gateway.clients, atMs);
  }

  /**
   * Sends one of the notices in `notices/notice-table.ts` to the linked devices of an account: what the server sends rarely, or
   * for reasons that are not simulated. `from` is the number of whom it is about. Throws a RangeError when there is no such account.
   */
  notice(name: NoticeName, number: string, { from }: { from?: string | undefined } = {}): void {
    const { directory, phones } = this.#deps;
    sendNotice({ directory, now: phones.now }, { name, number, from });
  }

  /** Starts a fault: it happens now, or until it is cleared. Throws a FaultError when the options do not fit it. */
  fault(name: FaultName, options: FaultOptions = {}): void {
    const { faults, gateway, directory } = this.#deps;
    const checked = checkFaultOptions(name, FAULTS[name], { ...options });
    if (FAULTS[name].kind === 'standing') faults.add(name, checked);
    else happenNow(name, checked, { clients: gateway.clients, devices: directory.linkedDevices() });
  }

  /** The standing faults in force. */
  activeFaults(): ActiveFault[] {
    return this.#deps.faults.list();
  }

  /** Ends all standing faults. */
  clearFaults(): void {
    this.#deps.faults.clear();
  }

  /** Adds a behaviour in front of all others. Dispose of the returned handle to remove it. */
  use(behaviour: Behaviour): Disposable {
    return this.#deps.behaviours.use(behaviour);
  }

  /** Counts since the start, and the current state. */
  stats(): Stats {
    const { counters, gateway, desk, directory, held, errors } = this.#deps;
    return {
      ...counters,
      open: gateway.clients.size,
      pairing: desk.showing,
      phones: this.#phones.size,
      devices: directory.linkedDevices().length,
      mediaHeld: held.count,
      mediaHeldMost: held.most,
      errors: [...errors],
    };
  }

  /** Resolves once `holds` is true; it is evaluated after every change. Rejects with one sentence after the timeout. */
  until(holds: (simulator: Simulator) => boolean, options?: WaitOptions): Promise<void> {
    return this.#deps.changes.until(() => holds(this), options);
  }

  /** Takes ownership of a control server: it closes with this simulator. */
  attachControl(control: ControlServer): void {
    this.#control = control;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#control?.close();
    await this.#deps.gateway.close();
    await this.#deps.media[Symbol.asyncDispose]();
    this.#deps.changes.end();
  }
}
