import { type Account, type Contestant, type Offer } from './contestant.ts';
import type { BareApi } from './bare-process.ts';
import { type Target } from './bare-client.ts';
import { Remote } from './remote.ts';

const PROCESS = new URL('bare-process.ts', import.meta.url);

/** Bare Baileys: what a message costs at least, in a process of its own. */
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
    const { index, qr } = await this.#remote.ask('offer', this.#target);
    const untilLinked = async (): Promise<void> => {
      await this.#remote.ask('untilOpen', index);
      this.#indexes.set(account, index);
      this.accounts.push(account);
    };
    return { account, qr, untilLinked };
  }

  toggleProfile(): void {
    process.kill(this.pid, 'SIGUSR2');
  }

  untilArrived(count: number): Promise<void> {
    return this.#remote.ask('untilArrived', count);
  }

  arrivals(): Promise<Map<string, number>> {
    return this.#remote.ask('arrivals', undefined);
  }

  send(account: Account, text: string, count: number): Promise<number[]> {
    const index = this.#indexes.get(account) ?? -1;
    return this.#remote.ask('send', { index, to: account.friend, count, text });
  }

  /** Writes to a file what its clients, or the first `count` of them, need to come back. */
  save(file: string, count = this.accounts.length): Promise<void> {
    return this.#remote.ask('save', { file, count });
  }

  /** Logs in the first `count` clients of a file; resolves when all are there, with when it began to, its keys read. */
  resume(file: string, count: number): Promise<number> {
    return this.#remote.ask('resume', { file, count, target: this.#target });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#remote[Symbol.asyncDispose]();
  }
}
