import { FAULTS, type FaultEntry, type FaultName, type FaultOptions } from './fault-table.ts';

/** A fault that is in force. */
export interface ActiveFault {
  readonly name: FaultName;
  readonly options: FaultOptions;
}

/** A fault was asked for in a way that the table does not allow. */
export class FaultError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'FaultError';
  }
}

/** The standing faults that are in force. */
export class Faults {
  #active: { name: FaultName; options: FaultOptions; left: number }[] = [];

  /** Puts a fault in force, in front of earlier ones of the same name. */
  add(name: FaultName, options: FaultOptions): void {
    this.#active.unshift({ name, options, left: options.times ?? Infinity });
  }

  /** Ends all faults. */
  clear(): void {
    this.#active = [];
  }

  /** What is in force, newest first. */
  list(): ActiveFault[] {
    return this.#active.map(({ name, options }) => ({ name, options }));
  }

  /** Asks whether the fault happens now, to this account; that counts as one time. Answers its options if so. */
  take(name: FaultName, number?: string): FaultOptions | undefined {
    const fault = this.#active.find(
      ({ name: active, options }) => active === name && (options.number === undefined || options.number === number),
    );
    if (!fault) return undefined;
    fault.left -= 1;
    if (fault.left <= 0) this.#active = this.#active.filter((other) => other !== fault);
    return fault.options;
  }
}

/** Throws a FaultError unless the table allows these options for the fault, and has all that it requires. */
export function checkFaultOptions(name: FaultName, options: Record<string, unknown>): FaultOptions {
  const entry: FaultEntry = FAULTS[name];
  for (const [option, value] of Object.entries(options)) {
    if (!(entry.options as readonly string[]).includes(option)) throw new FaultError(`${name} takes no "${option}".`);
    const isRight = option === 'number' ? typeof value === 'string' : isPositiveInteger(value);
    if (!isRight)
      throw new FaultError(
        `"${option}" of ${name} must be a ${option === 'number' ? 'string' : 'whole number above 0'}.`,
      );
  }
  const missing = entry.required?.find((option) => options[option] === undefined);
  if (missing) throw new FaultError(`${name} needs "${missing}".`);
  return options;
}

function isPositiveInteger(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) > 0;
}
