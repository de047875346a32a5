import type { ApiKey } from '../../src/domain/access.ts';
import type { ApiKeyStore, SettingsStore } from '../../src/ports/storage.ts';

/** A key that exists from the start; its text is unknown. */
export const KEY: ApiKey = {
  keyId: 'Zb3kQ9xY7mNp',
  name: 'the shop',
  hash: '00'.repeat(32),
  scopes: ['sessions:read'],
  sessions: null,
  createdAtMs: Date.UTC(2024, 0, 15, 10, 30),
};

/** A key store in memory. */
export class KeysInMemory implements ApiKeyStore {
  readonly keys = new Map<string, ApiKey>();

  all(): Promise<ApiKey[]> {
    return Promise.resolve([...this.keys.values()]);
  }

  add(key: ApiKey): Promise<void> {
    this.keys.set(key.keyId, key);
    return Promise.resolve();
  }

  remove(keyId: string): Promise<void> {
    this.keys.delete(keyId);
    return Promise.resolve();
  }
}

/** No settings: the tests provide the pepper. */
export const NO_SETTINGS: SettingsStore = {
  get: () => Promise.resolve(undefined),
  set: () => Promise.resolve(),
  setIfMissing: (_, value) => Promise.resolve(value),
};
