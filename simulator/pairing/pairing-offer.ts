import { randomBytes, randomUUID } from 'node:crypto';

import type { Client } from '../transport/client.ts';
import type { StandingKeys } from '../world/pre-key-shelf.ts';
import { PairingError, type PairingFailure } from './pairing-error.ts';

/** The number of QRs that a client gets, and how long the first and each further one can be scanned. */
export interface QrTimes {
  readonly refs: number;
  readonly firstMs: number;
  readonly nextMs: number;
}

/**
 * `offered`: the refs are sent but not confirmed. `shown`: the client has confirmed them. `refreshing`: the server has
 * asked for a new adv secret, which is not confirmed. `passkey`: scanned, the client has to answer with a passkey.
 * `signing`: the client has to sign. `linked` and `gone` are final.
 */
type OfferState =
  | { name: 'offered' | 'shown' | 'passkey' | 'linked' | 'gone' }
  | { name: 'refreshing'; notification: string }
  | { name: 'signing'; iq: string; settle: (outcome: Uint8Array | PairingFailure) => void };

const MAY_FOLLOW: Record<OfferState['name'], OfferState['name'][]> = {
  offered: ['shown', 'refreshing', 'passkey', 'signing', 'gone'],
  shown: ['refreshing', 'passkey', 'signing', 'gone'],
  refreshing: ['shown', 'refreshing', 'gone'],
  passkey: ['signing', 'gone'],
  signing: ['linked', 'gone'],
  linked: ['gone'],
  gone: [],
};

/** The refs handed to a client that wants to be linked, and the state of its pairing. */
export class PairingOffer {
  readonly client: Client;
  readonly keys: StandingKeys;
  /** What the client calls itself. */
  readonly deviceName: string;
  readonly refs: readonly string[];
  /** The id of the iq that brought the refs. */
  readonly iq: string;
  readonly #times: QrTimes;
  readonly #offeredAtMs: number;
  #state: OfferState = { name: 'offered' };

  constructor(facts: { client: Client; keys: StandingKeys; deviceName: string; times: QrTimes; nowMs: number }) {
    this.deviceName = facts.deviceName;
    this.client = facts.client;
    this.keys = facts.keys;
    this.iq = randomUUID();
    this.refs = Array.from({ length: facts.times.refs }, () => `2@${randomBytes(48).toString('base64')}`);
    this.#times = facts.times;
    this.#offeredAtMs = facts.nowMs;
  }

  get state(): OfferState {
    return this.#state;
  }

  /** Notes that the client has confirmed the refs or the new adv secret. */
  confirm(): void {
    this.#enter({ name: 'shown' });
  }

  /** Notes that the notification with this id asks for a new adv secret. */
  refresh(notification: string): void {
    this.#enter({ name: 'refreshing', notification });
  }

  /** Notes that the client has to answer with a passkey before it is linked. */
  askForPasskey(): void {
    this.#enter({ name: 'passkey' });
  }

  /**
   * Starts the signing after a scan; resolves with the signed identity in the client's answer to `iq`. Rejects with a
   * PairingError when the client refuses or does not answer within `timeoutMs`.
   */
  scanned(iq: string, timeoutMs: number): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => settle('no_answer'), timeoutMs);
      const settle = (outcome: Uint8Array | PairingFailure): void => {
        clearTimeout(timer);
        this.#enter({ name: typeof outcome === 'string' ? 'gone' : 'linked' });
        if (typeof outcome === 'string') reject(new PairingError(outcome));
        else resolve(outcome);
      };
      this.#enter({ name: 'signing', iq, settle });
    });
  }

  /** Why the ref cannot be scanned at `nowMs`; undefined when it can. */
  refusal(ref: string, nowMs: number): PairingFailure | undefined {
    const isExpired = nowMs >= this.#endMs(this.refs.indexOf(ref));
    return this.obstacle ?? (isExpired ? 'expired' : undefined);
  }

  /** Why the client cannot be linked now, whichever ref it shows; undefined when it can. */
  get obstacle(): PairingFailure | undefined {
    const { name } = this.#state;
    if (name === 'gone') return 'gone';
    if (name === 'passkey' || name === 'signing' || name === 'linked') return 'used';
    return name === 'refreshing' ? 'refresh_pending' : undefined;
  }

  /** Notes that the client has disconnected. */
  lost(): void {
    if (this.#state.name === 'signing') this.#state.settle('refused');
    else if (this.#state.name !== 'gone') this.#enter({ name: 'gone' });
  }

  #endMs(index: number): number {
    return this.#offeredAtMs + this.#times.firstMs + index * this.#times.nextMs;
  }

  #enter(next: OfferState): void {
    if (!MAY_FOLLOW[this.#state.name].includes(next.name)) {
      throw new Error(`A pairing offer that is ${this.#state.name} cannot become ${next.name}.`);
    }
    this.#state = next;
  }
}
