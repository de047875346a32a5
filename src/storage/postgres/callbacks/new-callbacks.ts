import type { EventKind } from '../../../domain/event.ts';
import type { SessionId } from '../../../domain/session-id.ts';
import type { Batch } from '../batch.ts';
import { given } from '../given.ts';
import { TRANSACTION_START } from '../positions.ts';
import { fragment, sql, type Statement } from '../sql.ts';

/** A new row of `callbacks`; bodies are sealed. */
export interface NewRow {
  webhookId: string;
  /** The webhookIds of which none may be stored. */
  unless: readonly string[];
  sessionId: SessionId;
  /** Its number within the transaction. */
  ordinal: number;
  kind: EventKind;
  body: Buffer;
  holdUntilMs: number | null;
  createdAtMs: number;
  instead: { webhookId: string; kind: EventKind; body: Buffer } | null;
}

/**
 * Numbers the callbacks without gaps within their sessions, and skips those that are known already. The result tells whether a callback
 * was stored.
 */
export const NEW_CALLBACKS: Batch<NewRow, boolean> = {
  async store(transaction, rows) {
    const stored = await transaction.rows<{ webhookId: string }>(insertion(rows));
    const ids = new Set(stored.map(({ webhookId }) => webhookId));
    return rows.map(({ webhookId }) => ids.has(webhookId));
  },
  // Whether the earlier one is stored decides about this one.
  mustFollow: (earlier, { webhookId, unless }) =>
    earlier.some((other) => other.webhookId === webhookId || unless.includes(other.webhookId)),
};

/** The columns of a row as they are given, in this order. */
const GIVEN = fragment`webhook_id, session_id, ordinal, kind, body, hold_until_ms, created_at_ms,
  instead_webhook_id, instead_kind, instead_body`;

/** The columns of `callbacks` that are stored. */
const STORED = fragment`webhook_id, session_id, seq, position, kind, body, hold_until_ms, created_at_ms,
  instead_webhook_id, instead_kind, instead_body`;

function insertion(rows: readonly NewRow[]): Statement {
  const [row, ...others] = rows;
  return row && others.length === 0 ? insertionOfOne(row) : insertionOfAll(rows);
}

/** The same as {@link insertionOfAll}, without what it takes to number several: most callbacks come alone. */
function insertionOfOne({
  webhookId,
  unless,
  sessionId,
  ordinal,
  kind,
  body,
  holdUntilMs,
  createdAtMs,
  instead,
}: NewRow): Statement {
  return sql`WITH numbers AS (
      INSERT INTO sequences (session_id, last_seq) SELECT ${sessionId}, 1
      WHERE NOT EXISTS (SELECT FROM callbacks WHERE webhook_id = ANY(${[webhookId, ...unless]}::text[]))
      ON CONFLICT (session_id) DO UPDATE SET last_seq = sequences.last_seq + 1
      RETURNING session_id, last_seq
    )
    INSERT INTO callbacks (${STORED})
    SELECT ${webhookId}, session_id, last_seq, ${TRANSACTION_START} + ${ordinal}::bigint, ${kind}, ${body}::bytea,
      ${holdUntilMs}::bigint, ${createdAtMs}::bigint, ${instead?.webhookId ?? null}::text, ${instead?.kind ?? null}::text,
      ${instead?.body ?? null}::bytea
    FROM numbers RETURNING webhook_id AS "webhookId"`;
}

function insertionOfAll(rows: readonly NewRow[]): Statement {
  const all = <Key extends keyof NewRow>(key: Key) => rows.map((row) => row[key]);
  const unless = rows.flatMap((row) => row.unless.map((id) => ({ id, of: row.webhookId })));
  const written = given({
    webhook_id: ['text', all('webhookId')],
    session_id: ['text', all('sessionId')],
    ordinal: ['bigint', all('ordinal')],
    kind: ['text', all('kind')],
    body: ['bytea', all('body')],
    hold_until_ms: ['bigint', all('holdUntilMs')],
    created_at_ms: ['bigint', all('createdAtMs')],
    instead_webhook_id: ['text', rows.map(({ instead }) => instead?.webhookId ?? null)],
    instead_kind: ['text', rows.map(({ instead }) => instead?.kind ?? null)],
    instead_body: ['bytea', rows.map(({ instead }) => instead?.body ?? null)],
  });
  return sql`WITH fresh AS (
      SELECT ${GIVEN}, row_number() OVER (PARTITION BY session_id ORDER BY ordinal) AS place,
        COUNT(*) OVER (PARTITION BY session_id) AS total
      FROM ${written} WHERE webhook_id NOT IN (
        SELECT webhook_id FROM callbacks WHERE webhook_id = ANY(${all('webhookId')}::text[])
        UNION ALL
        SELECT needless.webhook_id FROM unnest(${unless.map((each) => each.of)}::text[],
          ${unless.map(({ id }) => id)}::text[]) AS needless (webhook_id, unless)
        JOIN callbacks ON callbacks.webhook_id = needless.unless)
    ), numbers AS (
      INSERT INTO sequences (session_id, last_seq) SELECT DISTINCT session_id, total FROM fresh
      ON CONFLICT (session_id) DO UPDATE SET last_seq = sequences.last_seq + excluded.last_seq
      RETURNING session_id, last_seq
    )
    INSERT INTO callbacks (${STORED})
    SELECT webhook_id, session_id, last_seq - total + place, ${TRANSACTION_START} + ordinal, kind, body,
      hold_until_ms, created_at_ms, instead_webhook_id, instead_kind, instead_body
    FROM fresh JOIN numbers USING (session_id) ORDER BY ordinal
    RETURNING webhook_id AS "webhookId"`;
}
