import type { BinaryNode, WASocket } from '@whiskeysockets/baileys';
import { BoundedCache } from '../../kit/bounded-cache.ts';
import type { Clock } from '../../kit/clock.ts';
import { isGroup, lidOf, numberOf, withoutDevice } from '../addressing/jid.ts';
import { forgetDevices, forgetPerson, type KnownAddresses, refreshPerson } from '../addressing/refresh-person.ts';
import { lidFor } from '../addressing/wire-address.ts';
import type { Acks } from './acks.ts';
import { type ReadyMessage, relay, type RelayDeps } from './relay.ts';
import { REACH_OUT_LOCKED, type Restriction } from './restriction.ts';

/** How long WhatsApp may take to refuse a message: as long as a message may be unacknowledged. */
const SENDS = { max: 1_000, ttlMs: 600_000 };
/** WhatsApp's refusal of a LID from an account that it has not migrated (oxidezap/whatsapp-rust#941). */
const LID_REFUSED = '400';
/** Refusals that say that a person is not where we think: gone, or addressed wrongly. */
const ELSEWHERE = new Set(['404', '410', '479', REACH_OUT_LOCKED]);

/** What a refused message is tried again with. */
export interface SecondAddressDeps extends KnownAddresses, RelayDeps {
  socket: WASocket;
  acks: Pick<Acks, 'fail'>;
  restriction: Pick<Restriction, 'ask'>;
  clock: Clock;
  /** Something could not be handled; the connection goes on. */
  failed: (error: unknown) => void;
  withinConnection: <Result>(work: () => Result) => Result;
}

/** A message that WhatsApp may still refuse. */
export interface Sent {
  ready: ReadyMessage;
  /** The JID under which the message is known outside of the wire. */
  recipient: string;
  /** Whether there was a conversation with the recipient before. */
  isKnown: () => Promise<boolean>;
}

/**
 * Tries a message at the person's other address when WhatsApp refused it because of the first: with the same id and content, and
 * once. Nobody gets a message twice by that: what WhatsApp refuses, it gives to nobody.
 */
export class SecondAddress {
  readonly #deps: SecondAddressDeps;
  readonly #sent: BoundedCache<Sent>;

  constructor(deps: SecondAddressDeps) {
    this.#deps = deps;
    this.#sent = new BoundedCache(deps.clock, SENDS);
  }

  /** Call it before the message leaves. */
  watch(sent: Sent): void {
    this.#sent.set(sent.ready.messageId, sent);
  }

  /**
   * Handles an `<ack class="message">`. Returns whether its outcome is still open: then the message may be tried again, and
   * `otherwise` is called if it is not.
   */
  takes({ attrs }: BinaryNode, otherwise: () => void): boolean {
    const { id = '', error } = attrs;
    const sent = this.#sent.get(id);
    this.#sent.delete(id);
    this.#learn(attrs);
    const again = sent && this.#otherWay(sent, error);
    if (!again) return false;
    this.#deps.withinConnection(again).then((isTried) => {
      if (!isTried) otherwise();
    }, otherwise);
    return true;
  }

  /** WhatsApp says that somebody is no longer at this address. */
  moved(jid: string): void {
    this.#outOfDate(forgetPerson, jid);
  }

  /** WhatsApp says that somebody, perhaps the account itself, has other devices. */
  devicesChanged(jid: string): void {
    this.#outOfDate(forgetDevices, jid);
  }

  /** What an ack says besides its outcome: `phash` is there when the message missed a device of either side. */
  #learn({ error = '', from = '', phash, refresh_lid: refresh }: BinaryNode['attrs']): void {
    if (refresh === 'true') this.#outOfDate(refreshPerson, from);
    else if (ELSEWHERE.has(error)) this.moved(from);
    if (phash === undefined || isGroup(from)) return;
    this.devicesChanged(from);
    this.devicesChanged(this.#deps.socket.authState.creds.me?.id ?? '');
  }

  #outOfDate(act: (known: KnownAddresses, jid: string) => Promise<unknown>, jid: string): void {
    const { withinConnection, failed } = this.#deps;
    withinConnection(() => act(this.#deps, withoutDevice(jid))).catch(failed);
  }

  /** How the message can be tried again, if it can: resolves with whether it was. */
  #otherWay({ ready, recipient, isKnown }: Sent, error: string | undefined): (() => Promise<boolean>) | undefined {
    if (error === REACH_OUT_LOCKED && numberOf(ready.to) !== null) return () => this.#byLid(ready, isKnown);
    if (error === LID_REFUSED && lidOf(ready.to) !== null && numberOf(recipient) !== null)
      return () => this.#byNumber(ready, recipient);
    return undefined;
  }

  /** The refusal also means that the account may not write to strangers, so WhatsApp is asked about that first. */
  async #byLid(ready: ReadyMessage, isKnown: Sent['isKnown']): Promise<boolean> {
    const { socket, addresses, restriction } = this.#deps;
    if (!(await isKnown()) || (await restriction.ask()) === 'restricted') return false;
    await refreshPerson(this.#deps, ready.to);
    const lid = await lidFor(socket, ready.to);
    if (lid === null) return false;
    addresses.reachedByLid(ready.to);
    return this.#again(ready, lid);
  }

  #byNumber(ready: ReadyMessage, number: string): Promise<boolean> {
    this.#deps.addresses.refusesLids();
    return this.#again(ready, number);
  }

  async #again(ready: ReadyMessage, to: string): Promise<boolean> {
    const failure = await relay(this.#deps, { ...ready, to });
    if (failure) this.#deps.acks.fail(ready.messageId, failure.errorCode);
    return true;
  }
}
