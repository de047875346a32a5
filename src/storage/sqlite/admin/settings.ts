import type { SettingsStore } from '../../../ports/storage.ts';
import { COMMON, settingOf } from '../../shared/encryption/cell-address.ts';
import type { Vault } from '../../shared/encryption/vault.ts';
import type { SqliteDamagedValues, StoredValue } from '../damage/damaged-values.ts';
import type { Database } from '../database.ts';

/** Settings that change while the server runs, and values that the server generates for itself. */
export class SqliteSettingsStore implements SettingsStore {
  readonly #db: Database;
  readonly #vault: Vault;
  readonly #damaged: SqliteDamagedValues;
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: Database, { vault, damaged }: { vault: Vault; damaged: SqliteDamagedValues }) {
    this.#db = db;
    this.#vault = vault;
    this.#damaged = damaged;
    this.#sql = prepare(db);
  }

  /** A damaged setting counts as one that was never set. */
  get(name: string): Promise<string | undefined> {
    return this.#db.read(() => this.#read(name));
  }

  setIfMissing(name: string, value: string): Promise<string> {
    return this.#db.write(() => {
      const stored = this.#read(name);
      if (stored === undefined) this.#sql.set.run(name, this.#vault.seal(settingOf(name), value));
      return stored ?? value;
    });
  }

  set(name: string, value: string): Promise<void> {
    return this.#db.write(() => {
      this.#sql.set.run(name, this.#vault.seal(settingOf(name), value));
    });
  }

  #read(name: string): string | undefined {
    const row = this.#sql.get.get(name);
    if (!row) return undefined;
    const cell = settingOf(name);
    const value: StoredValue = { sessionId: COMMON, cell, stored: row.value };
    const remove = () => this.#sql.remove.run(name, row.value);
    return this.#damaged.readable(value, () => this.#vault.open(cell, row.value), remove);
  }
}

function prepare(db: Database) {
  return {
    get: db.prepare<[string], { value: string }>('SELECT value FROM settings WHERE name = ?'),
    remove: db.prepare<[string, string]>('DELETE FROM settings WHERE name = ? AND value = ?'),
    set: db.prepare<[string, string]>('INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)'),
  };
}
