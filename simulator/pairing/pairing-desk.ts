import { randomUUID } from 'node:crypto';

import { proto } from '@whiskeysockets/baileys';

import type { Changes } from '../kit/changes.ts';
import { node, SERVER, type Stanza } from '../kit/stanza.ts';
import type { Client } from '../transport/client.ts';
import type { KeyPair } from '../transport/server-identity.ts';
import type { Account } from '../world/account.ts';
import type { Directory } from '../world/directory.ts';
import { LinkedDevice } from '../world/linked-device.ts';
import { PreKeyShelf, type StandingKeys } from '../world/pre-key-shelf.ts';
import {
  type DeviceIdentityRequest,
  isSignedByCompanion,
  publicIdentity,
  signDeviceIdentity,
  type Tampering,
} from './device-identity.ts';
import { PairingOffer, type QrTimes } from './pairing-offer.ts';
import { readQrCode, type QrCode } from './qr-code.ts';
import type { PasskeyDesk } from './passkey-desk.ts';
import { PairingError } from './pairing-error.ts';

/** The keys that a device is linked with. */
export type LinkSecrets = Pick<DeviceIdentityRequest, 'phoneIdentity' | 'companionIdentity' | 'advSecret'>;

/** Dependencies of {@link PairingDesk}. */
export interface PairingDeps {
  readonly directory: Directory;
  readonly changes: Changes;
  readonly times: QrTimes;
  readonly passkeys: PasskeyDesk;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  /** How the next device identity of this number is corrupted, if at all. */
  readonly tampering: (number: string) => Tampering | undefined;
}

const ANSWER_TIMEOUT_MS = 20_000;
const REMEMBERED_REFS = 5_000;

/** Matches clients with phones: hands out refs, and links the client whose ref a phone has scanned. */
export class PairingDesk {
  readonly #deps: PairingDeps;
  readonly #byRef = new Map<string, PairingOffer>();
  readonly #byClient = new Map<Client, PairingOffer>();

  constructor(deps: PairingDeps) {
    this.#deps = deps;
  }

  /** The number of clients that show a QR now. */
  get showing(): number {
    return this.#byClient.size;
  }

  /** Sends refs to a client that is not linked yet, so that a phone can scan one of them. */
  offer(client: Client, keys: StandingKeys, deviceName: string): void {
    const { times, now } = this.#deps;
    const offer = new PairingOffer({ client, keys, deviceName, times, nowMs: now() });
    this.#byClient.set(client, offer);
    for (const ref of offer.refs) this.#remember(ref, offer);
    const refs = offer.refs.map((ref) => node('ref', {}, Buffer.from(ref)));
    client.send(node('iq', { type: 'set', id: offer.iq, from: SERVER }, [node('pair-device', {}, refs)]));
  }

  /** The offer of this client, if it shows a QR. */
  offerOf(client: Client): PairingOffer | undefined {
    return this.#byClient.get(client);
  }

