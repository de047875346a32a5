import { AsyncResource } from 'node:async_hooks';

/** A slot of a wheel: a task runs at most this late. */
const SLOT_MS = 100;

/** What a wheel knows of time. */
export interface TimeSource {
  /** As `Clock.monotonic`. */
  monotonic(): number;
  /** Runs `task` about `delayMs` from now, unless what is returned is called before. */
  set(delayMs: number, task: () => void): () => void;
}

/**
 * Any number of timers on one timer of Node's. Thousands of watchdogs and keep-alives wait here, most of them to be cancelled: setting and
 * cancelling one costs a few entries, and their times are rounded up to slots of {@link SLOT_MS}, so that those of a slot wake the
 * process once. Tasks of one slot run in the order in which they were set, each in the context in which it was set, as Node's own do.
 */
export class TimerWheel {
  readonly #time: TimeSource;
  /** Where the wheel was made: whoever sets the next timer must not be kept, or blamed, for all of them. */
  readonly #context = new AsyncResource('TimerWheel', { requireManualDestroy: true });
  /** By the number of the slot at whose beginning they are due. */
  readonly #slots = new Map<number, Set<WheelTimer>>();
  #disarm: (() => void) | undefined;
  #armedFor = Infinity;

  constructor(time: TimeSource) {
    this.#time = time;
  }

  /** Runs `task` once, `delayMs` from now, and at most {@link SLOT_MS} later. */
  after(delayMs: number, task: () => void): WheelTimer {
    const slot = Math.ceil((this.#time.monotonic() + delayMs) / SLOT_MS);
    let timers = this.#slots.get(slot);
    if (!timers) this.#slots.set(slot, (timers = new Set()));
    const timer = new WheelTimer(timers, task);
    if (slot < this.#armedFor) this.#arm(slot);
    return timer;
  }

  #arm(slot: number): void {
    this.#disarm?.();
    this.#armedFor = slot;
    const restMs = Math.max(1, slot * SLOT_MS - this.#time.monotonic());
    this.#disarm = this.#context.runInAsyncScope(() => this.#time.set(restMs, () => this.#turn()));
  }

  #turn(): void {
    const slot = Math.floor(this.#time.monotonic() / SLOT_MS);
    const due = [...this.#slots.keys()].filter((each) => each <= slot).sort((one, other) => one - other);
    for (const each of due) {
      const timers = this.#slots.get(each) ?? [];
      this.#slots.delete(each);
      for (const timer of timers) timer.due();
    }
    this.#armNext();
  }

  #armNext(): void {
    let next = Infinity;
    for (const [slot, timers] of this.#slots) {
      if (timers.size === 0) this.#slots.delete(slot);
      else next = Math.min(next, slot);
    }
    this.#disarm = undefined;
    this.#armedFor = Infinity;
    if (next < Infinity) this.#arm(next);
  }
}

/** A timer of a {@link TimerWheel}. */
export class WheelTimer extends AsyncResource {
  readonly #slot: Set<WheelTimer>;
  #task: (() => void) | undefined;

  constructor(slot: Set<WheelTimer>, task: () => void) {
    super('WheelTimer', { requireManualDestroy: true });
    this.#slot = slot;
    this.#task = task;
    slot.add(this);
  }

  /** Harmless when the timer has already fired. */
  cancel(): void {
    this.#task = undefined;
    this.#slot.delete(this);
  }

  /** Runs the task in a turn of its own, so that one that throws is reported as Node's timers are, and keeps no other from running. */
  due(): void {
    this.runInAsyncScope(() => setImmediate(() => this.#task?.()));
  }
}
