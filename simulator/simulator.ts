import { happenNow } from './faults/immediate-faults.ts';
import { type ActiveFault } from './faults/faults.ts';
import { checkFaultOptions, type FaultOptions } from './faults/fault-options.ts';
import { FAULTS, type FaultName } from './faults/fault-table.ts';
import { type Behaviour } from './behaviours/behaviour.ts';
import { type WaitOptions } from './kit/changes.ts';
import { type Counters } from './kit/counters.ts';
import { Phone } from './phones/phone.ts';
import { type SimulatorComponents } from './components.ts';
import { type Addressing } from './world/address.ts';
import { type Group } from './world/group.ts';

/** A linked device, as it is listed. */
export interface DeviceSummary {
  /** `number:device@s.whatsapp.net`. */
  readonly jid: string;
  readonly number: string;
  readonly online: boolean;
  /** How many stanzas it has not confirmed. */
  readonly waiting: number;
}

/** What the simulator has counted, and what it holds now. */
export interface Stats extends Counters {
  /** Connections that are open. */
  readonly open: number;
  /** Clients that show a QR. */
  readonly pairing: number;
  readonly phones: number;
  readonly devices: number;
  /** Requests to the media server that are held back (`media-held`). */
  readonly mediaHeld: number;
  /** The most that were held back at one time since the start. */
  readonly mediaHeldMost: number;
  /** What went wrong inside, newest last; empty unless a client or a behaviour broke the protocol. */
  readonly errors: readonly string[];
}

/** What a group is made from. */
export interface GroupFacts {
  readonly subject: string;
  /** Their phones; the first one is the group's owner. */
  readonly members: readonly Phone[];
  /** How members are named in the group's stanzas; as phones address messages without it. */
  readonly addressing?: Addressing | undefined;
}

/** A server beside the simulator that ends with it. */
export interface Companion {
  readonly url: string;
  close(): Promise<void>;
}

const NUMBER = /^\d{5,15}$/;

/** A WhatsApp Web server with the phones of its people. Disposing of it ends every connection. */
export class Simulator implements AsyncDisposable {
  readonly #deps: SimulatorComponents;
  readonly #phones = new Map<string, Phone>();
  #control: Companion | undefined;

  constructor(deps: SimulatorComponents) {
    this.#deps = deps;
  }

  /** Where clients connect. */
  get wsUrl(): string {
    return `ws://${this.#deps.host()}/ws/chat`;
  }

  /** The public key that clients must trust, hex. */
  get rootKey(): string {
    return this.#deps.identity.rootKey.toString('hex');
  }

  /** `host:port` of the media server. */
  get mediaHost(): string {
    return this.#deps.host();
  }

  /** The current revision of WhatsApp Web, as its page says it and `require-version` wants it. */
  get clientRevision(): number {
    return this.#deps.version.revision;
  }

  set clientRevision(revision: number) {
    this.#deps.version.revision = revision;
  }

  /** Where the control server is, when there is one. */
  get controlUrl(): string | undefined {
    return this.#control?.url;
  }

  /** The phone with this number, with a new account if need be; `name` renames it. Throws a RangeError on no number. */
  phone(number: string, name?: string, aliases: readonly string[] = []): Phone {
    const wrong = [number, ...aliases].find((each) => !NUMBER.test(each));
    if (wrong !== undefined) throw new RangeError(`"${wrong}" is no phone number: 5 to 15 digits.`);
    const { directory, phones } = this.#deps;
    const account = directory.byNumber(number) ?? directory.register(number, name ?? number);
    if (name !== undefined) account.name = name;
    for (const alias of aliases) directory.addAlias(alias, account);
    const phone = this.#phones.get(number) ?? new Phone(phones, account);
    this.#phones.set(number, phone);
    return phone;
  }

  /** The phone with this number, if somebody has it. */
  existingPhone(number: string): Phone | undefined {
    return this.#phones.get(number);
  }

  /** Makes a group of these phones and whatever is linked to them. */
  group({ subject, members, addressing = this.#deps.phones.addressing }: GroupFacts): Group {
    const { directory, phones } = this.#deps;
    const accounts = members.flatMap(({ number }) => directory.byNumber(number) ?? []);
    return directory.makeGroup({ subject, addressing, created: Math.floor(phones.now() / 1000), members: accounts });
  }

  /** All linked devices, oldest first. */
  devices(): DeviceSummary[] {
    return this.#deps.directory.linkedDevices().map((device) => ({
      jid: device.jid('pn'),
      number: device.owner.number,
      online: device.connection !== undefined,
      waiting: device.mailbox.size,
    }));
  }

  /** Asks every client that shows a QR for a new adv secret; answers how many those are. */
  refreshPairing(): number {
    return this.#deps.desk.refreshAll();
  }

  /** Makes something go wrong, now or until it is cleared. Throws a FaultError when the table does not allow it. */
  fault(name: FaultName, options: FaultOptions = {}): void {
    const { faults, gateway, directory } = this.#deps;
    const checked = checkFaultOptions(name, FAULTS[name], { ...options });
    if (FAULTS[name].kind === 'standing') faults.add(name, checked);
    else happenNow(name, checked, { clients: gateway.clients, devices: directory.linkedDevices() });
  }

  /** The faults that are in force. */
  activeFaults(): ActiveFault[] {
    return this.#deps.faults.list();
  }

  /** Ends all faults that are in force. */
  clearFaults(): void {
    this.#deps.faults.clear();
  }

  /** Puts a behaviour in front of all others until what this answers is disposed of. */
  use(behaviour: Behaviour): Disposable {
    return this.#deps.behaviours.use(behaviour);
  }

  /** Counts, and what there is now. */
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

  /** Resolves once `holds` is true, looked at whenever something changes; rejects with one sentence when it takes too long. */
  until(holds: (simulator: Simulator) => boolean, options?: WaitOptions): Promise<void> {
    return this.#deps.changes.until(() => holds(this), options);
  }

  /** Has a control server end with this simulator. */
  accompany(control: Companion): void {
    this.#control = control;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#control?.close();
    await this.#deps.gateway.close();
    await this.#deps.media[Symbol.asyncDispose]();
    this.#deps.changes.end();
  }
}
