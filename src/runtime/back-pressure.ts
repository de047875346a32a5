import { statfs } from 'node:fs/promises';
import { OverloadedError } from '../domain/errors.ts';
import type { Clock, Timer } from '../kit/clock.ts';
import type { Logger } from '../kit/logger.ts';
import type { Admission } from '../ports/admission.ts';
import type { CallbackCounts } from '../ports/callbacks.ts';

/** The limits of what may be stored; 0 means no limit. */
export interface StorageBounds {
  /** `MAX_PENDING_CALLBACKS`. */
  maxPendingCallbacks: number;
  /** `MIN_FREE_DISK`, in bytes. */
  minFreeDiskBytes: number;
  /** `DATABASE_MAX_SIZE`, in bytes. */
  maxDatabaseBytes: number;
}

/** The dependencies of {@link BackPressure}. */
export interface BackPressureDeps {
  bounds: StorageBounds;
  callbacks: () => Promise<CallbackCounts>;
  /** The free space on the disk of the database, in bytes. */
  freeBytes: () => Promise<number>;
  /** What the database takes, in bytes; asked only where that has a limit. */
  databaseBytes: () => Promise<number>;
  clock: Clock;
  log: Logger;
}

const LOOK_MS = 5_000;
/** Connections reopen once a tenth of the limit is free again, so that they do not flap with every callback. */
const SLACK = 0.1;

/**
 * Closes all connections when too many callbacks are pending, the disk is nearly full, or the database is as large as it may be. WhatsApp holds the messages
 * meanwhile, and the connections reopen when there is room. The limits are checked every 5 seconds, so they can be exceeded
 * by what arrives in between.
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

  /** Calls `listener` whenever a limit is reached and none was before. */
  onReached(listener: (error: OverloadedError) => void): void {
    this.#reached = listener;
  }

  /** Checks the limits now, and every 5 seconds from now on. */
  async start(): Promise<void> {
    await this.#look();
    this.#timer = this.#deps.clock.after(LOOK_MS, () => {
      this.#looking = this.start();
    });
  }

  /** Why the connections are closed, in a sentence; `null` when they are not. */
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
    this.#deps.log.warn(
      { why },
      why === null ? 'below the limits again: connections reopen' : 'limit reached: closing all connections',
    );
    if (why === null) this.#letIn();
    else if (wasFree) this.#reached(new OverloadedError(why));
  }

  async #boundReached(): Promise<string | null> {
    const { maxPendingCallbacks: max, minFreeDiskBytes: min, maxDatabaseBytes: most } = this.#deps.bounds;
    const slack = this.#why === null ? 0 : SLACK;
    const { pending } = max > 0 ? await this.#deps.callbacks() : { pending: 0 };
    if (max > 0 && pending >= max * (1 - slack)) return TOO_MANY_CALLBACKS;
    const isTight = min > 0 && (await this.#deps.freeBytes()) < min * (1 + slack);
    if (isTight) return DISK_NEARLY_FULL;
    const isLarge = most > 0 && (await this.#deps.databaseBytes()) >= most * (1 - slack);
    return isLarge ? DATABASE_FULL : null;
  }

  #letIn(): void {
    for (const admit of this.#waiting) admit();
    this.#waiting.clear();
  }
}

/** The sentence for `MAX_PENDING_CALLBACKS`, in `/health` and in the sessions. */
export const TOO_MANY_CALLBACKS =
  'The number of pending callbacks has reached MAX_PENDING_CALLBACKS: connections are closed, and WhatsApp holds the messages.';
/** The sentence for `MIN_FREE_DISK`, in `/health` and in the sessions. */
export const DISK_NEARLY_FULL =
  'Free disk space is below MIN_FREE_DISK: connections are closed, and WhatsApp holds the messages.';
/** The sentence for `DATABASE_MAX_SIZE`, in `/health` and in the sessions. */
const DATABASE_FULL =
  'The database has reached DATABASE_MAX_SIZE: connections are closed, and WhatsApp holds the messages.';

/** The bytes that this process may still write on the disk of this folder. */
export async function freeBytesAt(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
