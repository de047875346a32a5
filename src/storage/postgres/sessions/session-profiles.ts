import type { SessionId } from '../../../domain/session-id.ts';
import { NO_PROFILE, type SessionProfile } from '../../../domain/session-profile.ts';
import { Secret } from '../../../kit/secret.ts';
import type { SessionWrites, StoredRoute } from '../../../ports/storage.ts';
import { COMMON, profileOf, proxyOf } from '../../shared/encryption/cell-address.ts';
import { SealBrokenError } from '../../shared/errors.ts';
import type { PostgresDamagedValues } from '../damage/damaged-values.ts';
import type { Database } from '../database.ts';
import type { PostgresVault } from '../encryption/vault.ts';
import type { SharedRead } from '../shared-read.ts';
import { sql } from '../sql.ts';
import type { Transaction } from '../transaction.ts';

/** The dependencies of {@link PostgresSessionProfiles}. */
export interface SessionProfilesDeps {
  vault: PostgresVault;
  damaged: PostgresDamagedValues;
}

interface Row {
  sessionId: SessionId;
  profile: Buffer | null;
  proxy: Buffer | null;
}

/** What callers say of their sessions, beside the rows of these, which change with every message. */
export class PostgresSessionProfiles {
  readonly #deps: SessionProfilesDeps;
  /** For sessions that log in at once. */
  readonly #rows: SharedRead<SessionId, Row>;

  constructor(db: Database, deps: SessionProfilesDeps) {
    this.#deps = deps;
    this.#rows = db.sharedRead(async (sessionIds) => {
      const rows = await db.readCommitted<Row>(
        sql`SELECT session_id AS "sessionId", profile, proxy FROM session_profiles WHERE session_id = ANY(${sessionIds})`,
      );
      return new Map(rows.map((row) => [row.sessionId, row]));
    });
  }

  /** The profile in a row; one that is damaged is set aside, and counts as missing. */
  read(sessionId: SessionId, stored: Buffer | null): SessionProfile | undefined {
    if (stored === null) return undefined;
    const { vault, damaged } = this.#deps;
    const cell = profileOf(sessionId);
    // Earlier versions stored less.
    const read = () => ({ ...NO_PROFILE, ...(JSON.parse(vault.open(cell, stored)) as Partial<SessionProfile>) });
    const clear = sql`UPDATE session_profiles SET profile = NULL WHERE session_id = ${sessionId} AND profile = ${stored}`;
    return damaged.readable({ sessionId: COMMON, cell, stored }, read, clear);
  }

  /** A proxy that is damaged stays so: without it, the session would show WhatsApp another address. */
  async proxyOf(sessionId: SessionId): Promise<Secret | 'unreadable' | undefined> {
    return this.#openProxy(sessionId, (await this.#rows.get(sessionId))?.proxy);
  }

  async routeOf(sessionId: SessionId): Promise<StoredRoute> {
    const row = await this.#rows.get(sessionId);
    const proxy = this.#openProxy(sessionId, row?.proxy);
    return { proxy, deviceName: this.read(sessionId, row?.profile ?? null)?.deviceName ?? null };
  }

  #openProxy(sessionId: SessionId, sealed: Buffer | null | undefined): Secret | 'unreadable' | undefined {
    if (!sealed) return undefined;
    try {
      return new Secret(this.#deps.vault.open(proxyOf(sessionId), sealed));
    } catch (error) {
      if (error instanceof SealBrokenError) return 'unreadable';
      throw error;
    }
  }

  /** Within the caller's transaction. */
  write(
    transaction: Transaction,
    sessionId: SessionId,
    { profile, proxy }: Pick<SessionWrites, 'profile' | 'proxy'>,
  ): void {
    const { vault } = this.#deps;
    if (profile) {
      const sealed = vault.seal(profileOf(sessionId), JSON.stringify(profile));
      void transaction.run(
        sql`INSERT INTO session_profiles (session_id, profile) VALUES (${sessionId}, ${sealed})
            ON CONFLICT (session_id) DO UPDATE SET profile = excluded.profile`,
      );
    }
    if (proxy === undefined) return;
    const sealed = proxy && vault.seal(proxyOf(sessionId), proxy.reveal());
    void transaction.run(
      sql`INSERT INTO session_profiles (session_id, proxy) VALUES (${sessionId}, ${sealed})
          ON CONFLICT (session_id) DO UPDATE SET proxy = excluded.proxy`,
    );
  }
}
