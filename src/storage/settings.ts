import { type Database, type Statement } from 'better-sqlite3';
import { type SettingsStore } from '../domain/ports.ts';
import { promised } from './promised.ts';

/** Settings that callers change while the server runs. */
export class SqliteSettingsStore implements SettingsStore {
  readonly #get: Statement<[string], { value: string }>;
  readonly #set: Statement<[string, string]>;

  constructor(db: Database) {
    this.#get = db.prepare('SELECT value FROM settings WHERE name = ?');
    this.#set = db.prepare('INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)');
  }

  get(name: string): Promise<string | undefined> {
    return promised(() => this.#get.get(name)?.value);
  }

  set(name: string, value: string): Promise<void> {
    return promised(() => {
      this.#set.run(name, value);
    });
  }
}
