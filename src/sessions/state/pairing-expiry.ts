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
  readonly #timers = new Map<SessionId, Timer>();

  constructor(deps: PairingExpiryDeps) {
    this.#deps = deps;
  }

  /** Runs `expire` when the time of an unlinked session is over. */
  start(record: SessionRecord, expire: () => Promise<unknown>): void {
    const { ttlMs, clock, supervisor } = this.#deps;
    if (ttlMs === 0) return;
    const { sessionId, announced, createdAtMs, updatedAtMs } = record;
    this.cancel(sessionId);
    const leftMs = Math.max(0, (announced ? updatedAtMs : createdAtMs) + ttlMs - clock.now());
    const timer = clock.after(leftMs, () => supervisor.run('the expiry of an unlinked session', expire()));
    this.#timers.set(sessionId, timer);
  }

  /** The session is gone. */
  cancel(sessionId: SessionId): void {
    this.#timers.get(sessionId)?.cancel();
    this.#timers.delete(sessionId);
  }

  /** Cancels every expiry. */
  stop(): void {
    for (const timer of this.#timers.values()) timer.cancel();
  }

  /** A code expires with its session, at the latest. */
  limit({ createdAtMs }: SessionRecord, code: PairingCode): PairingCode {
    const { ttlMs } = this.#deps;
    return ttlMs === 0 ? code : { ...code, expiresAtMs: Math.min(code.expiresAtMs, createdAtMs + ttlMs) };
  }
}
