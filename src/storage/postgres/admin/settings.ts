import type { SettingsStore } from '../../../ports/storage.ts';
import { COMMON, settingOf } from '../../shared/encryption/cell-address.ts';
import type { PostgresDamagedValues } from '../damage/damaged-values.ts';
import { type Database, NO_SESSION } from '../database.ts';
import type { PostgresVault } from '../encryption/vault.ts';
import { sql, type Statement } from '../sql.ts';

/** A row of `settings`. */
interface Row {
  value: Buffer;
}

/** Settings that change while the server runs, and values that the server generates for itself. */
export class PostgresSettingsStore implements SettingsStore {
  readonly #db: Database;
  readonly #vault: PostgresVault;
  readonly #damaged: PostgresDamagedValues;

  constructor(db: Database, { vault, damaged }: { vault: PostgresVault; damaged: PostgresDamagedValues }) {
    this.#db = db;
    this.#vault = vault;
    this.#damaged = damaged;
  }

  /** A damaged setting counts as one that was never set. */
  async get(name: string): Promise<string | undefined> {
    const [row] = await this.#db.read<Row>(valueOf(name));
    return this.#read(name, row);
  }

  setIfMissing(name: string, value: string): Promise<string> {
    return this.#db.write(NO_SESSION, async (transaction) => {
      const sealed = this.#vault.seal(settingOf(name), value);
      await transaction.run(sql`INSERT INTO settings (name, value) VALUES (${name}, ${sealed}) ON CONFLICT DO NOTHING`);
      return this.#read(name, await transaction.row<Row>(valueOf(name))) ?? value;
    });
  }

  async set(name: string, value: string): Promise<void> {
    await this.#db.send(NO_SESSION, (transaction) => {
      void transaction.run(
        sql`INSERT INTO settings (name, value) VALUES (${name}, ${this.#vault.seal(settingOf(name), value)})
            ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
      );
      return transaction.run(sql`UPDATE cluster SET settings_version = settings_version + 1`);
    });
  }

  #read(name: string, row: Row | undefined): string | undefined {
    if (!row) return undefined;
    const cell = settingOf(name);
    const remove = sql`DELETE FROM settings WHERE name = ${name} AND value = ${row.value}`;
    const value = { sessionId: COMMON, cell, stored: row.value };
    return this.#damaged.readable(value, () => this.#vault.open(cell, row.value), remove);
  }
}

function valueOf(name: string): Statement {
  return sql`SELECT value FROM settings WHERE name = ${name}`;
}
