import { bytesOf, childOf, type Stanza } from '../kit/stanza.ts';
import type { Client } from '../transport/client.ts';
import { PairingError, type PairingFailure } from './pairing-error.ts';

/** The client's answer to a typed code. */
export interface CompanionFinish {
  readonly bundle: Buffer;
  readonly identity: Buffer;
}

/**
 * `waiting`: the code can be typed. `answering`: it was typed, and the client has to finish. `over`: the client showed
 * another code or disconnected.
 */
type HelloState =
  { name: 'waiting' | 'over' } | { name: 'answering'; settle: (outcome: CompanionFinish | PairingFailure) => void };

const MAY_FOLLOW: Record<HelloState['name'], HelloState['name'][]> = {
  waiting: ['answering', 'over'],
  answering: ['waiting', 'over'],
  over: [],
};

/** A code that a client shows for one number. */
export class CodeHello {
  readonly client: Client;
  readonly number: string;
  readonly ref: string;
  /** The client's ephemeral key, encrypted with the code. */
  readonly wrappedKey: Buffer;
  #state: HelloState = { name: 'waiting' };

  constructor(facts: { client: Client; number: string; ref: string; wrappedKey: Buffer }) {
    this.client = facts.client;
    this.number = facts.number;
    this.ref = facts.ref;
    this.wrappedKey = facts.wrappedKey;
  }

  /** Whether the code can be typed now. */
  get isWaiting(): boolean {
    return this.#state.name === 'waiting';
  }

  /**
   * Marks the code as typed; resolves with the client's answer. Rejects with a PairingError when none comes in time.
   */
  typed(timeoutMs: number): Promise<CompanionFinish> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => settle('no_answer'), timeoutMs);
      const settle = (outcome: CompanionFinish | PairingFailure): void => {
        clearTimeout(timer);
        this.#enter({ name: outcome === 'refused' ? 'over' : 'waiting' });
        if (typeof outcome === 'string') reject(new PairingError(outcome));
        else resolve(outcome);
      };
      this.#enter({ name: 'answering', settle });
    });
  }

  /** Takes the client's final stanza. Returns false when it does not answer a typed code. */
  finished(stanza: Stanza): boolean {
    const finish = childOf(stanza, 'link_code_companion_reg');
    const isAnswer = bytesOf(childOf(finish, 'link_code_pairing_ref')).toString() === this.ref;
    if (this.#state.name !== 'answering' || !isAnswer) return false;
    this.#state.settle({
      bundle: bytesOf(childOf(finish, 'link_code_pairing_wrapped_key_bundle')),
      identity: bytesOf(childOf(finish, 'companion_identity_public')),
    });
    return true;
  }

  /** Ends the code: the client shows another one, or has disconnected. */
  end(): void {
    if (this.#state.name === 'answering') this.#state.settle('refused');
    else if (this.#state.name !== 'over') this.#enter({ name: 'over' });
  }

  #enter(next: HelloState): void {
    if (!MAY_FOLLOW[this.#state.name].includes(next.name)) {
      throw new Error(`A code that is ${this.#state.name} cannot become ${next.name}.`);
    }
    this.#state = next;
  }
}
