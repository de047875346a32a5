import type { SessionId } from '../../domain/session-id.ts';
import type { PairingCode, SessionRecord } from '../../domain/session.ts';
import type { Clock, Timer } from '../../kit/clock.ts';
import type { Supervisor } from '../../kit/supervisor.ts';

/** Dependencies of {@link PairingExpiry}. */
export interface PairingExpiryDeps {
  /** `QR_SESSION_TTL` in ms; 0 is no limit. */
  ttlMs: number;
  clock: Clock;
  supervisor: Supervisor;
}

/** Ends sessions that no device was linked to in time. */
export class PairingExpiry {
  readonly #deps: PairingExpiryDeps;
  readonly #ends = new Map<SessionId, { timer: Timer; atMs: number }>();

  constructor(deps: PairingExpiryDeps) {
    this.#deps = deps;
  }

  /** Runs `expire` when the time of an unlinked session is over. */
  start(record: SessionRecord, expire: () => Promise<unknown>): void {
    const { ttlMs, clock, supervisor } = this.#deps;
    if (ttlMs === 0) return;
    const { sessionId, announced, createdAtMs, updatedAtMs } = record;
    this.cancel(sessionId);
    const atMs = (announced ? updatedAtMs : createdAtMs) + ttlMs;
    const leftMs = Math.max(0, atMs - clock.now());
    const timer = clock.after(leftMs, () => supervisor.run('the expiry of an unlinked session', expire()));
    this.#ends.set(sessionId, { timer, atMs });
  }

  /** The session is gone. */
  cancel(sessionId: SessionId): void {
    this.#ends.get(sessionId)?.timer.cancel();
    this.#ends.delete(sessionId);
  }

  /** Cancels every expiry. */
  stop(): void {
    for (const { timer } of this.#ends.values()) timer.cancel();
  }

  /** A code expires with its session, at the latest. */
  limit({ sessionId }: SessionRecord, code: PairingCode): PairingCode {
    const end = this.#ends.get(sessionId);
    return end ? { ...code, expiresAtMs: Math.min(code.expiresAtMs, end.atMs) } : code;
  }
}
