import { type Database } from 'better-sqlite3';
import { type Clock, type Timer } from '../../../kit/clock.ts';
import { type FetchedMedia, type HeldCallback, type HeldCallbacks } from '../../../ports/callbacks.ts';
import { type SessionId } from '../../../domain/session-id.ts';
import { callbackBody } from '../../shared/encryption/cell-address.ts';
import { promised } from '../promised.ts';
import { type ReadySignal } from './ready-signal.ts';
import { openOrNull, type Vault } from '../../shared/encryption/vault.ts';

/**
 * Whether a row waits for its file. Its time is over also when the clock was set back behind its making: else it might wait
 * for as long as that.
 */
export const IS_HELD = `state = 'pending' AND hold_until_ms > @nowMs AND created_at_ms <= @nowMs`;

/** The rows that wait, of the last half minute at most: however many wait for the backend, these are found at once. */
export const HELD = `callbacks INDEXED BY callbacks_held WHERE ${IS_HELD}`;

/** What a held callback says, as far as its file matters. */
interface Body {
  message_id: string;
  edited_message_id: string | null;
  media_info: object;
}

/** What callbacks are held with. */
export interface HeldDeps {
  readySignal: ReadySignal;
  clock: Clock;
  vault: Vault;
}

/** The callbacks that wait for a file. */
export class SqliteHeldCallbacks implements HeldCallbacks {
  readonly #readySignal: ReadySignal;
  readonly #clock: Clock;
  readonly #vault: Vault;
  readonly #sql: ReturnType<typeof prepare>;
  /** The sessions whose next callback is held, with what wakes them when its time is over. */
  readonly #alarms = new Map<SessionId, Timer>();

  constructor(db: Database, { readySignal, clock, vault }: HeldDeps) {
    this.#vault = vault;
    this.#readySignal = readySignal;
    this.#clock = clock;
    this.#sql = prepare(db);
  }

  /** Whether the callback is held; if so, the readySignal rings when its time is over. */
  holds({ id, sessionId }: { id: number; sessionId: SessionId }): boolean {
    const nowMs = this.#clock.now();
    const held = this.#sql.held.get({ id, nowMs });
    if (!held) return false;
    this.#alarms.get(sessionId)?.cancel();
    this.#alarms.set(
      sessionId,
      this.#clock.after(held.untilMs - nowMs, () => this.#wake(sessionId)),
    );
    return true;
  }

  all(): Promise<HeldCallback[]> {
    return promised(() =>
      this.#sql.all.all({ nowMs: this.#clock.now() }).flatMap(({ sessionId, webhookId, body }) => {
        const { message_id, edited_message_id } = this.#bodyOf(sessionId, webhookId, body) ?? {};
        const messageId = edited_message_id ?? message_id;
        return messageId === undefined ? [] : [{ sessionId, webhookId, messageId }];
      }),
    );
  }

  release(webhookId: string, media: FetchedMedia): Promise<void> {
    return promised(() => {
      const row = this.#sql.body.get({ webhookId, nowMs: this.#clock.now() });
      if (!row) return;
      const cell = callbackBody(row.sessionId, webhookId);
      const body = JSON.parse(this.#vault.open(cell, row.body)) as Body;
      const told = JSON.stringify({ ...body, media_info: { ...body.media_info, ...media } });
      this.#sql.release.run({ id: row.id, body: this.#vault.seal(cell, told) });
      this.#wake(row.sessionId);
    });
  }

  /** The process ends: nobody is to be woken any more. */
  end(): void {
    for (const alarm of this.#alarms.values()) alarm.cancel();
  }

  /** One that was tampered with must not keep all others waiting: whoever hands it over will say so. */
  #bodyOf(sessionId: SessionId, webhookId: string, body: string): Body | undefined {
    const text = openOrNull(this.#vault, callbackBody(sessionId, webhookId), body);
    return text === null ? undefined : (JSON.parse(text) as Body);
  }

  #wake(sessionId: SessionId): void {
    this.#alarms.get(sessionId)?.cancel();
    this.#alarms.delete(sessionId);
    this.#readySignal.ring([sessionId]);
  }
}

function prepare(db: Database) {
  return {
    held: db.prepare<[{ id: number; nowMs: number }], { untilMs: number }>(
      `SELECT hold_until_ms AS untilMs FROM callbacks WHERE id = @id AND ${IS_HELD}`,
    ),
    all: db.prepare<[{ nowMs: number }], { sessionId: SessionId; webhookId: string; body: string }>(
      `SELECT session_id AS sessionId, webhook_id AS webhookId, body FROM ${HELD} ORDER BY position`,
    ),
    body: db.prepare<[{ webhookId: string; nowMs: number }], { id: number; sessionId: SessionId; body: string }>(
      `SELECT id, session_id AS sessionId, body FROM callbacks WHERE webhook_id = @webhookId AND ${IS_HELD}`,
    ),
    release: db.prepare<[{ id: number; body: string }]>(
      'UPDATE callbacks SET body = @body, hold_until_ms = NULL WHERE id = @id',
    ),
  };
}
