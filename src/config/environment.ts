import { readFileSync } from 'node:fs';
import { describeFailure } from '../kit/failure.ts';
import { OperatorError } from '../kit/operator-error.ts';
import { Secret } from '../kit/secret.ts';

/** Names and values, like `process.env`. Empty values count as unset. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Invalid settings. The message names each variable and what it must be. */
export class ConfigError extends OperatorError {
  override readonly name = 'ConfigError';
  /** A sentence for each mistake. */
  readonly problems: readonly string[];

  constructor(problems: string | readonly string[], options?: ErrorOptions) {
    const all = typeof problems === 'string' ? [problems] : problems;
    super(all.length === 1 ? all[0] : listOf(all), options);
    this.problems = all;
  }
}

function listOf(problems: readonly string[]): string {
  const lines = problems.map((problem) => `- ${problem}\n`).join('');
  return `${problems.length} settings are wrong:\n${lines}"npm run setup" writes a .env with what is missing; docs/settings.md has all settings.`;
}

const UNITS: Record<string, number> = { '': 1, s: 1, m: 60, h: 3_600, d: 86_400 };
const BYTE_UNITS: Record<string, number> = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3, T: 1024 ** 4 };

/**
 * Reads typed values from an environment. An invalid value is replaced by a valid one and noted, so that {@link check} can tell of all
 * at once: each sentence names the variable and the expected value.
 */
export class EnvironmentReader {
  readonly #environment: Environment;
  readonly #problems = new Map<string, ConfigError>();

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** Notes what is wrong with a variable; of each, the first mistake counts. */
  refuse(name: string, sentence: string, cause?: unknown): void {
    if (!this.isRefused(name)) this.#problems.set(name, new ConfigError(sentence, { cause }));
  }

  /** Whether one of these variables is wrong: what it lacks then is no mistake of its own. */
  isRefused(...names: string[]): boolean {
    return names.some((name) => this.#problems.has(name));
  }

  /** @throws ConfigError with every mistake that was found until now */
  check(): void {
    const errors = [...this.#problems.values()];
    const [first, ...others] = errors;
    if (!first) return;
    throw others.length === 0 ? first : new ConfigError(errors.flatMap(({ problems }) => problems));
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
      this.refuse(name, `${name} is the path of a file that cannot be read (${code}).`, cause);
      return null;
    }
  }

  /** The path of a file that can be read now, and may be read again later. */
  readableFile(name: string): string | undefined {
    return this.secretFile(name) ? this.text(name) : undefined;
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
    if (value === 'true' || value === 'false') return value === 'true';
    this.#unexpected(name, 'true or false', value);
    return fallback;
  }

  /** A whole number within these bounds. */
  integer(name: string, fallback: number, { min, max }: { min: number; max: number }): number {
    const value = this.text(name);
    if (value === undefined) return fallback;
    const number = Number(value);
    if (/^\d+$/.test(value) && number >= min && number <= max) return number;
    this.#unexpected(name, `a whole number from ${min} to ${max}`, value);
    return fallback;
  }

  /** A duration in seconds, at least `min`: a whole number, optionally with the unit `s`, `m`, `h` or `d`. */
  seconds(name: string, fallback: number, min = 0): number {
    const value = this.text(name);
    if (value === undefined) return fallback;
    const [, digits, unit] = /^(\d{1,9})([smhd]?)$/.exec(value) ?? [];
    const factor = unit === undefined ? undefined : UNITS[unit];
    const seconds = Number(digits) * (factor ?? Number.NaN);
    if (seconds >= min) return seconds;
    const bound = min === 0 ? '' : `, and at least ${min} s`;
    this.#unexpected(name, `a duration in seconds, or one like 90m, 72h or 3d${bound}`, value);
    return fallback;
  }

  /** A number of bytes, 0 or at least `min`: a whole number, optionally with the unit `K`, `M`, `G` or `T` (powers of 1,024). */
  bytes(name: string, fallback: number, min: number): number {
    const value = this.text(name);
    if (value === undefined) return fallback;
    const [, digits, unit = ''] = /^(\d{1,15})([KMGT]?)$/.exec(value) ?? [];
    const bytes = Number(digits) * (BYTE_UNITS[unit] ?? Number.NaN);
    if (bytes === 0 || (bytes >= min && bytes <= Number.MAX_SAFE_INTEGER)) return bytes;
    this.#unexpected(name, `a number of bytes, or one like 500M or 20G, and 0 or at least ${min}`, value);
    return fallback;
  }

  /** One of the given words. */
  oneOf<Word extends string>(name: string, words: readonly Word[], fallback: Word): Word {
    const value = this.text(name);
    if (value === undefined) return fallback;
    const word = words.find((candidate) => candidate === value);
    if (word === undefined) this.#unexpected(name, `one of ${words.join(', ')}`, value);
    return word ?? fallback;
  }

  /** A text that matches a pattern. */
  matching(name: string, form: RegExp, what: string): string | undefined {
    const value = this.text(name);
    if (value === undefined || form.test(value)) return value;
    this.#unexpected(name, what, value);
    return undefined;
  }

  /** An absolute URL with one of the given schemes (`https:`), and without credentials. */
  url(name: string, schemes: readonly string[]): string | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const url = URL.canParse(value) ? new URL(value) : undefined;
    if (url && schemes.includes(url.protocol) && url.username === '' && url.password === '') return value;
    this.#unexpected(name, `a URL that starts with ${schemes.map((scheme) => `${scheme}//`).join(' or ')}`, value);
    return undefined;
  }

  /** Does not repeat values that may contain a secret: keys, passwords in URLs, and long values. */
  #unexpected(name: string, expected: string, value: string): void {
    const mayBeSecret = /KEY|SECRET/.test(name) || value.includes('@') || value.length > 80;
    const shown = mayBeSecret ? 'something else' : `"${value}"`;
    this.refuse(name, `${name} must be ${expected}, but is ${shown}.`);
  }
}
