import type { SessionId } from '../../../domain/session-id.ts';
import { NO_PROFILE, type SessionProfile } from '../../../domain/session-profile.ts';
import { Secret } from '../../../kit/secret.ts';
import type { SessionWrites, StoredRoute } from '../../../ports/storage.ts';
import { COMMON, profileOf, proxyOf } from '../../shared/encryption/cell-address.ts';
import type { Vault } from '../../shared/encryption/vault.ts';
import { SealBrokenError } from '../../shared/errors.ts';
import type { SqliteDamagedValues } from '../damage/damaged-values.ts';
import type { Database } from '../database.ts';

/** The dependencies of {@link SqliteSessionProfiles}. */
export interface SessionProfilesDeps {
  vault: Vault;
  damaged: SqliteDamagedValues;
}

/** What callers say of their sessions, beside the rows of these, which change with every message. */
export class SqliteSessionProfiles {
  readonly #deps: SessionProfilesDeps;
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: Database, deps: SessionProfilesDeps) {
    this.#deps = deps;
    this.#sql = prepare(db);
  }

  /** The profile in a row; one that is damaged is set aside, and counts as missing. */
  read(sessionId: SessionId, stored: string | null): SessionProfile | undefined {
    if (stored === null) return undefined;
    const { vault, damaged } = this.#deps;
    const cell = profileOf(sessionId);
    // Earlier versions stored less.
    const read = () => ({ ...NO_PROFILE, ...(JSON.parse(vault.open(cell, stored)) as Partial<SessionProfile>) });
    const clear = () => this.#sql.clear.run(sessionId, stored);
    return damaged.readable({ sessionId: COMMON, cell, stored }, read, clear);
  }

  /** A proxy that is damaged stays so: without it, the session would show WhatsApp another address. */
  proxyOf(sessionId: SessionId): Secret | 'unreadable' | undefined {
    return this.#openProxy(sessionId, this.#sql.row.get(sessionId)?.proxy);
  }

  routeOf(sessionId: SessionId): StoredRoute {
    const row = this.#sql.row.get(sessionId);
    const proxy = this.#openProxy(sessionId, row?.proxy);
    return { proxy, deviceName: this.read(sessionId, row?.profile ?? null)?.deviceName ?? null };
  }

  #openProxy(sessionId: SessionId, stored: string | null | undefined): Secret | 'unreadable' | undefined {
    if (stored === undefined || stored === null) return undefined;
    try {
      return new Secret(this.#deps.vault.open(proxyOf(sessionId), stored));
    } catch (error) {
      if (error instanceof SealBrokenError) return 'unreadable';
      throw error;
    }
  }

  /** Within the caller's transaction. */
  write(sessionId: SessionId, { profile, proxy }: Pick<SessionWrites, 'profile' | 'proxy'>): void {
    const { vault } = this.#deps;
    if (profile) this.#sql.setProfile.run(sessionId, vault.seal(profileOf(sessionId), JSON.stringify(profile)));
    if (proxy === undefined) return;
    this.#sql.setProxy.run(sessionId, proxy && vault.seal(proxyOf(sessionId), proxy.reveal()));
  }
}

function prepare(db: Database) {
  return {
    row: db.prepare<[SessionId], { profile: string | null; proxy: string | null }>(
      'SELECT profile, proxy FROM session_profiles WHERE session_id = ?',
    ),
    setProfile: db.prepare<[SessionId, string]>(
      `INSERT INTO session_profiles (session_id, profile) VALUES (?, ?)
       ON CONFLICT (session_id) DO UPDATE SET profile = excluded.profile`,
    ),
    setProxy: db.prepare<[SessionId, string | null]>(
      `INSERT INTO session_profiles (session_id, proxy) VALUES (?, ?)
       ON CONFLICT (session_id) DO UPDATE SET proxy = excluded.proxy`,
    ),
    clear: db.prepare<[SessionId, string]>(
      'UPDATE session_profiles SET profile = NULL WHERE session_id = ? AND profile = ?',
    ),
  };
}
