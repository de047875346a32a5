import { type Clock } from '../../kit/clock.ts';
import { type CloseReason } from '../../domain/close-reason.ts';

/** A line that held this long was good: the next loss is a first one again. */
const GOOD_AFTER_MS = 60_000;
/** Watchdogs take their minutes; a line that they end must have held longer to have been good. */
const GOOD_UNLESS_BROKEN_AFTER_MS = 900_000;
/** Two processes that take the line from each other do so slowly; so long is remembered how often. */
const REPLACEMENT_WINDOW_MS = 900_000;
/** A login may take another line for these: after a pairing, and with a newer client version. */
const STEPS_OF_A_LOGIN = new Set<CloseReason['kind']>(['restart-required', 'client-outdated']);

/** Counts how a session's lines end, for the decision about the next one. */
export class DisconnectHistory {
  readonly #clock: Clock;
  #inARow = 0;
  /** How many of them are no losses if the login succeeds. */
  #steps = 0;
  #openSinceMs: number | undefined;
  #replacedAtMs: number[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Lines that were lost in a row without having been good in between. */
  get inARow(): number {
    return this.#inARow;
  }

  /** How often another process took over the line of late. */
  get replacements(): number {
    return this.#replacedAtMs.length;
  }

  /** The line is open: from now on it is becoming good, and what the login took was as it should be. */
  opened(): void {
    this.#inARow -= this.#steps;
    this.#steps = 0;
    this.#openSinceMs = this.#clock.now();
  }

  /** A line is lost. */
  count({ kind }: CloseReason): void {
    const now = this.#clock.now();
    const openMs = this.#openSinceMs === undefined ? 0 : now - this.#openSinceMs;
    if (this.#openSinceMs === undefined && STEPS_OF_A_LOGIN.has(kind)) this.#steps += 1;
    const goodMs = kind === 'broken' ? GOOD_UNLESS_BROKEN_AFTER_MS : GOOD_AFTER_MS;
    this.#inARow = openMs >= goodMs ? 0 : this.#inARow + 1;
    this.#openSinceMs = undefined;
    this.#replacedAtMs = this.#replacedAtMs.filter((atMs) => now - atMs < REPLACEMENT_WINDOW_MS);
    if (kind === 'replaced') this.#replacedAtMs.push(now);
  }

  /** A person wants it again: earlier losses do not count. */
  forgive(): void {
    this.#inARow = 0;
    this.#steps = 0;
    this.#replacedAtMs = [];
  }
}
