import { type SessionId } from '../domain/session-id.ts';
import { mayBePoison, type PostFailure } from './policy.ts';

/** The oldest waiting callback of a session, while it fails. */
interface Suspect {
  webhookId: string;
  /** How many callbacks the backend had accepted when this one failed for the first time. */
  acceptedBefore: number;
  failedAlone: number;
}

/**
 * Finds callbacks that fail alone, which takes evidence that the backend is well: it has accepted another one since
 * this one first failed, and no other session's callback has failed since the last that was accepted. So neither an
 * outage nor its first moments make anything a dead letter. It is kept in memory: after a restart the evidence has to
 * be found again, which costs a few tries and loses nothing.
 */
export class Suspicion {
  #accepted = 0;
  readonly #failingSince = new Set<SessionId>();
  readonly #suspects = new Map<SessionId, Suspect>();

  /** The backend has taken a callback of this session. */
  accepted(sessionId: SessionId): void {
    this.#accepted += 1;
    this.#failingSince.clear();
    this.#suspects.delete(sessionId);
  }

  /**
   * A try failed. Answers how many tries of this callback failed though the backend accepts others; the first counts
   * as soon as there is evidence.
   */
  failed(sessionId: SessionId, webhookId: string, failure: PostFailure): number {
    this.#failingSince.add(sessionId);
    const suspect = this.#suspect(sessionId, webhookId);
    const isAlone = this.#accepted > suspect.acceptedBefore && this.#failingSince.size === 1;
    if (isAlone && mayBePoison(failure)) suspect.failedAlone += 1;
    return suspect.failedAlone === 0 ? 0 : suspect.failedAlone + 1;
  }

  /** The callback was given up. */
  settled(sessionId: SessionId): void {
    this.#suspects.delete(sessionId);
    this.#failingSince.delete(sessionId);
  }

  #suspect(sessionId: SessionId, webhookId: string): Suspect {
    const known = this.#suspects.get(sessionId);
    if (known?.webhookId === webhookId) return known;
    const fresh = { webhookId, acceptedBefore: this.#accepted, failedAlone: 0 };
    this.#suspects.set(sessionId, fresh);
    return fresh;
  }
}
