import type { SessionId } from '../../../domain/session-id.ts';
import type { Clock, Timer } from '../../../kit/clock.ts';
import type { FetchedMedia, HeldCallback, HeldCallbacks } from '../../../ports/callbacks.ts';
import type { ReadySignal } from '../../shared/callbacks/ready-signal.ts';
import { callbackBody, type CallbackName } from '../../shared/encryption/cell-address.ts';
import { type Holding, isOwned } from '../cluster/holding.ts';
import type { Database } from '../database.ts';
import { type PostgresVault, readableJson } from '../encryption/vault.ts';
import { fragment, type Fragment, sql } from '../sql.ts';

/**
 * Whether a row is held for its file. A clock that was set back to before its creation also ends the hold, which might
 * otherwise last as long as that.
 */
export function isHeldAt(nowMs: number): Fragment {
  return fragment`(state = 'pending' AND hold_until_ms > ${nowMs} AND created_at_ms <= ${nowMs})`;
}

/** The part of a held callback's body that concerns its file. */
interface Body {
  message_id: string;
  edited_message_id: string | null;
  media_info: object;
}

/** A held row. */
interface Row extends CallbackName {
  id: number;
  body: Buffer;
}

/** The dependencies of {@link PostgresHeldCallbacks}. */
export interface HeldCallbackDeps {
  readySignal: ReadySignal;
  clock: Clock;
  vault: PostgresVault;
  holding: Holding;
}

const ROW = fragment`id, session_id AS "sessionId", webhook_id AS "webhookId", kind, body`;

/** The callbacks that are held for a file. */
export class PostgresHeldCallbacks implements HeldCallbacks {
  readonly #db: Database;
  readonly #deps: HeldCallbackDeps;
  /** For each session whose next callback is held, the timer that ends it. */
  readonly #timers = new Map<SessionId, Timer>();

  constructor(db: Database, deps: HeldCallbackDeps) {
    this.#db = db;
    this.#deps = deps;
  }

  /**
   * Whether a pending callback was held when it was about to be read: until then its body may have been changed, and nobody told. If so,
   * its session is notified when the time is over.
   */
  holds(row: { sessionId: SessionId; holdUntilMs: number | null; createdAtMs: number }, readAtMs: number): boolean {
    const { sessionId, holdUntilMs, createdAtMs } = row;
    if (holdUntilMs === null || holdUntilMs <= readAtMs || createdAtMs > this.#deps.clock.now()) return false;
    this.#timers.get(sessionId)?.cancel();
    this.#timers.set(
      sessionId,
      this.#deps.clock.after(holdUntilMs - readAtMs, () => this.#notify(sessionId)),
    );
    return true;
  }

  async all(): Promise<HeldCallback[]> {
    const rows = await this.#db.read<Row>(
      sql`SELECT ${ROW} FROM callbacks WHERE ${isHeldAt(this.#deps.clock.now())} AND ${isOwned(this.#deps.holding)} ORDER BY position`,
    );
    return rows.flatMap((row) => {
      const { sessionId, webhookId } = row;
      const { message_id, edited_message_id } = this.#bodyOf(row) ?? {};
      const messageId = edited_message_id ?? message_id;
      return messageId === undefined ? [] : [{ sessionId, webhookId, messageId }];
    });
  }

  async release(webhookId: string, media: FetchedMedia): Promise<void> {
    const isHeld = isHeldAt(this.#deps.clock.now());
    const [held] = await this.#db.read<{ sessionId: SessionId }>(
      sql`SELECT session_id AS "sessionId" FROM callbacks WHERE webhook_id = ${webhookId}`,
    );
    if (!held) return;
    await this.#db.write(held.sessionId, async (transaction) => {
      const row = await transaction.row<Row>(
        sql`SELECT ${ROW} FROM callbacks WHERE webhook_id = ${webhookId} AND ${isHeld} FOR UPDATE`,
      );
      if (!row) return;
      const body = this.#bodyOf(row);
      const withFile = body && JSON.stringify({ ...body, media_info: { ...body.media_info, ...media } });
      const sealed = withFile === undefined ? row.body : this.#deps.vault.seal(callbackBody(row), withFile);
      await transaction.run(sql`UPDATE callbacks SET body = ${sealed}, hold_until_ms = NULL WHERE id = ${row.id}`);
      transaction.afterCommit(() => this.#notify(row.sessionId));
    });
  }

  /** Cancels the timers: the process is shutting down. */
  close(): void {
    for (const timer of this.#timers.values()) timer.cancel();
  }

  /** A body that was tampered with must not hide the others; its own delivery reports it. */
  #bodyOf(row: Row): Body | undefined {
    const text = readableJson(this.#deps.vault, callbackBody(row), row.body);
    return text === null ? undefined : (JSON.parse(text) as Body);
  }

  #notify(sessionId: SessionId): void {
    this.#timers.get(sessionId)?.cancel();
    this.#timers.delete(sessionId);
    this.#deps.readySignal.notify([sessionId]);
  }
}
