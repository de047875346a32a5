import type { SessionId } from '../../../domain/session-id.ts';
import type { Batch } from '../batch.ts';
import { given } from '../given.ts';
import { sql } from '../sql.ts';

/** The sealed credentials of a session. */
export interface SealedCredentials {
  sessionId: SessionId;
  value: Buffer;
}

/** One statement for all sessions: at a login, Baileys changes them twice. The last ones of a session count. */
export const CREDENTIALS: Batch<SealedCredentials> = {
  async store(transaction, rows) {
    const last = new Map(rows.map(({ sessionId, value }) => [sessionId, value]));
    await transaction.run(
      sql`INSERT INTO credentials (session_id, value)
          SELECT * FROM ${given({ session_id: ['text', [...last.keys()]], value: ['bytea', [...last.values()]] })}
          ON CONFLICT (session_id) DO UPDATE SET value = excluded.value`,
    );
    return [];
  },
};
