import type { FaultEntry, FaultOptions } from './fault-options.ts';
import { FAULTS, type FaultName } from './fault-table.ts';

/** A standing fault in force. */
export interface ActiveFault {
  readonly name: FaultName;
  readonly options: FaultOptions;
}

/** What a fault may be limited to: an account by its number, and queries by their namespace. */
interface Target {
  readonly number?: string | undefined;
  readonly xmlns?: string | undefined;
}

/** The standing faults in force. */
export class Faults {
  #active: { name: FaultName; options: FaultOptions; left: number }[] = [];
  #cleared = Promise.withResolvers<undefined>();

  /** Resolves when the faults are cleared next. */
  get cleared(): Promise<undefined> {
    return this.#cleared.promise;
  }

  /** Starts a fault; it takes precedence over earlier ones of the same name. */
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

  /** The faults in force, newest first. */
  list(): ActiveFault[] {
    return this.#active.map(({ name, options }) => ({ name, options }));
  }

  /** Returns the fault's options if it happens now to this account or query, and counts that as one of its `times`. */
  take(name: FaultName, target?: string | Target): FaultOptions | undefined {
    return this.#use(name, { target, amount: 1 })?.options;
  }

  /**
   * Counts `amount` messages or bytes towards a fault that happens after so many of them. Returns how many of these
   * come before the fault, or undefined when it does not happen yet.
   */
  reach(name: FaultName, amount: number, number: string | undefined): number | undefined {
    const fault = this.#use(name, { target: { number }, amount });
    return fault && fault.left <= 0 ? amount + fault.left : undefined;
  }

  #use(name: FaultName, use: { target: string | Target | undefined; amount: number }) {
    const { number, xmlns }: Target = typeof use.target === 'object' ? use.target : { number: use.target };
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
