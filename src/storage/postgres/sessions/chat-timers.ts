import type { ChatTimer, NotedTimer } from '../../../domain/chat.ts';
import type { SessionId } from '../../../domain/session-id.ts';
import type { Clock } from '../../../kit/clock.ts';
import type { ChatTimerStore } from '../../../ports/storage.ts';
import { timerOfChat } from '../../shared/encryption/cell-address.ts';
import { isNews, MAX_CHATS, setAt } from '../../shared/timers.ts';
import type { PostgresDamagedValues } from '../damage/damaged-values.ts';
import type { Database } from '../database.ts';
import type { PostgresVault } from '../encryption/vault.ts';
import { sql, type Statement } from '../sql.ts';
import type { Transaction } from '../transaction.ts';

/** A row of `chat_timers`; the timer is a sealed JSON object. */
interface Row {
  chat: string;
  timer: Buffer;
}

/** A stored timer, and the name under which it is stored. */
interface StoredTimer extends ChatTimer {
  chat: string;
}

/** What is written of the timers of a session. */
interface Changes {
  removed: readonly string[];
  added: ReadonlyMap<string, ChatTimer>;
}

/** The dependencies of {@link PostgresChatTimerStore}. */
export interface ChatTimerStoreDeps {
  clock: Clock;
  vault: PostgresVault;
  damaged: PostgresDamagedValues;
}

/** The disappearing timers of the chats of each session. */
export class PostgresChatTimerStore implements ChatTimerStore {
  readonly #db: Database;
  readonly #deps: ChatTimerStoreDeps;

  constructor(db: Database, deps: ChatTimerStoreDeps) {
    this.#db = db;
    this.#deps = deps;
  }

  /** Uncommitted: what is sent with it is stored after it, and leaves only when that is durable. */
  async of(sessionId: SessionId, names: readonly string[]): Promise<ChatTimer | undefined> {
    const [latest] = this.#fromRows(
      sessionId,
      await this.#db.readUncommitted<Row>(sessionId, rowsOf(sessionId, names)),
    );
    return latest && { seconds: latest.seconds, setAtMs: latest.setAtMs };
  }

  /** Takes over what messages say of their chats, in this order, unless something newer is known. */
  async note(transaction: Transaction, sessionId: SessionId, noted: readonly NotedTimer[]): Promise<void> {
    const rows = await transaction.rows<Row>(
      rowsOf(
        sessionId,
        noted.flatMap(({ names }) => names),
      ),
    );
    const known = new Map(this.#fromRows(sessionId, rows).map((timer) => [timer.chat, timer]));
    const [removed, added] = [new Set<string>(), new Map<string, ChatTimer>()];
    for (const { names, saidAtMs, ...timer } of noted) {
      const [chat] = names;
      const stored = names.flatMap((name) => known.get(name) ?? []).toSorted((a, b) => setAt(b) - setAt(a));
      if (chat === undefined || !isNews(timer, saidAtMs, stored[0])) continue;
      for (const { chat: other } of stored) {
        removed.add(other);
        known.delete(other);
        added.delete(other);
      }
      known.set(chat, { ...timer, chat });
      added.set(chat, timer);
    }
    this.#write(transaction, sessionId, { removed: [...removed], added });
  }

  /** Removes up to `limit` timers beyond {@link MAX_CHATS} of their session, those that changed first. */
  pruning(limit: number): Statement[] {
    return [
      sql`DELETE FROM chat_timers WHERE (session_id, chat) IN
            (SELECT session_id, chat FROM (
              SELECT session_id, chat, row_number() OVER (PARTITION BY session_id ORDER BY updated_at_ms DESC) AS place
              FROM chat_timers) AS placed WHERE place > ${MAX_CHATS}::bigint LIMIT ${limit})`,
    ];
  }

  #write(transaction: Transaction, sessionId: SessionId, { removed, added }: Changes): void {
    const chats = [...added.keys()];
    const seal = ([chat, timer]: [string, ChatTimer]) =>
      this.#deps.vault.seal(timerOfChat(sessionId, chat), JSON.stringify(timer));
    if (removed.length > 0) {
      void transaction.run(sql`DELETE FROM chat_timers WHERE session_id = ${sessionId} AND chat = ANY(${removed})`);
    }
    if (chats.length === 0) return;
    void transaction.run(
      sql`INSERT INTO chat_timers (session_id, chat, timer, updated_at_ms)
          SELECT ${sessionId}, chat, timer, ${this.#deps.clock.now()}::bigint
          FROM unnest(${chats}::text[], ${[...added].map(seal)}::bytea[]) AS added (chat, timer)
          ON CONFLICT (session_id, chat) DO UPDATE SET timer = excluded.timer, updated_at_ms = excluded.updated_at_ms`,
    );
  }

  /** Under whatever names the timers of one chat are stored, the one that was set last comes first. */
  #fromRows(sessionId: SessionId, rows: readonly Row[]): StoredTimer[] {
    return rows.flatMap((row) => this.#fromRow(sessionId, row) ?? []).toSorted((a, b) => setAt(b) - setAt(a));
  }

  /** A damaged timer counts as none: the next message of its chat says it again. */
  #fromRow(sessionId: SessionId, { chat, timer }: Row): StoredTimer | undefined {
    const cell = timerOfChat(sessionId, chat);
    const read = () => ({ ...(JSON.parse(this.#deps.vault.open(cell, timer)) as ChatTimer), chat });
    const remove = sql`DELETE FROM chat_timers WHERE session_id = ${sessionId} AND chat = ${chat} AND timer = ${timer}`;
    return this.#deps.damaged.readable({ sessionId, cell, stored: timer }, read, remove);
  }
}

function rowsOf(sessionId: SessionId, names: readonly string[]): Statement {
  return sql`SELECT chat, timer FROM chat_timers WHERE session_id = ${sessionId} AND chat = ANY(${names}::text[])`;
}
