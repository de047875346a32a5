import type { SessionId } from '../../../domain/session-id.ts';
import type { Clock, Timer } from '../../../kit/clock.ts';
import type { FetchedMedia, HeldCallback, HeldCallbacks } from '../../../ports/callbacks.ts';
import { callbackBody, type CallbackName } from '../../shared/encryption/cell-address.ts';
import { readableJson, type Vault } from '../../shared/encryption/vault.ts';
import type { Database } from '../database.ts';
import type { ReadySignal } from '../../shared/callbacks/ready-signal.ts';

/**
 * Whether a row is held for its file. A clock that was set back to before its creation also ends the hold, which might
 * otherwise last as long as that.
 */
export const IS_HELD = `state = 'pending' AND hold_until_ms > @nowMs AND created_at_ms <= @nowMs`;

/** The held rows, of the last half minute at most. Their index finds them quickly, however many callbacks are pending. */
export const HELD = `callbacks INDEXED BY callbacks_held WHERE ${IS_HELD}`;

/** The part of a held callback's body that concerns its file. */
interface Body {
  message_id: string;
  edited_message_id: string | null;
  media_info: object;
}

/** A held row. */
interface Row extends CallbackName {
  id: number;
  body: string;
}

/** The dependencies of {@link SqliteHeldCallbacks}. */
export interface HeldCallbackDeps {
  readySignal: ReadySignal;
  clock: Clock;
  vault: Vault;
}

/** The callbacks that are held for a file. */
export class SqliteHeldCallbacks implements HeldCallbacks {
  readonly #db: Database;
  readonly #readySignal: ReadySignal;
  readonly #clock: Clock;
  readonly #vault: Vault;
  readonly #sql: ReturnType<typeof prepare>;
  /** For each session whose next callback is held, the timer that ends it. */
  readonly #timers = new Map<SessionId, Timer>();

  constructor(db: Database, { readySignal, clock, vault }: HeldCallbackDeps) {
    this.#db = db;
    this.#vault = vault;
    this.#readySignal = readySignal;
    this.#clock = clock;
    this.#sql = prepare(db);
  }

  /** Whether the callback is held. If so, its session is notified when the time is over. */
  holds({ id, sessionId }: { id: number; sessionId: SessionId }): boolean {
    const nowMs = this.#clock.now();
    const held = this.#sql.held.get({ id, nowMs });
    if (!held) return false;
    this.#timers.get(sessionId)?.cancel();
    this.#timers.set(
      sessionId,
      this.#clock.after(held.untilMs - nowMs, () => this.#notify(sessionId)),
    );
    return true;
  }

  all(): Promise<HeldCallback[]> {
    return this.#db.read(() =>
      this.#sql.all.all({ nowMs: this.#clock.now() }).flatMap((row) => {
        const { sessionId, webhookId } = row;
        const { message_id, edited_message_id } = this.#bodyOf(row) ?? {};
        const messageId = edited_message_id ?? message_id;
        return messageId === undefined ? [] : [{ sessionId, webhookId, messageId }];
      }),
    );
  }

  release(webhookId: string, media: FetchedMedia): Promise<void> {
    return this.#db.write(() => {
      const row = this.#sql.find.get({ webhookId, nowMs: this.#clock.now() });
      if (!row) return;
      const body = this.#bodyOf(row);
      const withFile = body && JSON.stringify({ ...body, media_info: { ...body.media_info, ...media } });
      const sealed = withFile === undefined ? row.body : this.#vault.seal(callbackBody(row), withFile);
      this.#sql.release.run({ id: row.id, body: sealed });
      this.#notify(row.sessionId);
    });
  }

  /** Cancels the timers: the process is shutting down. */
  close(): void {
    for (const timer of this.#timers.values()) timer.cancel();
  }

  /** A body that was tampered with must not hide the others; its own delivery reports it. */
  #bodyOf(row: Row): Body | undefined {
    const text = readableJson(this.#vault, callbackBody(row), row.body);
    return text === null ? undefined : (JSON.parse(text) as Body);
  }

  #notify(sessionId: SessionId): void {
    this.#timers.get(sessionId)?.cancel();
    this.#timers.delete(sessionId);
    this.#readySignal.notify([sessionId]);
  }
}

const ROW = 'id, session_id AS sessionId, webhook_id AS webhookId, kind, body';

function prepare(db: Database) {
  return {
    held: db.prepare<[{ id: number; nowMs: number }], { untilMs: number }>(
      `SELECT hold_until_ms AS untilMs FROM callbacks WHERE id = @id AND ${IS_HELD}`,
    ),
    all: db.prepare<[{ nowMs: number }], Row>(`SELECT ${ROW} FROM ${HELD} ORDER BY position`),
    find: db.prepare<[{ webhookId: string; nowMs: number }], Row>(
      `SELECT ${ROW} FROM callbacks WHERE webhook_id = @webhookId AND ${IS_HELD}`,
    ),
    release: db.prepare<[{ id: number; body: string }]>(
      'UPDATE callbacks SET body = @body, hold_until_ms = NULL WHERE id = @id',
    ),
  };
}
