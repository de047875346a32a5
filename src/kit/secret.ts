import { hash, timingSafeEqual } from 'node:crypto';
import { inspect } from 'node:util';

const HIDDEN = '[secret]';

/** A value that is never printed: logs, JSON and the console show `[secret]`. */
export class Secret {
  readonly #value: string;
  #digest: Buffer | undefined;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself, for where it is used. */
  reveal(): string {
    return this.#value;
  }

  /** Whether `candidate` is this secret. How long it takes does not reveal where they differ. */
  equals(candidate: string): boolean {
    this.#digest ??= digest(this.#value);
    return timingSafeEqual(this.#digest, digest(candidate));
  }

  toString(): string {
    return HIDDEN;
  }

  toJSON(): string {
    return HIDDEN;
  }

  [inspect.custom](): string {
    return HIDDEN;
  }
}

function digest(value: string): Buffer {
  return hash('sha256', value, 'buffer');
}
