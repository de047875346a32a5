import type { DailyRefusals, Slowdown } from '../../domain/risk.ts';
import type { SessionId } from '../../domain/session-id.ts';
import type { Clock } from '../../kit/clock.ts';
import type { RefusalStore } from '../../ports/storage.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** After so many refusals the pace is an eighth, and goes no lower. */
const MOST_STEPS = 3;
/** What tells that an account sends too much, to the wrong people, or to stale addresses. */
const SLOWING: ReadonlySet<string> = new Set(['463', '429', '479']);

/** `SEND_SLOWDOWN`. */
export type SlowdownMode = 'off' | 'auto';

/** The pace of a session that is not slowed down. */
const FULL_SPEED: Slowdown = { divisor: 1, fasterAtMs: null };

/**
 * How much slower a session sends: each refusal of a day (UTC) halves its pace, down to an eighth, and each hour without one doubles it again.
 * It follows from what is stored, so it survives a restart and goes with the session to another node.
 */
export function slowdownAfter(refusals: readonly DailyRefusals[], nowMs: number): Slowdown {
  const slowing = refusals.filter(({ code }) => SLOWING.has(code));
  const days = [...Map.groupBy(slowing, ({ dayMs }) => dayMs).values()].map((day) => {
    const lastAtMs = Math.max(...day.map((each) => each.lastAtMs));
    const hours = Math.max(0, Math.floor((nowMs - lastAtMs) / HOUR_MS));
    const count = day.reduce((sum, each) => sum + each.count, 0);
    return { steps: Math.min(MOST_STEPS, count) - hours, fasterAtMs: lastAtMs + (hours + 1) * HOUR_MS };
  });
  const slowest = days.reduce((one, other) => (other.steps > one.steps ? other : one), { steps: 0, fasterAtMs: 0 });
  return slowest.steps === 0 ? FULL_SPEED : { divisor: 2 ** slowest.steps, fasterAtMs: slowest.fasterAtMs };
}

/** Dependencies of {@link Slowdowns}. */
export interface SlowdownsDeps {
  mode: SlowdownMode;
  refusals: Pick<RefusalStore, 'of'>;
  clock: Clock;
}

/** By how much each session is slowed down now. */
export class Slowdowns {
  readonly #deps: SlowdownsDeps;

  constructor(deps: SlowdownsDeps) {
    this.#deps = deps;
  }

  /** `SEND_SLOWDOWN=auto`. */
  get areOn(): boolean {
    return this.#deps.mode === 'auto';
  }

  /** Full speed unless it is on. */
  async of(sessionId: SessionId): Promise<Slowdown> {
    const { refusals, clock } = this.#deps;
    const nowMs = clock.now();
    return this.areOn ? slowdownAfter(await refusals.of(sessionId, nowMs - DAY_MS), nowMs) : FULL_SPEED;
  }
}
