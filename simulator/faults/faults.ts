import { type FaultEntry, type FaultOptions } from './fault-options.ts';
import { FAULTS, type FaultName } from './fault-table.ts';

/** A fault that is in force. */
export interface ActiveFault {
  readonly name: FaultName;
  readonly options: FaultOptions;
}

/** What a fault may concern: an account by its number, and a query by its namespace. */
interface Concern {
  readonly number?: string | undefined;
  readonly xmlns?: string | undefined;
}

/** The standing faults that are in force. */
export class Faults {
  #active: { name: FaultName; options: FaultOptions; left: number }[] = [];
  #cleared = Promise.withResolvers<undefined>();

  /** Resolves when all faults are ended. */
  get cleared(): Promise<undefined> {
    return this.#cleared.promise;
  }

  /** Puts a fault in force, in front of earlier ones of the same name. */
  add(name: FaultName, options: FaultOptions): void {
    const { lasts = 'times' }: FaultEntry = FAULTS[name];
    this.#active.unshift({ name, options, left: options[lasts] ?? Infinity });
  }

  /** Ends all faults. */
  clear(): void {
    this.#active = [];
    this.#cleared.resolve(undefined);
    this.#cleared = Promise.withResolvers();
  }

  /** What is in force, newest first. */
  list(): ActiveFault[] {
    return this.#active.map(({ name, options }) => ({ name, options }));
  }

  /** Asks whether the fault happens now, to this account or query; that counts as one time. Answers its options if so. */
  take(name: FaultName, concern?: string | Concern): FaultOptions | undefined {
    return this.#use(name, { concern, amount: 1 })?.options;
  }

  /** Asks whether a fault that waits for so many messages or bytes comes with this `amount`; how much of it is before it. */
  reach(name: FaultName, amount: number, number: string | undefined): number | undefined {
    const fault = this.#use(name, { concern: { number }, amount });
    return fault && fault.left <= 0 ? amount + fault.left : undefined;
  }

  #use(name: FaultName, use: { concern: string | Concern | undefined; amount: number }) {
    const { number, xmlns }: Concern = typeof use.concern === 'object' ? use.concern : { number: use.concern };
    const fault = this.#active.find(
      ({ name: active, options }) =>
        active === name && (options.number ?? number) === number && (options.xmlns ?? xmlns) === xmlns,
    );
    if (!fault) return undefined;
    fault.left -= use.amount;
    if (fault.left <= 0) this.#active = this.#active.filter((other) => other !== fault);
    return fault;
  }
}