  /** Asks every client that shows a QR for a new adv secret. Returns the number of those clients. */
  refreshAll(): number {
    const offers = [...this.#byClient.values()].filter(({ state }) => MAY_REFRESH.has(state.name));
    for (const offer of offers) this.refresh(offer);
    return offers.length;
  }

  /** Asks one client for a new adv secret. */
  refresh(offer: PairingOffer): void {
    const id = randomUUID();
    offer.refresh(id);
    const attrs = { type: 'companion_reg_refresh', id, from: SERVER, t: this.#seconds() };
    offer.client.send(node('notification', attrs, [node('companion_reg_refresh')]));
    this.#deps.changes.announce();
  }

  /** Ends the offer of a client that has disconnected. */
  closed(client: Client): void {
    this.#byClient.get(client)?.lost();
    this.#byClient.delete(client);
  }

  /** Links the client whose QR a phone has scanned. Settles as {@link link} does. */
  async scan(account: Account, phoneIdentity: KeyPair, text: string): Promise<LinkedDevice> {
    const { qr, offer } = this.#find(text);
    const secrets = account.passkey.isWanted
      ? await this.#deps.passkeys.exchange(offer, account, qr.advSecret)
      : { companionIdentity: qr.identity, advSecret: qr.advSecret };
    return this.link(offer, account, { phoneIdentity, ...secrets });
  }

  /**
   * Links the client to the account under a secret that both sides know; resolves with the linked device once the
   * client has signed. Rejects with a PairingError.
   */
  async link(offer: PairingOffer, account: Account, secrets: LinkSecrets): Promise<LinkedDevice> {
    const { companionIdentity, phoneIdentity } = secrets;
    const timestamp = Number(this.#seconds());
    const device = new LinkedDevice({
      owner: account,
      device: account.nextDevice(),
      noiseKey: offer.client.noiseKey,
      keys: new PreKeyShelf(offer.keys),
      linkedAt: timestamp,
      name: offer.deviceName,
    });
    const { details, sealed } = signDeviceIdentity(
      { ...secrets, keyIndex: device.device, rawId: account.rawId, timestamp },
      this.#deps.tampering(account.number),
    );
    const answer = await this.#requestSignature(offer, account, { device, sealed });
    const { public: phone } = phoneIdentity;
    if (!isSignedByCompanion(answer, { details, companionIdentity, phoneIdentity: phone })) {
      offer.client.cut();
      throw new PairingError('bad_signature');
    }
    device.identity = publicIdentity(answer, phone);
    this.#link(account, device, offer.client);
    return device;
  }

  #find(text: string): { qr: QrCode; offer: PairingOffer } {
    const qr = readQrCode(text);
    if (!qr) throw new PairingError('not_a_qr');
    const offer = this.#byRef.get(qr.ref);
    if (!offer) throw new PairingError('unknown_ref');
    const refusal = offer.refusal(qr.ref, this.#deps.now());
    if (refusal) throw new PairingError(refusal);
    const isItsOwn = qr.noiseKey.toString('hex') === offer.client.noiseKey && qr.identity.equals(offer.keys.identity);
    if (!isItsOwn) throw new PairingError('foreign_keys');
    return { qr, offer };
  }

  #requestSignature(
    offer: PairingOffer,
    account: Account,
    { device, sealed }: { device: LinkedDevice; sealed: Uint8Array },
  ): Promise<Uint8Array> {
    const id = randomUUID();
    const answer = offer.scanned(id, ANSWER_TIMEOUT_MS);
    const success = node('pair-success', {}, [
      node('device-identity', {}, sealed),
      node('device', { jid: device.jid('pn'), lid: device.jid('lid') }),
      node('platform', { name: 'android' }),
      ...clientProps(account),
    ]);
    offer.client.send(node('iq', { type: 'set', id, from: SERVER, t: this.#seconds() }, [success]));
    return answer;
  }

  #link(account: Account, device: LinkedDevice, client: Client): void {
    this.#deps.directory.link(account, device);
    this.#byClient.delete(client);
    client.send(RESTART);
    client.close();
    this.#deps.changes.announce();
  }

  /** Remembers refs beyond their end, so that a late scan fails with the right reason. */
  #remember(ref: string, offer: PairingOffer): void {
    this.#byRef.set(ref, offer);
    const [oldest] = this.#byRef.keys();
    if (this.#byRef.size > REMEMBERED_REFS && oldest !== undefined) this.#byRef.delete(oldest);
  }

  #seconds(): string {
    return String(Math.floor(this.#deps.now() / 1000));
  }
}

/** Tells a client of a migrated account that it writes to LIDs from the start. */
function clientProps({ isMigrated }: Account): Stanza[] {
  const props = proto.ClientPairingProps.encode({ isChatDbLidMigrated: true }).finish();
  return isMigrated ? [node('client-props', {}, props)] : [];
}

const RESTART: Stanza = node('stream:error', { code: '515' });
const MAY_REFRESH = new Set(['offered', 'shown', 'refreshing']);
