import { numberVariants, type PhoneNumber, type Recipient } from '../../domain/address.ts';
import { AppError } from '../../domain/errors.ts';
import type { Account } from '../../domain/person.ts';
import { BoundedCache } from '../../kit/bounded-cache.ts';
import type { Clock } from '../../kit/clock.ts';
import { type NumberSocket, queryNumbers } from './number-query.ts';

const FOUND = { max: 10_000, ttlMs: 30 * 24 * 3600_000 };
/** Anybody may join WhatsApp at any time. */
const NOBODY_TTL_MS = 3600_000;

/** The account of each number, `null` where there is none. */
type Accounts = Map<PhoneNumber, Account | null>;

/**
 * Finds the accounts behind phone numbers. WhatsApp knows the numbers of some countries in another form than people write, so one
 * query asks for all forms, and WhatsApp's own answer counts. Answers are cached, and a number that is being asked for is not asked
 * for a second time: accounts that ask often get banned.
 */
export class RecipientLookup {
  readonly #known: BoundedCache<{ account: Account | null }>;
  readonly #asking = new Map<PhoneNumber, Promise<unknown>>();

  constructor(clock: Clock) {
    this.#known = new BoundedCache(clock, FOUND);
  }

  /**
   * The JID to send to.
   * @throws AppError `number_not_on_whatsapp`; `whatsapp_timeout` when WhatsApp does not answer
   */
  async find(socket: NumberSocket, to: Recipient): Promise<string> {
    if (to.kind === 'jid') return to.jid;
    const [account] = await this.accounts(socket, [to.number]);
    if (!account) throw new AppError('number_not_on_whatsapp');
    return account.jid;
  }

  /**
   * The account of each number, `null` where there is none. `mayAsk` is called before WhatsApp is asked, and prevents it by
   * throwing.
   * @throws AppError `whatsapp_timeout`, and what `mayAsk` throws
   */
  async accounts(
    socket: NumberSocket,
    numbers: readonly PhoneNumber[],
    mayAsk: () => void = () => undefined,
  ): Promise<(Account | null)[]> {
    await this.#whileAsked(numbers);
    const accounts: Accounts = new Map();
    const unknown = new Set<PhoneNumber>();
    for (const number of numbers) {
      const known = this.#known.get(number);
      if (known) accounts.set(number, known.account);
      else unknown.add(number);
    }
    if (unknown.size > 0) {
      mayAsk();
      for (const [number, account] of await this.#ask(socket, [...unknown])) accounts.set(number, account);
    }
    return numbers.map((number) => accounts.get(number) ?? null);
  }

  /** Those of these numbers, each once, that WhatsApp would have to be asked for. */
  async unknown(numbers: readonly PhoneNumber[]): Promise<PhoneNumber[]> {
    await this.#whileAsked(numbers);
    return [...new Set(numbers)].filter((number) => !this.#known.get(number));
  }

  /** WhatsApp says otherwise about this number than before: it is asked anew. */
  forget(number: PhoneNumber): void {
    this.#known.delete(number);
    for (const form of numberVariants(number)) this.#known.delete(form);
  }

  /** Waits for the queries of others. One that fails with its connection leaves its numbers unknown, to be asked for here. */
  async #whileAsked(numbers: readonly PhoneNumber[]): Promise<void> {
    for (;;) {
      const running = numbers.flatMap((number) => this.#asking.get(number) ?? []);
      if (running.length === 0) return;
      await Promise.allSettled(running);
    }
  }

  async #ask(socket: NumberSocket, numbers: readonly PhoneNumber[]): Promise<Accounts> {
    const asking = queryNumbers(socket, numbers);
    for (const number of numbers) this.#asking.set(number, asking);
    try {
      const accounts = await asking;
      for (const [number, account] of accounts)
        this.#known.set(number, { account }, account ? FOUND.ttlMs : NOBODY_TTL_MS);
      return accounts;
    } finally {
      for (const number of numbers) this.#asking.delete(number);
    }
  }
}
