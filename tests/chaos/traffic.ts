import { setTimeout as pause } from 'node:timers/promises';
import type { Dice } from './dice.ts';
import type { Account, Stage } from './stage.ts';

/** Where messages are written. */
type Writable = Pick<Stage, 'accounts' | 'write'>;

/** Continuous messages to all accounts, with pauses of up to `pauseMs`, until it is stopped. */
export class Traffic {
  readonly #stage: Writable;
  readonly #pauseMs: number;
  readonly #writers: Promise<void>[];
  #isOver = false;

  constructor(stage: Writable, dice: Dice, pauseMs: number) {
    this.#stage = stage;
    this.#pauseMs = pauseMs;
    this.#writers = stage.accounts.map((account) => this.#write(account, dice.fork()));
  }

  /** Stops writing; resolves when the last message is sent. */
  async stop(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#writers);
  }

  /** Sends messages one at a time, so that the order is defined: half to the account itself, half to its group. */
  async #write(account: Account, dice: Dice): Promise<void> {
    while (!this.#isOver) {
      await pause(dice.below(this.#pauseMs));
      const author = dice.pick([account.friend, account.neighbour]);
      await this.#stage.write(account, author, { chat: dice.pick([account.phone, account.group]) });
    }
  }
}
