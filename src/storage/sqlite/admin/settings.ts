import { type Database, type Statement } from 'better-sqlite3';
import { type SettingsStore } from '../../../ports/storage.ts';
import { settingOf } from '../../shared/encryption/cell-address.ts';
import { type Vault } from '../../shared/encryption/vault.ts';
import { promised } from '../promised.ts';

/** Settings that callers change while the server runs, and what the server made for itself. */
export class SqliteSettingsStore implements SettingsStore {
  readonly #vault: Vault;
  readonly #get: Statement<[string], { value: string }>;
  readonly #set: Statement<[string, string]>;

  constructor(db: Database, vault: Vault) {
    this.#vault = vault;
    this.#get = db.prepare('SELECT value FROM settings WHERE name = ?');
    this.#set = db.prepare('INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)');
  }

  get(name: string): Promise<string | undefined> {
    return promised(() => {
      const row = this.#get.get(name);
      return row && this.#vault.open(settingOf(name), row.value);
    });
  }

  set(name: string, value: string): Promise<void> {
    return promised(() => {
      this.#set.run(name, this.#vault.seal(settingOf(name), value));
    });
  }
}
