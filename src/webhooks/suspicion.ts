import { type SessionId } from '../domain/session-id.ts';
import { type DeliveryFailure, type FailedAttempt, mayBePoison } from './retry-policy.ts';

/** The oldest pending callback of a session, while it fails. */
interface Suspect {
  webhookId: string;
  /** The number of callbacks that the backend had accepted when this one first failed. */
  acceptedBefore: number;
  isolatedFailures: number;
  failuresSinceAccept: number;
}

/** The failed attempts that speak against a callback. */
export type Evidence = Pick<FailedAttempt, 'isolatedFailures' | 'failuresSinceAccept'>;

/**
 * Finds callbacks that fail in isolation. That takes evidence that the backend is well: it has accepted another callback since
 * this one first failed, and no other session has failed since the last one that it accepted. So neither an outage nor its
 * first moments make a dead letter. The evidence is kept in memory only: after a restart it has to be found again, which costs
 * a few attempts and loses nothing.
 */
export class Suspicion {
  #accepted = 0;
  readonly #failing = new Set<SessionId>();
  readonly #suspects = new Map<SessionId, Suspect>();

  /** The backend accepted a callback of this session. */
  accepted(sessionId: SessionId): void {
    this.#accepted += 1;
    this.#failing.clear();
    this.#suspects.delete(sessionId);
  }

  /** The number of sessions that have failed since the backend last accepted a callback. */
  get failingSessions(): number {
    return this.#failing.size;
  }

  /** An attempt failed. The callback's first attempt counts too as soon as there is evidence. */
  failed(sessionId: SessionId, webhookId: string, failure: DeliveryFailure): Evidence {
    this.#failing.add(sessionId);
    const suspect = this.#suspect(sessionId, webhookId);
    const isSinceAccept = this.#accepted > suspect.acceptedBefore;
    if (isSinceAccept) suspect.failuresSinceAccept += 1;
    if (isSinceAccept && this.#failing.size === 1 && mayBePoison(failure)) suspect.isolatedFailures += 1;
    return {
      isolatedFailures: withFirstAttempt(suspect.isolatedFailures),
      failuresSinceAccept: withFirstAttempt(suspect.failuresSinceAccept),
    };
  }

  /** The callback was given up. */
  settled(sessionId: SessionId): void {
    this.#suspects.delete(sessionId);
    this.#failing.delete(sessionId);
  }

  #suspect(sessionId: SessionId, webhookId: string): Suspect {
    const known = this.#suspects.get(sessionId);
    if (known?.webhookId === webhookId) return known;
    const fresh = { webhookId, acceptedBefore: this.#accepted, isolatedFailures: 0, failuresSinceAccept: 0 };
    this.#suspects.set(sessionId, fresh);
    return fresh;
  }
}

/** The first attempt failed before there was any evidence. */
function withFirstAttempt(count: number): number {
  return count === 0 ? 0 : count + 1;
}
