import { statfs } from 'node:fs/promises';
import { OverloadedError } from '../domain/errors.ts';
import { type Clock, type Timer } from '../kit/clock.ts';
import { type Logger } from '../kit/logger.ts';
import { type Admission } from '../ports/admission.ts';
import { type CallbackCounts } from '../ports/callbacks.ts';

/** How much may be kept; 0 is no bound. */
export interface KeepingBounds {
  /** `MAX_PENDING_CALLBACKS`. */
  maxPendingCallbacks: number;
  /** `MIN_FREE_DISK`, in bytes. */
  minFreeDiskBytes: number;
}

/** What the back-pressure is made of. */
export interface BackPressureDeps {
  bounds: KeepingBounds;
  callbacks: () => Promise<CallbackCounts>;
  /** The bytes that the disk of the database has left. */
  freeBytes: () => Promise<number>;
  clock: Clock;
  log: Logger;
}

const LOOK_MS = 5_000;
/** It is over when a tenth of the bound is free again, so that lines do not come and go with every callback. */
const SLACK = 0.1;

/**
 * Holds WhatsApp back when what waits for the backend, or the disk, reaches its bound: the lines are closed, WhatsApp keeps
 * the messages, and the lines come back when there is room. It looks every few seconds, so a bound can be passed by
 * what comes in between.
 */
export class BackPressure implements Admission, AsyncDisposable {
  readonly #deps: BackPressureDeps;
  readonly #waiting = new Set<() => void>();
  #why: string | null = null;
  #reached: (error: OverloadedError) => void = () => undefined;
  #timer: Timer | undefined;
  #looking: Promise<void> | undefined;

  constructor(deps: BackPressureDeps) {
    this.#deps = deps;
  }

  /** Calls `listener` whenever a bound is reached that was not before. */
  onReached(listener: (error: OverloadedError) => void): void {
    this.#reached = listener;
  }

  /** Looks now, and from now on every few seconds. */
  async start(): Promise<void> {
    await this.#look();
    this.#timer = this.#deps.clock.after(LOOK_MS, () => {
      this.#looking = this.start();
    });
  }

  /** Why WhatsApp is held back, in a sentence; `null` when it is not. */
  get why(): string | null {
    return this.#why;
  }

  check(): void {
    if (this.#why !== null) throw new OverloadedError(this.#why);
  }

  admitted(): Promise<void> {
    if (this.#why === null) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.add(resolve));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#timer?.cancel();
    await this.#looking;
    this.#timer?.cancel();
  }

  async #look(): Promise<void> {
    const why = await this.#boundReached().catch(() => this.#why);
    if (why === this.#why) return;
    const wasFree = this.#why === null;
    this.#why = why;
    this.#deps.log.warn({ why }, why === null ? 'there is room again' : 'a bound is reached: WhatsApp is held back');
    if (why === null) this.#letIn();
    else if (wasFree) this.#reached(new OverloadedError(why));
  }

  async #boundReached(): Promise<string | null> {
    const { maxPendingCallbacks: max, minFreeDiskBytes: min } = this.#deps.bounds;
    const slack = this.#why === null ? 0 : SLACK;
    const { pending } = max > 0 ? await this.#deps.callbacks() : { pending: 0 };
    if (max > 0 && pending >= max * (1 - slack)) return TOO_MANY_CALLBACKS;
    const isTight = min > 0 && (await this.#deps.freeBytes()) < min * (1 + slack);
    return isTight ? DISK_NEARLY_FULL : null;
  }

  #letIn(): void {
    for (const admit of this.#waiting) admit();
    this.#waiting.clear();
  }
}

/** Why WhatsApp is held back, as `/health` and the sessions say it. */
export const TOO_MANY_CALLBACKS =
  'As many callbacks wait for the backend as MAX_PENDING_CALLBACKS allows: the lines are closed, and WhatsApp keeps the messages.';
/** The other reason. */
export const DISK_NEARLY_FULL =
  'The disk has less room than MIN_FREE_DISK: the lines are closed, and WhatsApp keeps the messages.';

/** The bytes that are left for us on the disk of this folder. */
export async function freeBytesAt(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
