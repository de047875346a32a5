import type { SessionId } from '../domain/session-id.ts';
import type { Clock } from '../kit/clock.ts';
import {
  type DeliveryFailure,
  type Evidence,
  isAboutContent,
  isOutage,
  mayBePoison,
  type Series,
} from './retry-policy.ts';
import { AnsweredTime } from './answered-time.ts';

/** Failed attempts that count, since the first of them. */
interface Streak extends Series {
  sinceMs: number;
}

/** Attempts that failed in isolation, and what was known of the others at the last of them. */
interface Isolation extends Streak {
  accepted: number;
  othersOutages: number;
}

/** The oldest pending callback of a session, while it fails. */
interface Suspect {
  webhookId: string;
  sinceMs: number;
  /** Whether {@link Suspicion.isNewlyBlocked} has said so. */
  isReported: boolean;
  /** How many of its failures may have been an outage. */
  outages: number;
  content: Streak | undefined;
  isolation: Isolation | undefined;
  answered: AnsweredTime;
}

/** How long a callback fails before somebody should look at it: longer than a restart of the backend takes. */
const BLOCKED_AFTER_MS = 600_000;
const NONE: Series = { count: 0, overMs: 0 };

/**
 * Collects what speaks against callbacks that fail, the oldest of each session. It is kept in memory only: after a restart it has
 * to be found again, which costs some attempts and loses nothing.
 *
 * A callback fails in isolation when others are accepted between its attempts and no other has any trouble: one failure of another
 * that may be an outage, and the count begins anew. So neither an outage, a partial one included, nor its first moments count.
 */
export class Suspicion {
  readonly #clock: Clock;
  #accepted = 0;
  #outages = 0;
  readonly #failing = new Set<SessionId>();
  readonly #suspects = new Map<SessionId, Suspect>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The backend accepted a callback of this session. */
  accepted(sessionId: SessionId): void {
    this.#accepted += 1;
    this.#failing.clear();
    this.#suspects.delete(sessionId);
  }

  /** The number of sessions that have failed since the backend last accepted a callback. Refusals of the content do not count. */
  get failingSessions(): number {
    return this.#failing.size;
  }

  /** The number of sessions whose oldest callback has been failing for ten minutes. */
  get blockedSessions(): number {
    return [...this.#suspects.values()].filter((suspect) => this.#blocks(suspect)).length;
  }

  /** Whether the session is one of them: `true` only once for each callback. */
  isNewlyBlocked(sessionId: SessionId): boolean {
    const suspect = this.#suspects.get(sessionId);
    if (!suspect || suspect.isReported || !this.#blocks(suspect)) return false;
    suspect.isReported = true;
    return true;
  }

  /** An attempt failed. Returns what now speaks against the callback. */
  failed(sessionId: SessionId, webhookId: string, failure: DeliveryFailure): Evidence {
    const suspect = this.#suspect(sessionId, webhookId);
    if (!isAboutContent(failure)) this.#failing.add(sessionId);
    if (isOutage(failure)) {
      this.#outages += 1;
      suspect.outages += 1;
    }
    const nowMs = this.#clock.monotonic();
    return {
      content: isAboutContent(failure) ? (suspect.content = longer(suspect.content, nowMs)) : NONE,
      isolated: this.#isolated(suspect, failure, nowMs),
      ...suspect.answered.add(failure, nowMs),
    };
  }

  /** The callback was given up, or the session has none that could be attempted. */
  settled(sessionId: SessionId): void {
    this.#suspects.delete(sessionId);
    this.#failing.delete(sessionId);
  }

  #blocks({ sinceMs }: Suspect): boolean {
    return this.#clock.monotonic() - sinceMs >= BLOCKED_AFTER_MS;
  }

  #suspect(sessionId: SessionId, webhookId: string): Suspect {
    const known = this.#suspects.get(sessionId);
    if (known?.webhookId === webhookId) return known;
    const fresh: Suspect = {
      webhookId,
      sinceMs: this.#clock.monotonic(),
      isReported: false,
      outages: 0,
      content: undefined,
      isolation: undefined,
      answered: new AnsweredTime(),
    };
    this.#suspects.set(sessionId, fresh);
    return fresh;
  }

  #isolated(suspect: Suspect, failure: DeliveryFailure, nowMs: number): Series {
    if (!mayBePoison(failure)) return NONE;
    const before = suspect.isolation;
    const now = { accepted: this.#accepted, othersOutages: this.#outages - suspect.outages };
    if (before?.othersOutages !== now.othersOutages) {
      suspect.isolation = { ...longer(undefined, nowMs), ...now };
      return NONE;
    }
    // An attempt without anything accepted since the one before proves nothing: the backend may be down by now.
    if (before.accepted === now.accepted) return NONE;
    return (suspect.isolation = { ...longer(before, nowMs), ...now });
  }
}

function longer(streak: Streak | undefined, nowMs: number): Streak {
  const { sinceMs, count } = streak ?? { sinceMs: nowMs, count: 0 };
  return { sinceMs, count: count + 1, overMs: nowMs - sinceMs };
}
