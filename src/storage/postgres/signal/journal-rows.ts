import type { SessionId } from '../../../domain/session-id.ts';
import type { MessageKey } from '../../../ports/signal.ts';
import type { Batch, Statements } from '../batch.ts';
import type { Database } from '../database.ts';
import { given } from '../given.ts';
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
  const rows = given({
    session_id: ['text', all('sessionId')],
    ciphertext_hash: ['bytea', all('ciphertextHash')],
    message_key: ['text', all('messageKey')],
    delivery: ['text', all('delivery')],
    parts: ['bigint', all('parts')],
    attrs: ['bytea', all('attrs')],
    plaintext: ['bytea', all('plaintext')],
    message_id: ['text', all('messageId')],
    created_at_ms: ['bigint', all('createdAtMs')],
  });
  return transaction.run(
    sql`INSERT INTO journal (session_id, ciphertext_hash, message_key, delivery, parts, attrs, plaintext, message_id,
          created_at_ms)
        SELECT * FROM ${rows} ON CONFLICT DO NOTHING`,
  );
}

function markHandled(transaction: Statements, handled: readonly HandledMessage[]): Promise<number> {
  const rows = given({
    session_id: ['text', handled.map(({ sessionId }) => sessionId)],
    message_key: ['text', handled.map(({ messageKey }) => messageKey)],
    at_ms: ['bigint', handled.map(({ handledAtMs }) => handledAtMs)],
  });
  return transaction.run(
    sql`UPDATE journal SET handled_at_ms = given.at_ms FROM ${rows}
        WHERE journal.session_id = given.session_id AND journal.message_key = given.message_key
          AND handled_at_ms IS NULL`,
  );
}

function isSameMessage(one: HandledMessage, other: NewEntry): boolean {
  return one.sessionId === other.sessionId && one.messageKey === other.messageKey;
}
