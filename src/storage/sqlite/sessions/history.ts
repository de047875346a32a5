import { jidOfNumber } from '../../../domain/address.ts';
import type { HistoryMessage, HistoryPlace, KeptMessage } from '../../../domain/kept-message.ts';
import type { DeliveryStatus } from '../../../domain/message.ts';
import type { Numbers } from '../../../domain/person.ts';
import type { SessionId } from '../../../domain/session-id.ts';
import type { Clock } from '../../../kit/clock.ts';
import type { HistoryPage, HistoryStore } from '../../../ports/history.ts';
import { keptBody } from '../../shared/encryption/cell-address.ts';
import type { Vault } from '../../shared/encryption/vault.ts';
import { isReadable, type KeptRow, messageOf, NEWEST } from '../../shared/history.ts';
import { DAY_MS } from '../../shared/retention.ts';
import type { SqliteDamagedValues } from '../damage/damaged-values.ts';
import type { Database } from '../database.ts';
import { pruneInPieces } from '../prune.ts';

type Row = KeptRow<string>;

/** The dependencies of {@link SqliteHistoryStore}. */
export interface HistoryStoreDeps {
  clock: Clock;
  vault: Vault;
  damaged: SqliteDamagedValues;
}

/** The messages that sessions keep. */
export class SqliteHistoryStore implements HistoryStore {
  readonly #db: Database;
  readonly #deps: HistoryStoreDeps;
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: Database, deps: HistoryStoreDeps) {
    this.#db = db;
    this.#deps = deps;
    this.#sql = prepare(db);
  }

  daysOf(sessionId: SessionId): Promise<number | undefined> {
    return this.#db.read(() => this.#sql.days.get(sessionId));
  }

  setDays(sessionId: SessionId, days: number | null): Promise<void> {
    return this.#db.write(() => {
      if (days === null) this.#sql.forgetDays.run(sessionId);
      else if (this.#sql.session.get(sessionId)) this.#sql.setDays.run(sessionId, days);
    });
  }

  add(sessionId: SessionId, messages: readonly KeptMessage[]): Promise<void> {
    return this.#db.write(() => {
      // A session that was removed meanwhile leaves nothing.
      if (this.#sql.session.get(sessionId)) for (const message of messages) this.keep(sessionId, message);
    });
  }

  /** Keeps a message, within the caller's transaction. */
  keep(sessionId: SessionId, message: KeptMessage): void {
    const { messageId, chatId: chat, author, sentAtMs, status, content } = message;
    const body = this.#deps.vault.seal(keptBody(sessionId, messageId), JSON.stringify(content));
    const readable = isReadable(message) ? 1 : 0;
    this.#sql.add.run({ sessionId, messageId, chat, author, sentAtMs, status, body, readable });
  }

  progressed(sessionId: SessionId, messageId: string, status: DeliveryStatus): Promise<void> {
    return this.#db.write(() => {
      this.#sql.progressed.run(status, sessionId, messageId);
    });
  }

  numbersKnown(sessionId: SessionId, numbers: Numbers): Promise<void> {
    return this.#db.write(() => {
      for (const [lid, number] of numbers) {
        this.#sql.renameChat.run(jidOfNumber(number), sessionId, lid);
        this.#sql.removeChat.run(sessionId, lid);
        this.#sql.renameAuthor.run(number, sessionId, lid);
        this.#sql.removeAuthor.run(sessionId, lid);
      }
    });
  }

  chatOf(sessionId: SessionId, chatIds: readonly string[]): Promise<string | undefined> {
    return this.#db.read(() => chatIds.find((chatId) => this.#sql.isKept.get(sessionId, chatId) !== undefined));
  }

  page(sessionId: SessionId, { chatId, after = NEWEST, limit }: HistoryPage): Promise<HistoryMessage[]> {
    const page = { sessionId, ...after, limit };
    return this.#db.read(() => {
      const rows = chatId === undefined ? this.#sql.page.all(page) : this.#sql.pageOfChat.all({ ...page, chatId });
      return this.#opened(sessionId, rows);
    });
  }

  chats(sessionId: SessionId, { after = NEWEST, limit }: HistoryPage): Promise<HistoryMessage[]> {
    return this.#db.read(() => this.#opened(sessionId, this.#sql.chats.all({ sessionId, ...after, limit })));
  }

  oldest(sessionId: SessionId, chatId: string): Promise<HistoryMessage | undefined> {
    return this.#db.read(() => this.#opened(sessionId, this.#sql.oldest.all(sessionId, chatId))[0]);
  }

  count(sessionId: SessionId, most: number): Promise<number> {
    return this.#db.read(() => this.#sql.count.get(sessionId, most)?.count ?? 0);
  }

  removeChat(sessionId: SessionId, chatId: string): Promise<number> {
    return this.#db.write(() => this.#sql.removeChat.run(sessionId, chatId).changes);
  }

  removeOlder(sessionId: SessionId, beforeMs: number): Promise<void> {
    return pruneInPieces(this.#db, [this.#piece(sessionId, beforeMs)]);
  }

  async prune(defaultDays: number, signal?: AbortSignal): Promise<void> {
    const sessions = await this.#db.read(() => this.#sql.keeping.all());
    const nowMs = this.#deps.clock.now();
    const pieces = sessions.map(({ sessionId, days }) =>
      this.#piece(sessionId, nowMs - (days ?? defaultDays) * DAY_MS),
    );
    if (pieces.length > 0) await pruneInPieces(this.#db, pieces, { signal });
  }

  /** The messages of all sessions from before this moment, in pieces. */
  pruning(beforeMs: number) {
    return this.#sql.keeping.all().map(({ sessionId }) => this.#piece(sessionId, beforeMs));
  }

  #piece(sessionId: SessionId, beforeMs: number) {
    return (limit: number) => this.#sql.prune.run(sessionId, beforeMs, limit).changes === limit;
  }

  #opened(sessionId: SessionId, rows: readonly Row[]): HistoryMessage[] {
    return rows.flatMap((row) => {
      const cell = keptBody(sessionId, row.messageId);
      const read = () => messageOf(row, this.#deps.vault.open(cell, row.body));
      const remove = () => this.#sql.remove.run(row.id);
      return this.#deps.damaged.readable({ sessionId, cell, stored: row.body }, read, remove) ?? [];
    });
  }
}

