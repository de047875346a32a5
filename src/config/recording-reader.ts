import type { SettingInForce, SettingsInForce } from '../domain/setting-in-force.ts';
import type { Secret } from '../kit/secret.ts';
import { EnvironmentReader } from './environment.ts';

/** What holds a secret, or may: keys, and URLs with a password. */
const SECRET_NAMES = /KEY|SECRET|PASSWORD|TOKEN|PEPPER|URL$/;
const CREDENTIALS = /\/\/[^/]*@/;

/** The settings that were read. */
class ReadSettings implements SettingsInForce {
  readonly #settings = new Map<string, SettingInForce>();

  list(): SettingInForce[] {
    return [...this.#settings.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  get(name: string): SettingInForce | undefined {
    return this.#settings.get(name);
  }

  set(setting: SettingInForce): void {
    this.#settings.set(setting.name, setting);
  }
}

/** Reads an environment, and remembers what is in force. Of secrets it remembers only whether they are set. */
export class RecordingReader extends EnvironmentReader {
  readonly #settings = new ReadSettings();

  /** Every setting that was read, also later. */
  get inForce(): SettingsInForce {
    return this.#settings;
  }

  override text(name: string): string | undefined {
    const value = super.text(name);
    const known = this.#settings.get(name);
    // What was once read as a secret stays one.
    const isSecret = known?.isSecret === true || SECRET_NAMES.test(name) || CREDENTIALS.test(value ?? '');
    this.#settings.set({
      ...{ name, isSecret, isSet: value !== undefined },
      value: isSecret ? null : (value ?? known?.value ?? null),
    });
    return value;
  }

  override secret(name: string): Secret | null {
    this.#hide(name);
    return super.secret(name);
  }

  override secretFile(name: string): Secret | null {
    this.#hide(name);
    return super.secretFile(name);
  }

  override list(name: string, fallback: string[] = []): string[] {
    return this.#resolved(name, super.list(name, fallback), (items) => items.join(','));
  }

  override flag(name: string, fallback: boolean): boolean {
    return this.#resolved(name, super.flag(name, fallback), String);
  }

  override integer(name: string, fallback: number, bounds: { min: number; max: number }): number {
    return this.#resolved(name, super.integer(name, fallback, bounds), String);
  }

  override seconds(name: string, fallback: number, min = 0): number {
    return this.#resolved(name, super.seconds(name, fallback, min), (seconds) => `${seconds}s`);
  }

  override bytes(name: string, fallback: number, min: number): number {
    return this.#resolved(name, super.bytes(name, fallback, min), String);
  }

  override oneOf<Word extends string>(name: string, words: readonly Word[], fallback: Word): Word {
    return this.#resolved(name, super.oneOf(name, words, fallback), String);
  }

  /** Without its query, which may hold a token. */
  override url(name: string, schemes: readonly string[]): string | undefined {
    const value = super.url(name, schemes);
    const { origin, pathname } = value === undefined ? { origin: '', pathname: '' } : new URL(value);
    const shown = value === undefined ? null : `${origin}${pathname}`;
    this.#settings.set({ name, value: shown, isSet: value !== undefined, isSecret: false });
    return value;
  }

  #hide(name: string): void {
    this.#settings.set({ name, value: null, isSet: false, isSecret: true });
  }

  /** Notes the value of a setting, also the usual one of a setting that nobody has set. */
  #resolved<Value>(name: string, value: Value, textOf: (value: Value) => string): Value {
    const setting = this.#settings.get(name);
    if (setting && !setting.isSecret) setting.value = textOf(value);
    return value;
  }
}
