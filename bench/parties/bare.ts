import type { Account, Contestant, Offer } from './contestant.ts';
import type { BareApi } from './bare-process.ts';
import type { Target } from './bare-client.ts';
import { Remote } from './remote.ts';

const PROCESS = new URL('bare-process.ts', import.meta.url);

/** Bare Baileys in a process of its own: the minimum cost of a message. */
export class Bare implements Contestant {
  readonly accounts: Account[] = [];
  readonly #target: Target;
  readonly #remote: Remote<BareApi>;
  readonly #indexes = new Map<Account, number>();

  constructor(target: Target, args: readonly string[] = []) {
    this.#target = target;
    this.#remote = new Remote<BareApi>(PROCESS, args);
  }

  get pid(): number {
    return this.#remote.pid;
  }

  async offer(account: Account): Promise<Offer> {
    const { index, qr } = await this.#remote.call('offer', this.#target);
    const untilLinked = async (): Promise<void> => {
      await this.#remote.call('untilOpen', index);
      this.#indexes.set(account, index);
      this.accounts.push(account);
    };
    return { account, qr, untilLinked };
  }

  toggleProfile(): void {
    process.kill(this.pid, 'SIGUSR2');
  }

  untilArrived(count: number): Promise<void> {
    return this.#remote.call('untilArrived', count);
  }

  arrivals(): Promise<Map<string, number>> {
    return this.#remote.call('arrivals', undefined);
  }

  send(account: Account, text: string, count: number): Promise<number[]> {
    const index = this.#indexes.get(account) ?? -1;
    return this.#remote.call('send', { index, to: account.friend, count, text });
  }

  /** Writes the state of the first `count` clients, by default of all, to a file. */
  save(file: string, count = this.accounts.length): Promise<void> {
    return this.#remote.call('save', { file, count });
  }

  /**
   * Logs in the first `count` clients of a file. Resolves once all of them are logged in, with the time at which it started,
   * after reading their keys.
   */
  resume(file: string, count: number): Promise<number> {
    return this.#remote.call('resume', { file, count, target: this.#target });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#remote[Symbol.asyncDispose]();
  }
}
