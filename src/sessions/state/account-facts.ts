import { isDeepStrictEqual } from 'node:util';
import { cappedForMs, type NewChatCap } from '../../domain/new-chat-cap.ts';
import type { Person } from '../../domain/person.ts';
import { type Clock, isoTime } from '../../kit/clock.ts';
import type { SessionStateMachine } from './state-machine.ts';

/** What WhatsApp tells of the account of a session, as the session's record and its timeline have it. Every method runs in its turn. */
export class AccountFacts {
  readonly #machine: SessionStateMachine;
  readonly #clock: Clock;

  constructor(machine: SessionStateMachine, clock: Clock) {
    this.#machine = machine;
    this.#clock = clock;
  }

  /** The name that it shows to others. */
  named(pushName: string): Promise<void> {
    if (pushName !== this.#machine.record.pushName) this.#machine.learned({ pushName });
    return Promise.resolve();
  }

  /** It may begin no conversations until then (Unix ms), or again (`null`). */
  async restricted(untilMs: number | null): Promise<void> {
    if (untilMs === this.#machine.record.restrictedUntilMs) return;
    const note = untilMs === null ? undefined : { what: 'restricted' as const, why: `Until ${isoTime(untilMs)}` };
    await this.#machine.amend({ restrictedUntilMs: untilMs }, note);
  }

  /** How many conversations it may begin; `null` is no limit. */
  async capped(cap: NewChatCap | null): Promise<void> {
    const { newChatCap: before = null } = this.#machine.record;
    if (isDeepStrictEqual(cap, before)) return;
    const nowMs = this.#clock.now();
    const [isFull, wasFull] = [cap, before].map((each) => cappedForMs(each, nowMs) > 0);
    const why = isFull && !wasFull && cap ? `Until ${isoTime(cap.resetsAtMs ?? nowMs)}` : null;
    await this.#machine.amend({ newChatCap: cap }, why === null ? undefined : { what: 'restricted', why });
  }

  /** A contact registered anew. */
  identityChanged({ number, lid }: Person): Promise<void> {
    const why = `${number ?? lid ?? ''} has a new security code: a new phone, a new installation, or another person with that number.`;
    return this.#machine.note('identity_changed', why);
  }
}
