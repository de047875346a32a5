import { randomBytes } from 'node:crypto';

/** The passes (`auth`) with which clients upload: each account has one, valid as long as the server runs. */
export class UploadPasses {
  readonly #byNumber = new Map<string, string>();
  readonly #numbers = new Map<string, string>();

  /** Returns the pass of an account; creates it if necessary. */
  passOf(number: string): string {
    const known = this.#byNumber.get(number);
    if (known !== undefined) return known;
    const pass = randomBytes(24).toString('base64url');
    this.#byNumber.set(number, pass);
    this.#numbers.set(pass, number);
    return pass;
  }

  /** The number of the account with this pass. */
  numberOf(pass: string | null): string | undefined {
    return this.#numbers.get(pass ?? '');
  }
}
