import { type SessionId } from '../domain/session-id.ts';
import { type FailedTry, mayBePoison, type PostFailure } from './retry-policy.ts';

/** The oldest waiting callback of a session, while it fails. */
interface Suspect {
  webhookId: string;
  /** How many callbacks the backend had accepted when this one failed for the first time. */
  acceptedBefore: number;
  failedAlone: number;
  failedBeside: number;
}

/** The tries of a callback that speak against it. */
export type Evidence = Pick<FailedTry, 'failedAlone' | 'failedBeside'>;

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

  /** How many sessions have failed since the backend last accepted something. */
  get failingSessions(): number {
    return this.#failingSince.size;
  }

  /**
   * A try failed. Answers how many tries of this callback failed though the backend accepts others; the first counts
   * as soon as there is evidence.
   */
  failed(sessionId: SessionId, webhookId: string, failure: PostFailure): Evidence {
    this.#failingSince.add(sessionId);
    const suspect = this.#suspect(sessionId, webhookId);
    const isBeside = this.#accepted > suspect.acceptedBefore;
    if (isBeside) suspect.failedBeside += 1;
    if (isBeside && this.#failingSince.size === 1 && mayBePoison(failure)) suspect.failedAlone += 1;
    return { failedAlone: withTheFirst(suspect.failedAlone), failedBeside: withTheFirst(suspect.failedBeside) };
  }

  /** The callback was given up. */
  settled(sessionId: SessionId): void {
    this.#suspects.delete(sessionId);
    this.#failingSince.delete(sessionId);
  }

  #suspect(sessionId: SessionId, webhookId: string): Suspect {
    const known = this.#suspects.get(sessionId);
    if (known?.webhookId === webhookId) return known;
    const fresh = { webhookId, acceptedBefore: this.#accepted, failedAlone: 0, failedBeside: 0 };
    this.#suspects.set(sessionId, fresh);
    return fresh;
  }
}

/** The first try failed before there was any evidence. */
function withTheFirst(count: number): number {
  return count === 0 ? 0 : count + 1;
}
