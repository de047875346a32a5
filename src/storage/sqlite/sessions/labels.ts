import type { KnownLabel, LabeledItem, LabelNews } from '../../../domain/label.ts';
import type { SessionId } from '../../../domain/session-id.ts';
import type { Clock } from '../../../kit/clock.ts';
import type { LabeledPage, LabelStore } from '../../../ports/labels.ts';
import { labelBody } from '../../shared/encryption/cell-address.ts';
import type { Vault } from '../../shared/encryption/vault.ts';
import { bodyOf, labelOf, MAX_LABELED, MAX_LABELS, messageIdOf, messageOf, writesOf } from '../../shared/labels.ts';
import type { SqliteDamagedValues } from '../damage/damaged-values.ts';
import type { Database } from '../database.ts';

/** A row of `chat_labels`. */
interface Row {
  labelId: string;
  body: string | null;
}

/** The dependencies of {@link SqliteLabelStore}. */
export interface LabelStoreDeps {
  clock: Clock;
  vault: Vault;
  damaged: SqliteDamagedValues;
}

/** The labels of WhatsApp Business, and what they are on. */
export class SqliteLabelStore implements LabelStore {
  readonly #db: Database;
  readonly #deps: LabelStoreDeps;
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: Database, deps: LabelStoreDeps) {
    this.#db = db;
    this.#deps = deps;
    this.#sql = prepare(db);
  }

  learn(sessionId: SessionId, { changes, isWhole }: LabelNews): Promise<ReadonlySet<string>> {
    return this.#db.write(() => {
      const before = new Set<string>();
      // A session that was removed meanwhile leaves nothing.
      if (!this.#sql.session.get(sessionId)) return before;
      const { labels, added, removed } = writesOf(changes);
      for (const { labelId } of labels) if (this.#sql.there.get(sessionId, labelId)) before.add(labelId);
      if (isWhole) for (const clear of this.#sql.clear) clear.run(sessionId);
      const nowMs = this.#deps.clock.now();
      for (const known of labels) this.#sql.put.run(sessionId, known.labelId, this.#sealed(sessionId, known), nowMs);
      for (const { labelId, chatId, messageId } of removed) {
        this.#sql.unlabel.run(sessionId, labelId, chatId, messageOf(messageId));
      }
      for (const { labelId, chatId, messageId } of added) {
        this.#sql.label.run(sessionId, labelId, chatId, messageOf(messageId), nowMs);
      }
      this.#sql.dropDeleted.run({ sessionId });
      this.#sql.trimLabels.run({ sessionId, max: MAX_LABELS });
      this.#sql.trimItems.run({ sessionId, max: MAX_LABELED });
      return before;
    });
  }

  all(sessionId: SessionId): Promise<KnownLabel[]> {
    return this.#db.read(() => this.#sql.all.all(sessionId).flatMap((row) => this.#opened(sessionId, row) ?? []));
  }

  items(sessionId: SessionId, { labelId, of, after, limit }: LabeledPage): Promise<LabeledItem[]> {
    const [chat, message] = [after?.chatId ?? '', messageOf(after?.messageId ?? null)];
    return this.#db.read(() => {
      const rows = this.#sql.items[of].all({ sessionId, labelId, chat, message, limit });
      return rows.map(({ chatId, messageId }) => ({ labelId, chatId, messageId: messageIdOf(messageId) }));
    });
  }

  #sealed(sessionId: SessionId, known: KnownLabel): string | null {
    const body = bodyOf(known);
    return body === null ? null : this.#deps.vault.seal(labelBody(sessionId, known.labelId), body);
  }

  /** A damaged label counts as none. */
  #opened(sessionId: SessionId, { labelId, body }: Row): KnownLabel | undefined {
    if (body === null) return labelOf(labelId, null);
    const cell = labelBody(sessionId, labelId);
    const read = () => labelOf(labelId, this.#deps.vault.open(cell, body));
    const remove = () => this.#sql.removeDamaged.run(sessionId, labelId, body);
    return this.#deps.damaged.readable({ sessionId, cell, stored: body }, read, remove);
  }
}

type Paged = { sessionId: SessionId; labelId: string; chat: string; message: string; limit: number };

function prepare(db: Database) {
  const items = (which: string) =>
    db.prepare<[Paged], { chatId: string; messageId: string }>(
      `SELECT chat AS chatId, message_id AS messageId FROM labeled_items
       WHERE session_id = @sessionId AND label_id = @labelId AND (chat, message_id) > (@chat, @message) AND ${which}
       ORDER BY chat, message_id LIMIT @limit`,
    );
  return {
    session: db.prepare<[SessionId]>('SELECT 1 FROM sessions WHERE session_id = ?'),
    there: db.prepare<[SessionId, string]>(
      'SELECT 1 FROM chat_labels WHERE session_id = ? AND label_id = ? AND body IS NOT NULL',
    ),
    all: db.prepare<[SessionId], Row>('SELECT label_id AS labelId, body FROM chat_labels WHERE session_id = ?'),
    items: { chats: items(`message_id = ''`), messages: items(`message_id <> ''`) },
    clear: [
      db.prepare<[SessionId]>('DELETE FROM chat_labels WHERE session_id = ?'),
      db.prepare<[SessionId]>('DELETE FROM labeled_items WHERE session_id = ?'),
    ],
    put: db.prepare<[SessionId, string, string | null, number]>(
      'INSERT OR REPLACE INTO chat_labels (session_id, label_id, body, changed_at_ms) VALUES (?, ?, ?, ?)',
    ),
    label: db.prepare<[SessionId, string, string, string, number]>(
      `INSERT OR REPLACE INTO labeled_items (session_id, label_id, chat, message_id, changed_at_ms)
       VALUES (?, ?, ?, ?, ?)`,
    ),
    unlabel: db.prepare<[SessionId, string, string, string]>(
      'DELETE FROM labeled_items WHERE session_id = ? AND label_id = ? AND chat = ? AND message_id = ?',
    ),
    removeDamaged: db.prepare<[SessionId, string, string]>(
      'DELETE FROM chat_labels WHERE session_id = ? AND label_id = ? AND body = ?',
    ),
    dropDeleted: db.prepare<[{ sessionId: SessionId }]>(
      `DELETE FROM labeled_items WHERE session_id = @sessionId AND label_id IN
         (SELECT label_id FROM chat_labels WHERE session_id = @sessionId AND body IS NULL)`,
    ),
    trimLabels: db.prepare<[{ sessionId: SessionId; max: number }]>(
      `DELETE FROM chat_labels WHERE session_id = @sessionId AND label_id IN
         (SELECT label_id FROM chat_labels WHERE session_id = @sessionId
          ORDER BY body IS NULL, changed_at_ms DESC LIMIT -1 OFFSET @max)`,
    ),
    trimItems: db.prepare<[{ sessionId: SessionId; max: number }]>(
      `DELETE FROM labeled_items WHERE session_id = @sessionId AND (label_id, chat, message_id) IN
         (SELECT label_id, chat, message_id FROM labeled_items WHERE session_id = @sessionId
          ORDER BY changed_at_ms DESC LIMIT -1 OFFSET @max)`,
    ),
  };
}
