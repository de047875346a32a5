import { jidOfNumber } from '../../../domain/address.ts';
import type { HistoryMessage, KeptMessage } from '../../../domain/kept-message.ts';
import type { DeliveryStatus } from '../../../domain/message.ts';
import type { Numbers } from '../../../domain/person.ts';
import type { SessionId } from '../../../domain/session-id.ts';
import type { Clock } from '../../../kit/clock.ts';
import type { HistoryPage, HistoryStore } from '../../../ports/history.ts';
import { keptBody } from '../../shared/encryption/cell-address.ts';
import { isReadable, type KeptRow, messageOf, NEWEST } from '../../shared/history.ts';
import { DAY_MS } from '../../shared/retention.ts';
import type { PostgresDamagedValues } from '../damage/damaged-values.ts';
import type { Database } from '../database.ts';
import type { PostgresVault } from '../encryption/vault.ts';
import { type Pruning, pruneInPieces } from '../prune.ts';
import { fragment, type Fragment, sql, type Statement } from '../sql.ts';
import type { Transaction } from '../transaction.ts';

type Row = KeptRow<Buffer>;

/** The dependencies of {@link PostgresHistoryStore}. */
export interface HistoryStoreDeps {
  clock: Clock;
  vault: PostgresVault;
  damaged: PostgresDamagedValues;
}

/** The messages that sessions keep. */
export class PostgresHistoryStore implements HistoryStore {
  readonly #db: Database;
  readonly #deps: HistoryStoreDeps;

  constructor(db: Database, deps: HistoryStoreDeps) {
    this.#db = db;
    this.#deps = deps;
  }

