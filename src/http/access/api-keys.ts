import { createHmac, timingSafeEqual } from 'node:crypto';
import type { ApiKey, KeySpec } from '../../domain/access.ts';
import { AppError } from '../../domain/errors.ts';
import type { Clock } from '../../kit/clock.ts';
import type { Logger } from '../../kit/logger.ts';
import type { Random } from '../../kit/random.ts';
import { Secret } from '../../kit/secret.ts';
import { SerialQueue } from '../../kit/serial-queue.ts';
import type { ApiKeyStore, SettingsStore } from '../../ports/storage.ts';
import type { Caller } from './caller.ts';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const ID_LENGTH = 12;
/** More than 256 bits: guessing is hopeless. */
const SECRET_LENGTH = 44;
const FORM = /^wak_([A-Za-z0-9]{12})_[A-Za-z0-9]{44}$/;
const PEPPER_SETTING = 'key_pepper';

/** The dependencies of {@link ApiKeys}. */
export interface ApiKeysDeps {
  store: ApiKeyStore;
  settings: SettingsStore;
  /** `KEY_PEPPER`; without it, one is generated and kept in the storage. */
  pepper: Secret | null;
  clock: Clock;
  random: Random;
  log: Logger;
}

/** A key at the only moment when its text is known. */
export interface NewKey {
  key: ApiKey;
  /** `wak_<keyId>_<secret>`, to be shown once. */
  text: Secret;
}

/** The API keys of callers: `wak_<keyId>_<secret>`. Only an HMAC of each is stored. */
export class ApiKeys {
  readonly #deps: ApiKeysDeps;
  readonly #pepper: Secret;
  readonly #keys: Map<string, ApiKey>;
  /** One change at a time: what is read anew must not undo a revocation. */
  readonly #changes = new SerialQueue();

  constructor(deps: ApiKeysDeps, { pepper, keys }: { pepper: Secret; keys: readonly ApiKey[] }) {
    this.#deps = deps;
    this.#pepper = pepper;
    this.#keys = new Map(keys.map((key) => [key.keyId, key]));
  }

  /** Loads the stored keys. @throws StorageUnavailableError */
  static async load(deps: ApiKeysDeps): Promise<ApiKeys> {
    const pepper = deps.pepper ?? (await storedPepper(deps));
    return new ApiKeys(deps, { pepper, keys: await deps.store.all() });
  }

  /** Reads the keys anew, since another node has changed them. Returns the ids of those that are gone. @throws StorageUnavailableError */
  reload(): Promise<string[]> {
    return this.#changes.run(() => this.#reload());
  }

  /** Creates and stores a key. @throws StorageUnavailableError */
  async create(spec: KeySpec): Promise<NewKey> {
    const { random, clock, store, log } = this.#deps;
    const keyId = random.text(ID_LENGTH, ALPHABET);
    const text = `wak_${keyId}_${random.text(SECRET_LENGTH, ALPHABET)}`;
    const key = { ...spec, keyId, hash: this.#hash(text).toString('hex'), createdAtMs: clock.now() };
    await this.#changes.run(() => store.add(key).then(() => this.#keys.set(keyId, key)));
    log.info({ keyId, scopes: key.scopes, sessions: key.sessions }, 'an API key was created');
    return { key, text: new Secret(text) };
  }

  /** All keys, the oldest first. */
  list(): ApiKey[] {
    return [...this.#keys.values()];
  }

  /** Revokes a key. @throws AppError `key_not_found`; StorageUnavailableError */
  async revoke(keyId: string): Promise<void> {
    if (!this.#keys.has(keyId)) throw new AppError('key_not_found');
    await this.#changes.run(() => this.#deps.store.remove(keyId).then(() => this.#keys.delete(keyId)));
    this.#deps.log.info({ keyId }, 'an API key was revoked');
  }

  /** The holder of this key; `undefined` when it is unknown or revoked. */
  callerOf(text: string): Caller | undefined {
    const key = this.#keys.get(FORM.exec(text)?.[1] ?? '');
    if (!key || !timingSafeEqual(Buffer.from(key.hash, 'hex'), this.#hash(text))) return undefined;
    const { keyId, scopes, sessions, limits } = key;
    return { id: keyId, scopes, sessions, limits, isExpired: () => !this.#keys.has(keyId) };
  }

  /** An HMAC of a text with the pepper of the keys, in hex: all nodes come to the same, and nobody else does. */
  sign(text: string): string {
    return this.#hash(text).toString('hex');
  }

  async #reload(): Promise<string[]> {
    const stored = new Map((await this.#deps.store.all()).map((key) => [key.keyId, key]));
    const gone = [...this.#keys.keys()].filter((keyId) => !stored.has(keyId));
    for (const keyId of gone) this.#keys.delete(keyId);
    for (const [keyId, key] of stored) this.#keys.set(keyId, key);
    return gone;
  }

  #hash(text: string): Buffer {
    return createHmac('sha256', this.#pepper.reveal()).update(text).digest();
  }
}

/** Generated at the first start, and kept from then on; the same on all nodes. */
async function storedPepper({ settings, random }: ApiKeysDeps): Promise<Secret> {
  const stored = await settings.get(PEPPER_SETTING);
  return new Secret(stored ?? (await settings.setIfMissing(PEPPER_SETTING, random.text(SECRET_LENGTH, ALPHABET))));
}
