import { jidDecode, type WASocket } from '@whiskeysockets/baileys';
import { BoundedCache } from '../../kit/bounded-cache.ts';
import type { Clock } from '../../kit/clock.ts';
import { lidOf, numberOf, withoutDevice } from './jid.ts';
import { isMigrated } from './migration.ts';

/** The parts of a socket that know where people are reached. */
export type AddressSocket = Pick<WASocket, 'authState' | 'signalRepository' | 'getUSyncDevices' | 'userDevicesCache'>;

const PEOPLE = { max: 10_000, ttlMs: 30 * 24 * 3600_000 };

/**
 * Chooses the address under which WhatsApp reaches somebody: their number or their LID. An account that is migrated addresses
 * everybody by LID whose LID is known, as WhatsApp Web does. Another one addresses people by number, except those whom WhatsApp
 * reaches by LID only: their number has no devices, or was refused. What was learned outlives a session's connections.
 */
export class WireAddresses {
  readonly #byLidOnly: BoundedCache<true>;
  readonly #changing = new Map<string, Promise<void>>();
  #lidsRefused = false;

  constructor(clock: Clock) {
    this.#byLidOnly = new BoundedCache(clock, PEOPLE);
  }

  /**
   * The address for this JID of a person, a LID or a group. A LID that the person no longer has becomes the one that their number
   * has now. May ask WhatsApp.
   */
  async of(socket: AddressSocket, jid: string): Promise<string> {
    const address = await this.#choose(socket, jid);
    const change = this.#changing.get(jid) ?? this.#changing.get(address);
    if (!change) return address;
    await change;
    return this.#choose(socket, jid);
  }

  /**
   * As {@link of}, and also finds out whether a number has devices. May ask WhatsApp for them, as the sending itself would. Never
   * rejects: what cannot be found out fails again, and is reported, when Baileys sends.
   */
  async forSending(socket: AddressSocket, jid: string): Promise<string> {
    try {
      const address = await this.of(socket, jid);
      if (numberOf(address) === null || isOwn(socket, address) || (await hasDevices(socket, address))) return address;
      const lid = await lidFor(socket, address);
      if (lid !== null) this.reachedByLid(address);
      return lid ?? address;
    } catch {
      return jid;
    }
  }

  /** WhatsApp reaches the person with this number by LID only. */
  reachedByLid(jid: string): void {
    this.#byLidOnly.set(jid, true);
  }

  /** WhatsApp refuses LIDs from this account. */
  refusesLids(): void {
    this.#lidsRefused = true;
  }

  /** Runs `change`; while it lasts, nobody uses what is known of this JID. Never rejects: what is unknown is asked for again. */
  changing(jid: string, change: () => Promise<unknown>): Promise<void> {
    const changed = change().then(nothing, nothing);
    const ended = changed.then(() => {
      if (this.#changing.get(jid) === ended) this.#changing.delete(jid);
    });
    this.#changing.set(jid, ended);
    return changed;
  }

  async #choose(socket: AddressSocket, jid: string): Promise<string> {
    if (numberOf(jid) !== null) return (this.#prefersLid(socket, jid) ? await lidFor(socket, jid) : null) ?? jid;
    const lid = lidOf(jid);
    const { lidMapping } = socket.signalRepository;
    const number = lid === null ? null : await lidMapping.getPNForLID(lid);
    return number === null ? jid : ((await lidFor(socket, withoutDevice(number))) ?? jid);
  }

  #prefersLid({ authState: { creds } }: AddressSocket, jid: string): boolean {
    return this.#byLidOnly.get(jid) === true || (isMigrated(creds) && !this.#lidsRefused);
  }
}

/** The LID of the person with this number, without a device; WhatsApp is asked if it is not stored. */
export async function lidFor(socket: AddressSocket, jid: string): Promise<string | null> {
  const { me } = socket.authState.creds;
  if (isOwn(socket, jid)) return lidOf(me?.lid);
  return lidOf(await socket.signalRepository.lidMapping.getLIDForPN(jid));
}

function isOwn({ authState: { creds } }: AddressSocket, jid: string): boolean {
  return withoutDevice(creds.me?.id ?? '') === jid;
}

/** Asks as Baileys does when it sends, which then finds the answer in its cache. */
async function hasDevices(socket: AddressSocket, jid: string): Promise<boolean> {
  const me = withoutDevice(socket.authState.creds.me?.id ?? '');
  const user = jidDecode(jid)?.user;
  const known = user && (await socket.userDevicesCache.get<unknown[]>(user));
  if (known && known.length > 0) return true;
  return (await socket.getUSyncDevices([me, jid], true, false)).some((device) => device.user === user);
}

function nothing(): void {
  // See `changing`.
}