  async daysOf(sessionId: SessionId): Promise<number | undefined> {
    const [row] = await this.#db.read<{ days: number }>(
      sql`SELECT days FROM history_settings WHERE session_id = ${sessionId}`,
    );
    return row?.days;
  }

  async setDays(sessionId: SessionId, days: number | null): Promise<void> {
    const change =
      days === null
        ? sql`DELETE FROM history_settings WHERE session_id = ${sessionId}`
        : sql`INSERT INTO history_settings (session_id, days)
                SELECT session_id, ${days}::bigint FROM sessions WHERE session_id = ${sessionId}
              ON CONFLICT (session_id) DO UPDATE SET days = excluded.days`;
    await this.#db.send(sessionId, (transaction) => transaction.run(change));
  }

  add(sessionId: SessionId, messages: readonly KeptMessage[]): Promise<void> {
    return this.#db.write(sessionId, async (transaction) => {
      // A session that was removed meanwhile leaves nothing.
      if (!(await transaction.row(sql`SELECT 1 FROM sessions WHERE session_id = ${sessionId}`))) return;
      this.keep(transaction, sessionId, messages);
    });
  }

  /** Keeps messages, in one statement. */
  keep(transaction: Transaction, sessionId: SessionId, messages: readonly KeptMessage[]): void {
    const rows = eachOnce(messages);
    if (rows.length === 0) return;
    const all = <Key extends keyof KeptMessage>(key: Key) => rows.map((message) => message[key]);
    const bodies = rows.map(({ messageId, content }) =>
      this.#deps.vault.seal(keptBody(sessionId, messageId), JSON.stringify(content)),
    );
    void transaction.run(
      sql`INSERT INTO kept_messages (session_id, chat, author, message_id, sent_at_ms, status, readable, body)
          SELECT ${sessionId}, given.* FROM unnest(${all('chatId')}::text[], ${all('author')}::text[],
            ${all('messageId')}::text[], ${all('sentAtMs')}::bigint[], ${all('status')}::text[],
            ${rows.map(isReadable)}::boolean[], ${bodies}::bytea[]) AS given
          ON CONFLICT (session_id, author, message_id, chat) DO UPDATE SET body = excluded.body, readable = true
            WHERE NOT kept_messages.readable AND excluded.readable`,
    );
  }

  async progressed(sessionId: SessionId, messageId: string, status: DeliveryStatus): Promise<void> {
    await this.#db.send(sessionId, (transaction) =>
      transaction.run(
        sql`UPDATE kept_messages SET status = ${status}
            WHERE session_id = ${sessionId} AND author = '' AND message_id = ${messageId} AND status IS NOT NULL`,
      ),
    );
  }

  async numbersKnown(sessionId: SessionId, numbers: Numbers): Promise<void> {
    const lids = [...numbers.keys()];
    const chats = { lids, names: [...numbers.values()].map(jidOfNumber) };
    const authors = { lids, names: [...numbers.values()] };
    await this.#db.send(sessionId, (transaction) => {
      void transaction.run(renaming(sessionId, fragment`chat`, chats));
      void transaction.run(removal(sessionId, fragment`kept_messages`, fragment`chat`, lids));
      void transaction.run(renaming(sessionId, fragment`author`, authors));
      return transaction.run(removal(sessionId, fragment`kept_messages`, fragment`author`, lids));
    });
  }

  async chatOf(sessionId: SessionId, chatIds: readonly string[]): Promise<string | undefined> {
    const [row] = await this.#db.read<{ name: string }>(
      sql`SELECT name FROM unnest(${chatIds}::text[]) WITH ORDINALITY AS names (name, place)
          WHERE EXISTS (SELECT 1 FROM kept_messages WHERE session_id = ${sessionId} AND chat = name)
          ORDER BY place LIMIT 1`,
    );
    return row?.name;
  }

  async page(sessionId: SessionId, { chatId, after = NEWEST, limit }: HistoryPage): Promise<HistoryMessage[]> {
    const ofChat = chatId === undefined ? fragment`` : fragment` AND chat = ${chatId}`;
    const rows = await this.#db.read<Row>(
      sql`SELECT ${COLUMNS} FROM kept_messages WHERE session_id = ${sessionId}${ofChat}
            AND (sent_at_ms, id) < (${after.atMs}::bigint, ${after.id}::bigint)
          ORDER BY sent_at_ms DESC, id DESC LIMIT ${limit}`,
    );
    return this.#opened(sessionId, rows);
  }

  /** Steps from one conversation to the next, and looks at the last message of each: what is between them is not read. */
  async chats(sessionId: SessionId, { after = NEWEST, limit }: HistoryPage): Promise<HistoryMessage[]> {
    const rows = await this.#db.read<Row>(
      sql`WITH RECURSIVE chats (name) AS (
            SELECT MIN(chat) FROM kept_messages WHERE session_id = ${sessionId}
            UNION ALL
            SELECT (SELECT MIN(chat) FROM kept_messages WHERE session_id = ${sessionId} AND chat > name)
            FROM chats WHERE name IS NOT NULL)
          SELECT last.* FROM chats CROSS JOIN LATERAL (
            SELECT ${COLUMNS} FROM kept_messages WHERE session_id = ${sessionId} AND chat = name
            ORDER BY sent_at_ms DESC, id DESC LIMIT 1) AS last
          WHERE name IS NOT NULL AND ("sentAtMs", id) < (${after.atMs}::bigint, ${after.id}::bigint)
          ORDER BY "sentAtMs" DESC, id DESC LIMIT ${limit}`,
    );
    return this.#opened(sessionId, rows);
  }

  async oldest(sessionId: SessionId, chatId: string): Promise<HistoryMessage | undefined> {
    const rows = await this.#db.read<Row>(
      sql`SELECT ${COLUMNS} FROM kept_messages WHERE session_id = ${sessionId} AND chat = ${chatId}
          ORDER BY sent_at_ms, id LIMIT 1`,
    );
    return this.#opened(sessionId, rows)[0];
  }

  async count(sessionId: SessionId, most: number): Promise<number> {
    const rows = await this.#db.read<{ count: number }>(
      sql`SELECT COUNT(*)::integer AS count
          FROM (SELECT 1 FROM kept_messages WHERE session_id = ${sessionId} LIMIT ${most}) AS counted`,
    );
    return rows[0]?.count ?? 0;
  }

  removeChat(sessionId: SessionId, chatId: string): Promise<number> {
    const statement = removal(sessionId, fragment`kept_messages`, fragment`chat`, [chatId]);
    return this.#db.send(sessionId, (transaction) => transaction.run(statement));
  }

  removeOlder(sessionId: SessionId, beforeMs: number): Promise<void> {
    return pruneInPieces(this.#db, [pruningOf(sessionId, beforeMs)]);
  }

  async prune(defaultDays: number, signal?: AbortSignal): Promise<void> {
    const sessions = await this.#db.read<{ sessionId: SessionId; days: number | null }>(KEEPING);
    const nowMs = this.#deps.clock.now();
    const all = sessions.map(({ sessionId, days }) => pruningOf(sessionId, nowMs - (days ?? defaultDays) * DAY_MS));
    await pruneInPieces(this.#db, all, signal);
  }

  #opened(sessionId: SessionId, rows: readonly Row[]): HistoryMessage[] {
    return rows.flatMap((row) => {
      const cell = keptBody(sessionId, row.messageId);
      const read = () => messageOf(row, this.#deps.vault.open(cell, row.body));
      const remove = sql`DELETE FROM kept_messages WHERE id = ${row.id} AND session_id = ${sessionId}`;
      return this.#deps.damaged.readable({ sessionId, cell, stored: row.body }, read, remove) ?? [];
    });
  }
}

const COLUMNS = fragment`id, chat, author, message_id AS "messageId", sent_at_ms AS "sentAtMs", status, body`;

const KEEPING = sql`WITH RECURSIVE owners (owner) AS (
    SELECT MIN(session_id) FROM kept_messages
    UNION ALL
    SELECT (SELECT MIN(session_id) FROM kept_messages WHERE session_id > owner) FROM owners WHERE owner IS NOT NULL)
  SELECT owner AS "sessionId", days FROM owners LEFT JOIN history_settings ON session_id = owner
  WHERE owner IS NOT NULL`;

/** One statement cannot change a row twice: of several forms of one message, a readable one counts. */
function eachOnce(messages: readonly KeptMessage[]): KeptMessage[] {
  const known = new Map<string, KeptMessage>();
  for (const message of messages) {
    const key = JSON.stringify([message.author, message.messageId, message.chatId]);
    const other = known.get(key);
    if (!other || (!isReadable(other) && isReadable(message))) known.set(key, message);
  }
  return [...known.values()];
}

/** The people whose rows get another name. */
interface Renamed {
  lids: readonly string[];
  names: readonly string[];
}

/** A message that is there under both names stays under the new one. */
function renaming(sessionId: SessionId, column: Fragment, { lids, names }: Renamed): Statement {
  return sql`UPDATE kept_messages AS kept SET ${column} = known.name
    FROM unnest(${lids}::text[], ${names}::text[]) AS known (lid, name)
    WHERE kept.session_id = ${sessionId} AND kept.${column} = known.lid AND NOT EXISTS (
      SELECT 1 FROM kept_messages AS other WHERE other.session_id = kept.session_id
        AND other.message_id = kept.message_id AND other.${column} = known.name
        AND (other.author = kept.author OR kept.author = known.lid) AND (other.chat = kept.chat OR kept.chat = known.lid))`;
}

function removal(sessionId: SessionId, table: Fragment, column: Fragment, names: readonly string[]): Statement {
  return sql`DELETE FROM ${table} WHERE session_id = ${sessionId} AND ${column} = ANY(${names}::text[])`;
}

function pruningOf(sessionId: SessionId, beforeMs: number): Pruning {
  return (limit) => [
    sql`DELETE FROM kept_messages WHERE id IN (SELECT id FROM kept_messages
          WHERE session_id = ${sessionId} AND sent_at_ms < ${beforeMs} ORDER BY sent_at_ms, id LIMIT ${limit})`,
  ];
}