const COLUMNS = `id, chat, author, message_id AS messageId, sent_at_ms AS sentAtMs, status, body`;
const PLACED = `(sent_at_ms, id) < (@atMs, @id) ORDER BY sent_at_ms DESC, id DESC LIMIT @limit`;

interface Paged extends HistoryPlace {
  sessionId: SessionId;
  limit: number;
}

/** How long a session keeps its messages. */
function prepareSettings(db: Database) {
  return {
    session: db.prepare<[SessionId]>('SELECT 1 FROM sessions WHERE session_id = ?'),
    days: db.prepare<[SessionId], number>('SELECT days FROM history_settings WHERE session_id = ?').pluck(),
    setDays: db.prepare<[SessionId, number]>(
      'INSERT OR REPLACE INTO history_settings (session_id, days) VALUES (?, ?)',
    ),
    forgetDays: db.prepare<[SessionId]>('DELETE FROM history_settings WHERE session_id = ?'),
  };
}

function prepare(db: Database) {
  return {
    ...prepareSettings(db),
    add: db.prepare<[Omit<Row, 'id'> & { sessionId: SessionId; readable: number }]>(
      `INSERT INTO kept_messages (session_id, chat, author, message_id, sent_at_ms, status, readable, body)
       VALUES (@sessionId, @chat, @author, @messageId, @sentAtMs, @status, @readable, @body)
       ON CONFLICT (session_id, author, message_id, chat) DO UPDATE SET body = @body, readable = 1
         WHERE readable = 0 AND @readable = 1`,
    ),
    progressed: db.prepare<[DeliveryStatus, SessionId, string]>(
      `UPDATE kept_messages SET status = ? WHERE session_id = ? AND author = '' AND message_id = ? AND status IS NOT NULL`,
    ),
    renameChat: db.prepare<[string, SessionId, string]>(
      'UPDATE OR IGNORE kept_messages SET chat = ? WHERE session_id = ? AND chat = ?',
    ),
    removeChat: db.prepare<[SessionId, string]>('DELETE FROM kept_messages WHERE session_id = ? AND chat = ?'),
    renameAuthor: db.prepare<[string, SessionId, string]>(
      'UPDATE OR IGNORE kept_messages SET author = ? WHERE session_id = ? AND author = ?',
    ),
    removeAuthor: db.prepare<[SessionId, string]>('DELETE FROM kept_messages WHERE session_id = ? AND author = ?'),
    isKept: db.prepare<[SessionId, string]>('SELECT 1 FROM kept_messages WHERE session_id = ? AND chat = ? LIMIT 1'),
    page: db.prepare<[Paged], Row>(`SELECT ${COLUMNS} FROM kept_messages WHERE session_id = @sessionId AND ${PLACED}`),
    pageOfChat: db.prepare<[Paged & { chatId: string }], Row>(
      `SELECT ${COLUMNS} FROM kept_messages WHERE session_id = @sessionId AND chat = @chatId AND ${PLACED}`,
    ),
    // Steps from one conversation to the next, and looks at the last message of each: what is between them is not read.
    chats: db.prepare<[Paged], Row>(
      `WITH RECURSIVE chats (name) AS (
         SELECT MIN(chat) FROM kept_messages WHERE session_id = @sessionId
         UNION ALL
         SELECT (SELECT MIN(chat) FROM kept_messages WHERE session_id = @sessionId AND chat > name)
         FROM chats WHERE name IS NOT NULL)
       SELECT ${COLUMNS} FROM kept_messages WHERE id IN (
         SELECT (SELECT id FROM kept_messages WHERE session_id = @sessionId AND chat = name
                 ORDER BY sent_at_ms DESC, id DESC LIMIT 1) FROM chats WHERE name IS NOT NULL)
         AND ${PLACED}`,
    ),
    oldest: db.prepare<[SessionId, string], Row>(
      `SELECT ${COLUMNS} FROM kept_messages WHERE session_id = ? AND chat = ? ORDER BY sent_at_ms, id LIMIT 1`,
    ),
    count: db.prepare<[SessionId, number], { count: number }>(
      'SELECT COUNT(*) AS count FROM (SELECT 1 FROM kept_messages WHERE session_id = ? LIMIT ?)',
    ),
    remove: db.prepare<[number]>('DELETE FROM kept_messages WHERE id = ?'),
    keeping: db.prepare<[], { sessionId: SessionId; days: number | null }>(
      `WITH RECURSIVE owners (owner) AS (
         SELECT MIN(session_id) FROM kept_messages
         UNION ALL
         SELECT (SELECT MIN(session_id) FROM kept_messages WHERE session_id > owner) FROM owners WHERE owner IS NOT NULL)
       SELECT owner AS sessionId, days FROM owners LEFT JOIN history_settings ON session_id = owner
       WHERE owner IS NOT NULL`,
    ),
    prune: db.prepare<[SessionId, number, number]>(
      `DELETE FROM kept_messages WHERE id IN (SELECT id FROM kept_messages
         WHERE session_id = ? AND sent_at_ms < ? ORDER BY sent_at_ms, id LIMIT ?)`,
    ),
  };
}
