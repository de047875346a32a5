import { setTimeout as pause } from 'node:timers/promises';
import type { Dice } from '../dice.ts';
import { type Account, waitFor } from '../stage.ts';
import type { ClusterStage } from './cluster-stage.ts';

/** A request, and what came of it. */
interface Send {
  account: Account;
  text: string;
  /** The status of the answer with 200; `undefined` when there was none in time. */
  answer: string | undefined;
}

/** How long a request is repeated under its key. */
const REPEATED_MS = 40_000;
const PAUSE_MS = 100;

/** Continuous messages from all accounts, each repeated under its `Idempotency-Key` until it is answered with 200. */
export class IdempotentSends {
  readonly #stage: ClusterStage;
  readonly #pauseMs: number;
  readonly #sends: Send[] = [];
  readonly #writers: Promise<void>[];
  #isOver = false;
  /** How many requests were not answered with 200, and repeated, by what was answered. */
  readonly repeated = new Map<string, number>();
  /** When each message was answered with 200, by its id, on the test's monotonic clock. */
  readonly answeredMs = new Map<string, number>();

  constructor(stage: ClusterStage, dice: Dice, pauseMs: number) {
    this.#stage = stage;
    this.#pauseMs = pauseMs;
    this.#writers = stage.accounts.map((account) => this.#write(account, dice.fork()));
  }

  /** The number of messages that were answered with `sent`. */
  get acknowledged(): number {
    return this.#sends.filter(({ answer }) => answer === 'sent').length;
  }

  get count(): number {
    return this.#sends.length;
  }

  /** Stops writing; resolves when the last message is answered. */
  async stop(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#writers);
  }

  /**
   * What was not read although it was answered with `sent`, or was read twice. Waits for it, but no longer than `patienceMs`.
   */
  async problems(patienceMs: number): Promise<string[]> {
    const isMissing = ({ answer, account, text }: Send): boolean =>
      answer === 'sent' && this.#times(account, text) === 0;
    await waitFor(() => !this.#sends.some(isMissing), patienceMs);
    return this.#sends.flatMap((send) => {
      const { account, text, answer } = send;
      const times = this.#times(account, text);
      if (isMissing(send)) return [`${account.sessionId}: the friend never read “${text}”, which was answered "sent"`];
      if (times > 1) return [`${account.sessionId}: the friend read “${text}” ${times} times`];
      return answer === undefined ? [`${account.sessionId}: “${text}” was not answered`] : [];
    });
  }

  #times({ friend }: Account, text: string): number {
    return friend.messages().messages.filter((message) => message.text === text).length;
  }

  async #write(account: Account, dice: Dice): Promise<void> {
    for (let count = 1; !this.#isOver; count += 1) {
      await pause(dice.below(this.#pauseMs));
      const send: Send = { account, text: `${account.phone.number} re ${count}`, answer: undefined };
      this.#sends.push(send);
      send.answer = await this.#answered(send);
    }
  }

  async #answered({ account, text }: Send): Promise<string | undefined> {
    const { sessionId, friend } = account;
    const body = { number: friend.number, message: text };
    const endMs = performance.now() + REPEATED_MS;
    while (performance.now() < endMs) {
      let failure = 'nothing';
      try {
        const answer = await this.#stage.post(sessionId, '/send-message', {
          body,
          headers: { 'Idempotency-Key': text },
        });
        if (answer.status === 200) {
          this.answeredMs.set(answer.body.messageId as string, performance.now());
          return answer.body.status as string;
        }
        failure = `${answer.status} ${String(answer.body.error)}`;
      } catch {
        // The node was killed, or is about to start.
      }
      this.repeated.set(failure, (this.repeated.get(failure) ?? 0) + 1);
      await pause(PAUSE_MS);
    }
    return undefined;
  }
}
