import type { ChatTimer, NotedTimer } from '../../../domain/chat.ts';
import type { SessionId } from '../../../domain/session-id.ts';
import type { Clock } from '../../../kit/clock.ts';
import type { ChatTimerStore } from '../../../ports/storage.ts';
import { timerOfChat } from '../../shared/encryption/cell-address.ts';
import type { Vault } from '../../shared/encryption/vault.ts';
import { isNews, MAX_CHATS, setAt } from '../../shared/timers.ts';
import type { SqliteDamagedValues } from '../damage/damaged-values.ts';
import type { Database } from '../database.ts';

/** A row of `chat_timers`; the timer is a sealed JSON object. */
interface Row {
  chat: string;
  timer: string;
}

/** A stored timer, and the name under which it is stored. */
interface StoredTimer extends ChatTimer {
  chat: string;
}

/** The dependencies of {@link SqliteChatTimerStore}. */
export interface ChatTimerStoreDeps {
  clock: Clock;
  vault: Vault;
  damaged: SqliteDamagedValues;
}

/** The disappearing timers of the chats of each session. */
export class SqliteChatTimerStore implements ChatTimerStore {
  readonly #db: Database;
  readonly #deps: ChatTimerStoreDeps;
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: Database, deps: ChatTimerStoreDeps) {
    this.#db = db;
    this.#deps = deps;
    this.#sql = prepare(db);
  }

  /** Uncommitted: what is sent with it is stored after it, and leaves only when that is on disk. */
  of(sessionId: SessionId, names: readonly string[]): Promise<ChatTimer | undefined> {
    return this.#db.readUncommitted(() => {
      const [latest] = this.#stored(sessionId, names);
      return latest && { seconds: latest.seconds, setAtMs: latest.setAtMs };
    });
  }

  /** Takes over what a message says of its chat, unless something newer is known; within the caller's transaction. */
  note(sessionId: SessionId, { names, saidAtMs, ...timer }: NotedTimer): void {
    const [chat] = names;
    const known = this.#stored(sessionId, names);
    if (chat === undefined || !isNews(timer, saidAtMs, known[0])) return;
    for (const stored of known) this.#sql.remove.run(sessionId, stored.chat);
    const sealed = this.#deps.vault.seal(timerOfChat(sessionId, chat), JSON.stringify(timer));
    this.#sql.add.run(sessionId, chat, sealed, this.#deps.clock.now());
  }

  /** Removes the timers beyond {@link MAX_CHATS} of one session, those that changed first. */
  prune(limit: number): boolean {
    const sessionId = this.#sql.crowded.get(MAX_CHATS);
    if (sessionId === undefined) return false;
    this.#sql.trim.run({ sessionId, max: MAX_CHATS, limit });
    return true;
  }

  /** Under whatever names the timers of one chat are stored, the one that was set last comes first. */
  #stored(sessionId: SessionId, names: readonly string[]): StoredTimer[] {
    const rows = names.flatMap((name) => this.#sql.find.get(sessionId, name) ?? []);
    return rows.flatMap((row) => this.#fromRow(sessionId, row) ?? []).toSorted((a, b) => setAt(b) - setAt(a));
  }

  /** A damaged timer counts as none: the next message of its chat says it again. */
  #fromRow(sessionId: SessionId, { chat, timer }: Row): StoredTimer | undefined {
    const cell = timerOfChat(sessionId, chat);
    const read = () => ({ ...(JSON.parse(this.#deps.vault.open(cell, timer)) as ChatTimer), chat });
    const remove = () => this.#sql.removeDamaged.run(sessionId, chat, timer);
    return this.#deps.damaged.readable({ sessionId, cell, stored: timer }, read, remove);
  }
}

function prepare(db: Database) {
  return {
    find: db.prepare<[SessionId, string], Row>('SELECT chat, timer FROM chat_timers WHERE session_id = ? AND chat = ?'),
    remove: db.prepare<[SessionId, string]>('DELETE FROM chat_timers WHERE session_id = ? AND chat = ?'),
    removeDamaged: db.prepare<[SessionId, string, string]>(
      'DELETE FROM chat_timers WHERE session_id = ? AND chat = ? AND timer = ?',
    ),
    add: db.prepare<[SessionId, string, string, number]>(
      'INSERT OR REPLACE INTO chat_timers (session_id, chat, timer, updated_at_ms) VALUES (?, ?, ?, ?)',
    ),
    crowded: db
      .prepare<[number], SessionId>(
        'SELECT session_id FROM chat_timers GROUP BY session_id HAVING COUNT(*) > ? LIMIT 1',
      )
      .pluck(),
    trim: db.prepare<[{ sessionId: SessionId; max: number; limit: number }]>(
      `DELETE FROM chat_timers WHERE (session_id, chat) IN
         (SELECT session_id, chat FROM chat_timers WHERE session_id = @sessionId
          ORDER BY updated_at_ms DESC LIMIT @limit OFFSET @max)`,
    ),
  };
}
