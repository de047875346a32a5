import { type PhoneNumber, type Recipient } from '../../domain/address.ts';
import { AppError } from '../../domain/errors.ts';
import { type Account } from '../../domain/person.ts';
import { type Clock } from '../../kit/clock.ts';
import { type NumberSocket, queryNumbers } from './number-query.ts';

const MAX_KNOWN = 10_000;
const FOUND_TTL_MS = 30 * 24 * 3600_000;
/** Somebody may get WhatsApp any time. */
const NOBODY_TTL_MS = 3600_000;

/** The account of a number, or that it has none. */
interface Entry {
  account: Account | null;
  untilMs: number;
}

/**
 * Finds the accounts behind numbers. WhatsApp knows some countries' numbers in another form than people write them, so
 * all forms are asked for in one query and WhatsApp's own answer is used. Answers are remembered, a bounded number of
 * them, and nobody asks for what is being asked already: asking often is a reason for bans.
 */
export class RecipientLookup {
  readonly #clock: Clock;
  readonly #known = new Map<PhoneNumber, Entry>();
  readonly #asking = new Map<PhoneNumber, Promise<unknown>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * The JID to send to.
   * @throws AppError `number_not_on_whatsapp`; `whatsapp_timeout` when the question got no answer
   */
  async find(socket: NumberSocket, to: Recipient): Promise<string> {
    if (to.kind === 'jid') return to.jid;
    const [account] = await this.accounts(socket, [to.number]);
    if (!account) throw new AppError('number_not_on_whatsapp');
    return account.jid;
  }

  /**
   * The account of each number, `null` where there is none. `mayAsk` is called before WhatsApp is asked, and prevents it
   * by throwing.
   * @throws AppError `whatsapp_timeout`, and what `mayAsk` throws
   */
  async accounts(
    socket: NumberSocket,
    numbers: readonly PhoneNumber[],
    mayAsk: () => void = () => undefined,
  ): Promise<(Account | null)[]> {
    await this.#whileAsked(numbers);
    const unknown = [...new Set(numbers)].filter((number) => !this.#recall(number));
    if (unknown.length > 0) {
      mayAsk();
      await this.#ask(socket, unknown);
    }
    return numbers.map((number) => this.#known.get(number)?.account ?? null);
  }

  /** Somebody else's question may fail with his line: then it is asked again. */
  async #whileAsked(numbers: readonly PhoneNumber[]): Promise<void> {
    for (;;) {
      const running = numbers.flatMap((number) => this.#asking.get(number) ?? []);
      if (running.length === 0) return;
      await Promise.allSettled(running);
    }
  }

  async #ask(socket: NumberSocket, numbers: readonly PhoneNumber[]): Promise<void> {
    const asking = queryNumbers(socket, numbers);
    for (const number of numbers) this.#asking.set(number, asking);
    try {
      for (const [number, account] of await asking) this.#remember(number, account);
    } finally {
      for (const number of numbers) this.#asking.delete(number);
    }
  }

  #recall(number: PhoneNumber): Entry | undefined {
    const entry = this.#known.get(number);
    return entry && entry.untilMs > this.#clock.now() ? entry : undefined;
  }

  #remember(number: PhoneNumber, account: Account | null): void {
    const ttlMs = account ? FOUND_TTL_MS : NOBODY_TTL_MS;
    this.#known.delete(number);
    this.#known.set(number, { account, untilMs: this.#clock.now() + ttlMs });
    const [oldest] = this.#known.keys();
    if (this.#known.size > MAX_KNOWN && oldest !== undefined) this.#known.delete(oldest);
  }
}
