import type { Clock } from '../../kit/clock.ts';
import type { CloseReason } from '../../domain/close-reason.ts';

/** A connection that held this long was good: the next disconnect counts as the first again. */
const GOOD_AFTER_MS = 60_000;
/** Watchdogs need minutes to act, so a connection that one of them ends must have held longer to have been good. */
const GOOD_UNLESS_BROKEN_AFTER_MS = 900_000;
/** Two processes that keep replacing each other do so slowly: replacements are counted over this time. */
const REPLACEMENT_WINDOW_MS = 900_000;
/** Part of a normal login: the reconnect after a pairing, and one with a newer client version. */
const LOGIN_STEPS = new Set<CloseReason['kind']>(['restart-required', 'client-outdated']);

/** Counts how a session's connections ended, for the decision about the next one. */
export class DisconnectHistory {
  readonly #clock: Clock;
  #inARow = 0;
  /** How many of them do not count if the login succeeds. */
  #steps = 0;
  #openSinceMs: number | undefined;
  #replacedAtMs: number[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Connections lost in a row without a good one in between. */
  get inARow(): number {
    return this.#inARow;
  }

  /** How often another process recently took over the connection. */
  get replacements(): number {
    return this.#replacedAtMs.length;
  }

  /** The connection is open; the disconnects that belonged to its login no longer count. */
  opened(): void {
    this.#inARow -= this.#steps;
    this.#steps = 0;
    this.#openSinceMs = this.#clock.monotonic();
  }

  /** A connection was lost. */
  count({ kind }: CloseReason): void {
    const now = this.#clock.monotonic();
    const openMs = this.#openSinceMs === undefined ? 0 : now - this.#openSinceMs;
    if (this.#openSinceMs === undefined && LOGIN_STEPS.has(kind)) this.#steps += 1;
    const goodMs = kind === 'broken' ? GOOD_UNLESS_BROKEN_AFTER_MS : GOOD_AFTER_MS;
    this.#inARow = openMs >= goodMs ? 0 : this.#inARow + 1;
    this.#openSinceMs = undefined;
    this.#replacedAtMs = this.#replacedAtMs.filter((atMs) => now - atMs < REPLACEMENT_WINDOW_MS);
    if (kind === 'replaced') this.#replacedAtMs.push(now);
  }

  /** A person asked for the session: earlier disconnects no longer count. */
  forgive(): void {
    this.#inARow = 0;
    this.#steps = 0;
    this.#replacedAtMs = [];
  }
}
