import { readFileSync } from 'node:fs';
import { describeFailure } from '../kit/failure.ts';
import { OperatorError } from '../kit/operator-error.ts';
import { Secret } from '../kit/secret.ts';

/** Names and values, like `process.env`. Empty values count as unset. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** An invalid setting. The message names the variable and what it must be. */
export class ConfigError extends OperatorError {
  override readonly name = 'ConfigError';
}

const UNITS: Record<string, number> = { '': 1, s: 1, m: 60, h: 3_600, d: 86_400 };

/** Reads typed values from an environment. Every error names the variable and the expected value. */
export class EnvironmentReader {
  readonly #environment: Environment;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** The trimmed text; `undefined` if unset. */
  text(name: string): string | undefined {
    const value = this.#environment[name]?.trim();
    return value === '' ? undefined : value;
  }

  /** A text that must not be printed; `null` if unset. */
  secret(name: string): Secret | null {
    const value = this.text(name);
    return value === undefined ? null : new Secret(value);
  }

  /** The trimmed content of the named file; `null` if unset. */
  secretFile(name: string): Secret | null {
    const path = this.text(name);
    if (path === undefined) return null;
    try {
      return new Secret(readFileSync(path, 'utf8').trim());
    } catch (cause) {
      const { code = 'an unknown failure' } = describeFailure(cause);
      throw new ConfigError(`${name} is the path of a file that cannot be read (${code}).`, { cause });
    }
  }

  /** The path of a file that can be read now, and may be read again later. */
  readableFile(name: string): string | undefined {
    this.secretFile(name);
    return this.text(name);
  }

  /** The comma-separated items, trimmed, without empty ones. */
  list(name: string, fallback: string[] = []): string[] {
    const value = this.text(name);
    if (value === undefined) return fallback;
    return value.split(',').flatMap((part) => (part.trim() === '' ? [] : [part.trim()]));
  }

  /** `true` or `false`. */
  flag(name: string, fallback: boolean): boolean {
    const value = this.text(name);
    if (value === undefined) return fallback;
    if (value !== 'true' && value !== 'false') throw refused(name, 'true or false', value);
    return value === 'true';
  }

  /** A whole number within these bounds. */
  integer(name: string, fallback: number, { min, max }: { min: number; max: number }): number {
    const value = this.text(name);
    if (value === undefined) return fallback;
    const number = Number(value);
    if (!/^\d+$/.test(value) || number < min || number > max) {
      throw refused(name, `a whole number from ${min} to ${max}`, value);
    }
    return number;
  }

  /** A duration in seconds, at least `min`: a whole number, optionally with the unit `s`, `m`, `h` or `d`. */
  seconds(name: string, fallback: number, min = 0): number {
    const value = this.text(name);
    if (value === undefined) return fallback;
    const [, digits, unit] = /^(\d{1,9})([smhd]?)$/.exec(value) ?? [];
    const factor = unit === undefined ? undefined : UNITS[unit];
    const seconds = Number(digits) * (factor ?? Number.NaN);
    if (!(seconds >= min)) {
      const bound = min === 0 ? '' : `, and at least ${min} s`;
      throw refused(name, `a duration in seconds, or one like 90m, 72h or 3d${bound}`, value);
    }
    return seconds;
  }

  /** One of the given words. */
  oneOf<Word extends string>(name: string, words: readonly Word[], fallback: Word): Word {
    const value = this.text(name);
    if (value === undefined) return fallback;
    const word = words.find((candidate) => candidate === value);
    if (word === undefined) throw refused(name, `one of ${words.join(', ')}`, value);
    return word;
  }

  /** A text that matches a pattern. */
  matching(name: string, form: RegExp, what: string): string | undefined {
    const value = this.text(name);
    if (value !== undefined && !form.test(value)) throw refused(name, what, value);
    return value;
  }

  /** An absolute URL with one of the given schemes (`https:`), and without credentials. */
  url(name: string, schemes: readonly string[]): string | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const url = URL.canParse(value) ? new URL(value) : undefined;
    if (!url || !schemes.includes(url.protocol) || url.username !== '' || url.password !== '') {
      throw refused(name, `a URL that starts with ${schemes.map((scheme) => `${scheme}//`).join(' or ')}`, value);
    }
    return value;
  }
}

/** Does not repeat values that may contain a secret: keys, passwords in URLs, and long values. */
function refused(name: string, expected: string, value: string): ConfigError {
  const mayBeSecret = /KEY|SECRET/.test(name) || value.includes('@') || value.length > 80;
  const shown = mayBeSecret ? 'something else' : `"${value}"`;
  return new ConfigError(`${name} must be ${expected}, but is ${shown}.`);
}
