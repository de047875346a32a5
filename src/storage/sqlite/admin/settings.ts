import { type SettingsStore } from '../../../ports/storage.ts';
import { settingOf } from '../../shared/encryption/cell-address.ts';
import { type Vault } from '../../shared/encryption/vault.ts';
import { type Database } from '../database.ts';

/** Settings that change while the server runs, and values that the server generates for itself. */
export class SqliteSettingsStore implements SettingsStore {
  readonly #db: Database;
  readonly #vault: Vault;
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: Database, vault: Vault) {
    this.#db = db;
    this.#vault = vault;
    this.#sql = prepare(db);
  }

  get(name: string): Promise<string | undefined> {
    return this.#db.read(() => {
      const row = this.#sql.get.get(name);
      return row && this.#vault.open(settingOf(name), row.value);
    });
  }

  set(name: string, value: string): Promise<void> {
    return this.#db.write(() => {
      this.#sql.set.run(name, this.#vault.seal(settingOf(name), value));
    });
  }
}

function prepare(db: Database) {
  return {
    get: db.prepare<[string], { value: string }>('SELECT value FROM settings WHERE name = ?'),
    set: db.prepare<[string, string]>('INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)'),
  };
}
