import { setTimeout as pause } from 'node:timers/promises';
import type { Dice } from './dice.ts';
import { type Account, type Stage, waitFor } from './stage.ts';

/** Continuous messages from all accounts, with pauses of up to `pauseMs`, whenever there is a process to send them. */
export class Replies {
  readonly #stage: Stage;
  readonly #pauseMs: number;
  readonly #writers: Promise<void>[];
  /** What was answered with success, and so reached WhatsApp. */
  readonly #sent: { account: Account; text: string }[] = [];
  #isOver = false;

  constructor(stage: Stage, dice: Dice, pauseMs: number) {
    this.#stage = stage;
    this.#pauseMs = pauseMs;
    this.#writers = stage.accounts.map((account) => this.#write(account, dice.fork()));
  }

  /** The number of messages that were answered with success. */
  get count(): number {
    return this.#sent.length;
  }

  /** Waits until `more` messages are answered with success, but no longer than `patienceMs`. */
  async untilAnswered(more: number, patienceMs: number): Promise<void> {
    const enough = this.count + more;
    await waitFor(() => this.count >= enough, patienceMs);
  }

  /** Stops writing; resolves when the last message is answered. */
  async stop(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#writers);
  }

  /** Waits until the friends have read everything, but no longer than `patienceMs`; returns what is missing, in words. */
  async problems(patienceMs: number): Promise<string[]> {
    await waitFor(() => this.#unread().length === 0, patienceMs);
    return this.#unread().map(({ text, account }) => `${account.sessionId}: the friend never read “${text}”`);
  }

  async #write(account: Account, dice: Dice): Promise<void> {
    for (let count = 1; !this.#isOver; count += 1) {
      await pause(dice.below(this.#pauseMs));
      const text = `re ${count}`;
      const number = dice.pick([account.friend.number, account.group.jid]);
      if (await this.#send(account, number, text)) this.#sent.push({ account, text });
    }
  }

  /** Whether it was answered with success: the process may not be connected yet, or be killed meanwhile. */
  async #send({ sessionId }: Account, number: string, message: string): Promise<boolean> {
    try {
      const path = `/sessions/${sessionId}/send-message`;
      const { process } = this.#stage;
      await process.untilReady();
      const { status, body } = await process.post(path, { number, message });
      return status === 200 && body.status === 'sent';
    } catch {
      return false;
    }
  }

  #unread(): { account: Account; text: string }[] {
    const inboxes = new Map(this.#stage.accounts.map(({ friend }) => [friend, textsOf(friend)]));
    return this.#sent.filter(({ account, text }) => inboxes.get(account.friend)?.has(text) !== true);
  }
}

function textsOf(friend: Account['friend']): Set<string | undefined> {
  return new Set(friend.messages().messages.map(({ text }) => text));
}
