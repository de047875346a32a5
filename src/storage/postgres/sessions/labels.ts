import type { KnownLabel, LabeledItem, LabelNews } from '../../../domain/label.ts';
import type { SessionId } from '../../../domain/session-id.ts';
import type { Clock } from '../../../kit/clock.ts';
import type { LabeledPage, LabelStore } from '../../../ports/labels.ts';
import { labelBody } from '../../shared/encryption/cell-address.ts';
import {
  bodyOf,
  labelOf,
  type LabelWrites,
  MAX_LABELED,
  MAX_LABELS,
  messageIdOf,
  messageOf,
  writesOf,
} from '../../shared/labels.ts';
import type { PostgresDamagedValues } from '../damage/damaged-values.ts';
import type { Database } from '../database.ts';
import type { PostgresVault } from '../encryption/vault.ts';
import { fragment, sql } from '../sql.ts';
import type { Transaction } from '../transaction.ts';

/** A row of `chat_labels`. */
interface Row {
  labelId: string;
  body: Buffer | null;
}

/** The dependencies of {@link PostgresLabelStore}. */
export interface LabelStoreDeps {
  clock: Clock;
  vault: PostgresVault;
  damaged: PostgresDamagedValues;
}

/** The labels of WhatsApp Business, and what they are on. */
export class PostgresLabelStore implements LabelStore {
  readonly #db: Database;
  readonly #deps: LabelStoreDeps;

  constructor(db: Database, deps: LabelStoreDeps) {
    this.#db = db;
    this.#deps = deps;
  }

