import type { SessionId } from '../../../domain/session-id.ts';
import type { MessageKey } from '../../../ports/signal.ts';
import type { Batch, Statements } from '../batch.ts';
import type { Database } from '../database.ts';
import { sql } from '../sql.ts';

/** A new row of `journal`; `attrs` and `plaintext` are sealed. */
interface NewEntry {
  sessionId: SessionId;
  messageKey: MessageKey;
  ciphertextHash: Buffer;
  delivery: string;
  parts: number;
  attrs: Buffer;
  plaintext: Buffer;
  messageId: string | null;
  createdAtMs: number;
}

/** A message that has become a callback, or needs none. */
interface HandledMessage {
  sessionId: SessionId;
  messageKey: MessageKey;
  handledAtMs: number;
}

/** Names a plaintext: see {@link Journal.find}. */
export interface SoughtEntry {
  sessionId: SessionId;
  ciphertextHash: Buffer;
  messageKey: MessageKey;
  handledSinceMs: number;
}

type Change = { added: NewEntry } | { handled: HandledMessage };

/**
 * New entries first, and then what is handled: an entry may become handled in the transaction that adds it. One that is added to a
 * message after that comes later.
 */
export const JOURNAL: Batch<Change> = {
  async store(transaction, changes) {
    const added = changes.flatMap((change) => ('added' in change ? change.added : []));
    const handled = changes.flatMap((change) => ('handled' in change ? change.handled : []));
    await Promise.all([
      added.length > 0 && insert(transaction, added),
      handled.length > 0 && markHandled(transaction, handled),
    ]);
    return [];
  },
  mustFollow: (earlier, change) =>
    'added' in change && earlier.some((other) => 'handled' in other && isSameMessage(other.handled, change.added)),
};

/** The plaintexts of the entries that are known, and were not handled too long ago. */
export async function readPlaintexts(
  db: Pick<Database, 'readUncommitted'>,
  sought: readonly SoughtEntry[],
): Promise<Map<SoughtEntry, Buffer>> {
  const rows = await db.readUncommitted<{ n: number; plaintext: Buffer }>(
    sought.map(({ sessionId }) => sessionId),
    sql`SELECT n, plaintext FROM unnest(${sought.map(({ sessionId }) => sessionId)}::text[],
          ${sought.map(({ ciphertextHash }) => ciphertextHash)}::bytea[],
          ${sought.map(({ messageKey }) => messageKey)}::text[],
          ${sought.map(({ handledSinceMs }) => handledSinceMs)}::bigint[])
          WITH ORDINALITY AS sought (session_id, ciphertext_hash, message_key, since_ms, n)
        JOIN journal USING (session_id, ciphertext_hash, message_key)
        WHERE handled_at_ms IS NULL OR handled_at_ms >= since_ms`,
  );
  const found = new Map(rows.map(({ n, plaintext }) => [n - 1, plaintext]));
  return new Map(
    sought.flatMap((entry, at) => {
      const plaintext = found.get(at);
      return plaintext ? [[entry, plaintext] as const] : [];
    }),
  );
}

function insert(transaction: Statements, added: readonly NewEntry[]): Promise<number> {
  const all = <Key extends keyof NewEntry>(key: Key) => added.map((entry) => entry[key]);
  return transaction.run(
    sql`INSERT INTO journal (session_id, ciphertext_hash, message_key, delivery, parts, attrs, plaintext, message_id,
          created_at_ms)
        SELECT * FROM unnest(${all('sessionId')}::text[], ${all('ciphertextHash')}::bytea[], ${all('messageKey')}::text[],
          ${all('delivery')}::text[], ${all('parts')}::bigint[], ${all('attrs')}::bytea[], ${all('plaintext')}::bytea[],
          ${all('messageId')}::text[], ${all('createdAtMs')}::bigint[])
        ON CONFLICT DO NOTHING`,
  );
}

function markHandled(transaction: Statements, handled: readonly HandledMessage[]): Promise<number> {
  return transaction.run(
    sql`UPDATE journal SET handled_at_ms = handled.at_ms
        FROM unnest(${handled.map(({ sessionId }) => sessionId)}::text[],
          ${handled.map(({ messageKey }) => messageKey)}::text[],
          ${handled.map(({ handledAtMs }) => handledAtMs)}::bigint[]) AS handled (session_id, message_key, at_ms)
        WHERE journal.session_id = handled.session_id AND journal.message_key = handled.message_key
          AND handled_at_ms IS NULL`,
  );
}

function isSameMessage(one: HandledMessage, other: NewEntry): boolean {
  return one.sessionId === other.sessionId && one.messageKey === other.messageKey;
}
