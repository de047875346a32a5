import { type Backoff, backoffDelayMs } from '../../kit/backoff.ts';
import type { Clock } from '../../kit/clock.ts';
import type { Logger } from '../../kit/logger.ts';
import type { Random } from '../../kit/random.ts';
import { SerialQueue } from '../../kit/serial-queue.ts';
import type { NotificationMetrics } from '../../ports/metrics.ts';
import type { Channel } from './channels/channel.ts';
import type { Notification } from './notification.ts';

/** How often a notification is tried: over a quarter of an hour at most. */
const ATTEMPTS = 8;
const PAUSE: Backoff = { baseMs: 10_000, maxMs: 300_000, minMs: 2_000 };
/** How many wait for a channel that fails; newer ones are given up at once. */
const MAX_WAITING = 5;

/** The dependencies of a {@link Courier}. */
export interface CourierDeps {
  metrics: NotificationMetrics;
  clock: Clock;
  random: Random;
  log: Logger;
}

/** Sends notifications on one channel, one after the other, and tries again if that fails. A channel that is away delays no other. */
export class Courier {
  readonly channel: Channel;
  readonly #deps: CourierDeps;
  readonly #queue = new SerialQueue();
  readonly #end = new AbortController();
  #waiting = 0;

  constructor(channel: Channel, deps: CourierDeps) {
    this.channel = channel;
    this.#deps = deps;
  }

  /** Resolves with whether the channel has accepted it, at the latest when it is given up. */
  async send(notification: Notification): Promise<boolean> {
    if (this.#waiting >= MAX_WAITING) return this.#ended(false, 'too many are waiting');
    this.#waiting += 1;
    try {
      return await this.#queue.run(() => this.#try(notification));
    } finally {
      this.#waiting -= 1;
    }
  }

  /** Gives up what was not sent: the next process tells it. */
  end(): void {
    this.#end.abort();
  }

  async #try(notification: Notification): Promise<boolean> {
    let error: string | null = null;
    for (let failures = 0; failures < ATTEMPTS; failures += 1) {
      if (failures > 0) await this.#pause(failures - 1);
      if (this.#end.signal.aborted) return false;
      const outcome = await this.channel.send(notification);
      if (outcome.isAccepted) return this.#ended(true, null);
      error = outcome.error;
    }
    return this.#ended(false, error);
  }

  #pause(failures: number): Promise<void> {
    const { clock, random } = this.#deps;
    const { signal } = this.#end;
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        timer.cancel();
        signal.removeEventListener('abort', wake);
        resolve();
      };
      const timer = clock.after(backoffDelayMs(PAUSE, failures, random), wake);
      signal.addEventListener('abort', wake);
    });
  }

  #ended(isSent: boolean, error: string | null): boolean {
    const { metrics, log } = this.#deps;
    const { name: channel } = this.channel;
    metrics.notified(channel, isSent ? 'sent' : 'failed');
    if (isSent) log.info({ channel }, 'a notification was sent');
    else log.warn({ channel, error }, 'a notification could not be sent');
    return isSent;
  }
}