  learn(sessionId: SessionId, { changes, isWhole }: LabelNews): Promise<ReadonlySet<string>> {
    return this.#db.write(sessionId, async (transaction) => {
      // A session that was removed meanwhile leaves nothing.
      if (!(await transaction.row(sql`SELECT 1 FROM sessions WHERE session_id = ${sessionId}`))) return new Set();
      const writes = writesOf(changes);
      const ids = writes.labels.map(({ labelId }) => labelId);
      const there = await transaction.rows<Pick<Row, 'labelId'>>(
        sql`SELECT label_id AS "labelId" FROM chat_labels
            WHERE session_id = ${sessionId} AND label_id = ANY(${ids}::text[]) AND body IS NOT NULL`,
      );
      if (isWhole) {
        void transaction.run(sql`DELETE FROM chat_labels WHERE session_id = ${sessionId}`);
        void transaction.run(sql`DELETE FROM labeled_items WHERE session_id = ${sessionId}`);
      }
      this.#putLabels(transaction, sessionId, writes.labels);
      this.#putItems(transaction, sessionId, writes);
      trim(transaction, sessionId);
      return new Set(there.map(({ labelId }) => labelId));
    });
  }

  async all(sessionId: SessionId): Promise<KnownLabel[]> {
    const rows = await this.#db.read<Row>(
      sql`SELECT label_id AS "labelId", body FROM chat_labels WHERE session_id = ${sessionId}`,
    );
    return rows.flatMap((row) => this.#opened(sessionId, row) ?? []);
  }

  async items(sessionId: SessionId, { labelId, of, after, limit }: LabeledPage): Promise<LabeledItem[]> {
    const [chat, message] = [after?.chatId ?? '', messageOf(after?.messageId ?? null)];
    const which = of === 'chats' ? fragment`message_id = ''` : fragment`message_id <> ''`;
    const rows = await this.#db.read<{ chatId: string; messageId: string }>(
      sql`SELECT chat AS "chatId", message_id AS "messageId" FROM labeled_items
          WHERE session_id = ${sessionId} AND label_id = ${labelId} AND ${which}
            AND (chat COLLATE "C", message_id COLLATE "C") > (${chat}, ${message})
          ORDER BY chat COLLATE "C", message_id COLLATE "C" LIMIT ${limit}::bigint`,
    );
    return rows.map(({ chatId, messageId }) => ({ labelId, chatId, messageId: messageIdOf(messageId) }));
  }

  #putLabels(transaction: Transaction, sessionId: SessionId, labels: readonly KnownLabel[]): void {
    if (labels.length === 0) return;
    const ids = labels.map(({ labelId }) => labelId);
    const bodies = labels.map((known) => {
      const body = bodyOf(known);
      return body === null ? null : this.#deps.vault.seal(labelBody(sessionId, known.labelId), body);
    });
    void transaction.run(
      sql`INSERT INTO chat_labels (session_id, label_id, body, changed_at_ms)
          SELECT ${sessionId}, label_id, body, ${this.#deps.clock.now()}::bigint
          FROM unnest(${ids}::text[], ${bodies}::bytea[]) AS learned (label_id, body)
          ON CONFLICT (session_id, label_id) DO UPDATE SET body = excluded.body, changed_at_ms = excluded.changed_at_ms`,
    );
  }

  #putItems(transaction: Transaction, sessionId: SessionId, { added, removed }: LabelWrites): void {
    if (removed.length > 0) {
      const { labelIds, chats, messages } = columnsOf(removed);
      void transaction.run(
        sql`DELETE FROM labeled_items WHERE session_id = ${sessionId} AND (label_id, chat, message_id) IN
              (SELECT * FROM unnest(${labelIds}::text[], ${chats}::text[], ${messages}::text[]))`,
      );
    }
    if (added.length === 0) return;
    const { labelIds, chats, messages } = columnsOf(added);
    void transaction.run(
      sql`INSERT INTO labeled_items (session_id, label_id, chat, message_id, changed_at_ms)
          SELECT ${sessionId}, label_id, chat, message_id, ${this.#deps.clock.now()}::bigint
          FROM unnest(${labelIds}::text[], ${chats}::text[], ${messages}::text[]) AS learned (label_id, chat, message_id)
          ON CONFLICT (session_id, label_id, chat, message_id) DO UPDATE SET changed_at_ms = excluded.changed_at_ms`,
    );
  }

  /** A damaged label counts as none. */
  #opened(sessionId: SessionId, { labelId, body }: Row): KnownLabel | undefined {
    if (body === null) return labelOf(labelId, null);
    const cell = labelBody(sessionId, labelId);
    const read = () => labelOf(labelId, this.#deps.vault.open(cell, body));
    const remove = sql`DELETE FROM chat_labels WHERE session_id = ${sessionId} AND label_id = ${labelId} AND body = ${body}`;
    return this.#deps.damaged.readable({ sessionId, cell, stored: body }, read, remove);
  }
}

function columnsOf(items: readonly LabeledItem[]) {
  return {
    labelIds: items.map(({ labelId }) => labelId),
    chats: items.map(({ chatId }) => chatId),
    messages: items.map(({ messageId }) => messageOf(messageId)),
  };
}

/** Deleted labels are on nothing; what is too much goes, the oldest first. Arrays, so that each is made once. */
function trim(transaction: Transaction, sessionId: SessionId): void {
  void transaction.run(
    sql`DELETE FROM labeled_items WHERE session_id = ${sessionId} AND label_id = ANY(ARRAY
          (SELECT label_id FROM chat_labels WHERE session_id = ${sessionId} AND body IS NULL))`,
  );
  void transaction.run(
    sql`DELETE FROM chat_labels WHERE ctid = ANY(ARRAY
          (SELECT ctid FROM chat_labels WHERE session_id = ${sessionId}
           ORDER BY body IS NULL, changed_at_ms DESC OFFSET ${MAX_LABELS}::bigint))`,
  );
  void transaction.run(
    sql`DELETE FROM labeled_items WHERE ctid = ANY(ARRAY
          (SELECT ctid FROM labeled_items WHERE session_id = ${sessionId}
           ORDER BY changed_at_ms DESC OFFSET ${MAX_LABELED}::bigint))`,
  );
}
