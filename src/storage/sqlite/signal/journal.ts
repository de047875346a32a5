import type { SessionId } from '../../../domain/session-id.ts';
import type { Clock } from '../../../kit/clock.ts';
import type { Journal, JournalEntry, MessageKey } from '../../../ports/signal.ts';
import { journalPart } from '../../shared/encryption/cell-address.ts';
import type { Vault } from '../../shared/encryption/vault.ts';
import { MESSAGE_RETENTION_MS, REDELIVERY_WINDOW_MS } from '../../shared/retention.ts';
import type { SqliteDamagedValues } from '../damage/damaged-values.ts';
import type { Database } from '../database.ts';

/** A row of `journal`; `attrs` (JSON) and `plaintext` are sealed. */
interface Row {
  ciphertextHash: Buffer;
  messageKey: MessageKey;
  delivery: string;
  parts: number;
  attrs: string;
  plaintext: Buffer;
}

/** The dependencies of {@link SqliteJournal}. */
export interface JournalDeps {
  clock: Clock;
  vault: Vault;
  damaged: SqliteDamagedValues;
}

/** Decrypted messages, written in the transaction that uses up their keys. */
export class SqliteJournal implements Journal {
  readonly #db: Database;
  readonly #clock: Clock;
  readonly #vault: Vault;
  readonly #damaged: SqliteDamagedValues;
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: Database, { clock, vault, damaged }: JournalDeps) {
    this.#db = db;
    this.#clock = clock;
    this.#vault = vault;
    this.#damaged = damaged;
    this.#sql = prepare(db);
  }

  /** Uncommitted: a ratchet step that depends on this is written after it, and its result leaves only when that is on disk. */
  find(sessionId: SessionId, ciphertextHash: Uint8Array, messageKey: MessageKey): Promise<Uint8Array | undefined> {
    const handledSince = this.#clock.now() - REDELIVERY_WINDOW_MS;
    const hash = Buffer.from(ciphertextHash);
    return this.#db.readUncommitted(() => {
      const row = this.#sql.find.get(sessionId, hash, messageKey, handledSince);
      return row && this.#plaintextOf(sessionId, { ciphertextHash: hash, plaintext: row.plaintext });
    });
  }

  withId(sessionId: SessionId, messageId: string): Promise<JournalEntry[]> {
    return this.#db.read(() =>
      this.#sql.withId
        .all(sessionId, messageId)
        .flatMap((row) => this.#fromRow(sessionId, row) ?? [])
        .filter(({ plaintext }) => plaintext !== DAMAGED),
    );
  }

  leftOver(sessionId: SessionId): Promise<JournalEntry[]> {
    return this.#db.read(() => this.#sql.leftOver.all(sessionId).flatMap((row) => this.#fromRow(sessionId, row) ?? []));
  }

  /** Adds an entry, within the caller's transaction; a ciphertext that is already known is skipped. */
  add(sessionId: SessionId, entry: JournalEntry): void {
    const { messageKey, delivery, parts } = entry;
    const hash = Buffer.from(entry.ciphertextHash);
    const attrs = this.#vault.seal(journalPart(sessionId, 'attrs', hash), JSON.stringify(entry.attrs));
    const plaintext = this.#vault.sealBytes(journalPart(sessionId, 'plaintext', hash), entry.plaintext);
    const stanza = [messageKey, delivery, parts, attrs, plaintext, entry.attrs.id ?? null] as const;
    this.#sql.add.run(sessionId, hash, ...stanza, this.#clock.now());
  }

  /** The message has become a callback, or needs none; within the caller's transaction. */
  handled(sessionId: SessionId, messageKey: MessageKey): void {
    this.#sql.handled.run(this.#clock.now(), sessionId, messageKey);
  }

  /** Removes what nobody will ask for again, but never a complete message that was not handled yet. */
  prune(limit: number): boolean {
    const beforeMs = this.#clock.now() - MESSAGE_RETENTION_MS;
    const isMore = this.#sql.pruneIncomplete.run(beforeMs, limit).changes === limit;
    return this.pruneHandled(beforeMs, limit) || isMore;
  }

  /** Removes up to `limit` messages that were handled before this moment. Returns whether there may be more. */
  pruneHandled(beforeMs: number, limit: number): boolean {
    return this.#sql.pruneHandled.run(beforeMs, limit).changes === limit;
  }

  /** Without its stanza a message cannot even be reported as undecryptable: the entry is removed. */
  #fromRow(sessionId: SessionId, row: Row): JournalEntry | undefined {
    const { ciphertextHash } = row;
    const cell = journalPart(sessionId, 'attrs', ciphertextHash);
    const attrs = this.#damaged.readable(
      { sessionId, cell, stored: row.attrs },
      () => JSON.parse(this.#vault.open(cell, row.attrs)) as Record<string, string>,
      () => this.#sql.remove.run(sessionId, ciphertextHash),
    );
    return attrs && { ...row, attrs, plaintext: this.#plaintextOf(sessionId, row) ?? DAMAGED };
  }

  #plaintextOf(
    sessionId: SessionId,
    { ciphertextHash, plaintext }: Pick<Row, 'ciphertextHash' | 'plaintext'>,
  ): Uint8Array | undefined {
    const cell = journalPart(sessionId, 'plaintext', ciphertextHash);
    return this.#damaged.readable({ sessionId, cell, stored: plaintext }, () => this.#vault.openBytes(cell, plaintext));
  }
}

