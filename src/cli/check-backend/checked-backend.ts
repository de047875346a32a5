import type { Clock } from '../../kit/clock.ts';
import type { PendingCallback } from '../../ports/callbacks.ts';
import { createDeliveryClient, type Deliver, type DeliverySettings } from '../../webhooks/delivery-client.ts';
import type { DeliveryOutcome } from '../../webhooks/retry-policy.ts';

/** How the backend answered a request. */
export interface Answer {
  outcome: DeliveryOutcome;
  /** How long that took. */
  tookMs: number;
}

/** Whoever is slow is waited for this many times as long as an orchestrator would, to tell how slow. */
const PATIENCE = 3;
/** A backend that leaves so many requests in a row unanswered is not asked further. */
const MAX_SILENCES = 3;

/** The backend that is checked. Posts to it as an orchestrator does, and notes how it answers. */
export class CheckedBackend {
  readonly settings: DeliverySettings;
  readonly #clock: Clock;
  readonly #usual: Deliver;
  #answers: Answer[] = [];
  #silences = 0;

  constructor(settings: DeliverySettings, clock: Clock) {
    this.settings = settings;
    this.#clock = clock;
    this.#usual = this.#client({});
  }

  /** Whether it has answered none of the last requests. */
  get isSilent(): boolean {
    return this.#silences >= MAX_SILENCES;
  }

  /** Posts an event exactly as an orchestrator with these settings does. */
  post(callback: PendingCallback): Promise<Answer> {
    return this.#note(this.#usual, callback);
  }

  /** Posts an event with another key or secret, or as it was signed `ageMs` ago. */
  postForged(
    callback: PendingCallback,
    forged: Partial<Pick<DeliverySettings, 'apiKey' | 'secret'>> & { ageMs?: number },
  ): Promise<Answer> {
    return this.#note(this.#client(forged), callback);
  }

  /** The answers since this was last asked. */
  takeAnswers(): Answer[] {
    const answers = this.#answers;
    this.#answers = [];
    return answers;
  }

  #client({ ageMs = 0, ...forged }: Partial<DeliverySettings> & { ageMs?: number }): Deliver {
    const clock = this.#clock;
    const settings = { ...this.settings, ...forged, timeoutMs: this.settings.timeoutMs * PATIENCE };
    return createDeliveryClient(settings, {
      now: () => clock.now() - ageMs,
      monotonic: () => clock.monotonic(),
      after: (delayMs, task) => clock.after(delayMs, task),
    });
  }

  async #note(deliver: Deliver, callback: PendingCallback): Promise<Answer> {
    const startedMs = this.#clock.monotonic();
    const outcome = await deliver(callback);
    const answer = { outcome, tookMs: this.#clock.monotonic() - startedMs };
    this.#silences = outcome.kind === 'unreachable' ? this.#silences + 1 : 0;
    this.#answers.push(answer);
    return answer;
  }
}