/** Stands for a plaintext that is damaged. */
const DAMAGED = new Uint8Array();

const ENTRY = 'ciphertext_hash AS ciphertextHash, message_key AS messageKey, delivery, parts, attrs, plaintext';
/** Whether all parts of a row's stanza are there. */
const IS_COMPLETE = `(parts <= 1 OR parts <= (SELECT COUNT(*) FROM journal AS sibling
  WHERE sibling.session_id = journal.session_id AND sibling.delivery = journal.delivery AND sibling.parts > 1))`;

function prepare(db: Database) {
  return {
    find: db.prepare<[SessionId, Buffer, MessageKey, number], { plaintext: Buffer }>(
      `SELECT plaintext FROM journal WHERE session_id = ? AND ciphertext_hash = ? AND message_key = ?
         AND (handled_at_ms IS NULL OR handled_at_ms >= ?)`,
    ),
    withId: db.prepare<[SessionId, string], Row>(
      `SELECT ${ENTRY} FROM journal WHERE session_id = ? AND message_id = ? ORDER BY id`,
    ),
    leftOver: db.prepare<[SessionId], Row>(
      `SELECT ${ENTRY} FROM journal INDEXED BY journal_by_message
       WHERE session_id = ? AND handled_at_ms IS NULL AND ${IS_COMPLETE} ORDER BY id`,
    ),
    add: db.prepare<[SessionId, Buffer, MessageKey, string, number, string, Buffer, string | null, number]>(
      `INSERT INTO journal (session_id, ciphertext_hash, message_key, delivery, parts, attrs, plaintext, message_id,
         created_at_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO NOTHING`,
    ),
    remove: db.prepare<[SessionId, Buffer]>('DELETE FROM journal WHERE session_id = ? AND ciphertext_hash = ?'),
    handled: db.prepare<[number, SessionId, MessageKey]>(
      `UPDATE journal SET handled_at_ms = ? WHERE session_id = ? AND message_key = ? AND handled_at_ms IS NULL`,
    ),
    pruneHandled: db.prepare<[number, number]>(
      'DELETE FROM journal WHERE id IN (SELECT id FROM journal WHERE handled_at_ms < ? LIMIT ?)',
    ),
    pruneIncomplete: db.prepare<[number, number]>(
      `DELETE FROM journal WHERE id IN
         (SELECT id FROM journal WHERE handled_at_ms IS NULL AND created_at_ms < ? AND NOT (${IS_COMPLETE}) LIMIT ?)`,
    ),
  };
}
