import type { SessionId } from '../../../domain/session-id.ts';
import type { Clock } from '../../../kit/clock.ts';
import type { Journal, JournalEntry, MessageKey } from '../../../ports/signal.ts';
import { journalPart } from '../../shared/encryption/cell-address.ts';
import { MESSAGE_RETENTION_MS, REDELIVERY_WINDOW_MS } from '../../shared/retention.ts';
import type { PostgresDamagedValues } from '../damage/damaged-values.ts';
import type { Database } from '../database.ts';
import type { PostgresVault } from '../encryption/vault.ts';
import type { SharedRead } from '../shared-read.ts';
import { fragment, sql, type Statement } from '../sql.ts';
import type { Transaction } from '../transaction.ts';
import { JOURNAL, readPlaintexts, type SoughtEntry } from './journal-rows.ts';

/** A row of `journal`; `attrs` (JSON) and `plaintext` are sealed. */
interface Row {
  ciphertextHash: Buffer;
  messageKey: MessageKey;
  delivery: string;
  parts: number;
  attrs: Buffer;
  plaintext: Buffer;
}

/** The dependencies of {@link PostgresJournal}. */
export interface JournalDeps {
  clock: Clock;
  vault: PostgresVault;
  damaged: PostgresDamagedValues;
}

/** Stands for a plaintext that is damaged. */
const DAMAGED = new Uint8Array();

const ENTRY = fragment`ciphertext_hash AS "ciphertextHash", message_key AS "messageKey", delivery, parts, attrs, plaintext`;
/** Whether all parts of a row's stanza are there. */
const IS_COMPLETE = fragment`parts <= (SELECT COUNT(*) FROM journal AS sibling
  WHERE sibling.session_id = journal.session_id AND sibling.delivery = journal.delivery)`;

/** Decrypted messages, written in the transaction that uses up their keys. */
export class PostgresJournal implements Journal {
  readonly #db: Database;
  readonly #deps: JournalDeps;
  readonly #leftOver: SharedRead<SessionId, Row[]>;
  readonly #plaintexts: SharedRead<SoughtEntry, Buffer>;

  constructor(db: Database, deps: JournalDeps) {
    this.#db = db;
    this.#deps = deps;
    this.#plaintexts = db.sharedUncommitted((sought) => readPlaintexts(db, sought));
    this.#leftOver = db.sharedRead(async (sessionIds) => {
      const rows = await db.readCommitted<Row & { sessionId: SessionId }>(
        sql`SELECT session_id AS "sessionId", ${ENTRY} FROM journal
            WHERE session_id = ANY(${sessionIds}) AND handled_at_ms IS NULL AND ${IS_COMPLETE} ORDER BY id`,
      );
      return Map.groupBy(rows, ({ sessionId }) => sessionId);
    });
  }

  /** Uncommitted: a ratchet step that depends on this is written after it, and its result leaves only when that is durable. */
  async find(
    sessionId: SessionId,
    ciphertextHash: Uint8Array,
    messageKey: MessageKey,
  ): Promise<Uint8Array | undefined> {
    const handledSinceMs = this.#deps.clock.now() - REDELIVERY_WINDOW_MS;
    const hash = Buffer.from(ciphertextHash);
    const sought = { sessionId, ciphertextHash: hash, messageKey, handledSinceMs };
    const plaintext = await this.#plaintexts.get(sought);
    return plaintext && this.#plaintextOf(sessionId, { ciphertextHash: hash, plaintext });
  }

  async withId(sessionId: SessionId, messageId: string): Promise<JournalEntry[]> {
    const rows = await this.#db.read<Row>(
      sql`SELECT ${ENTRY} FROM journal WHERE session_id = ${sessionId} AND message_id = ${messageId} ORDER BY id`,
    );
    return this.#fromRows(sessionId, rows).filter(({ plaintext }) => plaintext !== DAMAGED);
  }

  async leftOver(sessionId: SessionId): Promise<JournalEntry[]> {
    return this.#fromRows(sessionId, (await this.#leftOver.get(sessionId)) ?? []);
  }

  /** Adds an entry; a ciphertext that is already known is skipped. */
  add(transaction: Transaction, sessionId: SessionId, entry: JournalEntry): void {
    const { vault, clock } = this.#deps;
    const hash = Buffer.from(entry.ciphertextHash);
    const attrs = vault.seal(journalPart(sessionId, 'attrs', hash), JSON.stringify(entry.attrs));
    const plaintext = vault.sealBytes(journalPart(sessionId, 'plaintext', hash), entry.plaintext);
    const { messageKey, delivery, parts } = entry;
    const others = { messageId: entry.attrs.id ?? null, createdAtMs: clock.now() };
    const added = { sessionId, ciphertextHash: hash, messageKey, delivery, parts, attrs, plaintext, ...others };
    void transaction.add(JOURNAL, { added });
  }

  /** The message has become a callback, or needs none. */
  handled(transaction: Transaction, sessionId: SessionId, messageKey: MessageKey): void {
    const handledAtMs = this.#deps.clock.now();
    void transaction.add(JOURNAL, { handled: { sessionId, messageKey, handledAtMs } });
  }

  /** Removes up to `limit` entries that nobody will ask for again, but never a complete message that was not handled yet. */
  pruning(limit: number): Statement[] {
    const beforeMs = this.#deps.clock.now() - MESSAGE_RETENTION_MS;
    return [
      sql`DELETE FROM journal WHERE id IN (SELECT id FROM journal WHERE handled_at_ms < ${beforeMs} LIMIT ${limit})`,
      sql`DELETE FROM journal WHERE id IN (SELECT id FROM journal
            WHERE handled_at_ms IS NULL AND created_at_ms < ${beforeMs} AND NOT (${IS_COMPLETE}) LIMIT ${limit})`,
    ];
  }

  #fromRows(sessionId: SessionId, rows: readonly Row[]): JournalEntry[] {
    return rows.flatMap((row) => this.#fromRow(sessionId, row) ?? []);
  }

  /** Without its stanza a message cannot even be reported as undecryptable: the entry is removed. */
  #fromRow(sessionId: SessionId, row: Row): JournalEntry | undefined {
    const { ciphertextHash } = row;
    const cell = journalPart(sessionId, 'attrs', ciphertextHash);
    const attrs = this.#deps.damaged.readable(
      { sessionId, cell, stored: row.attrs },
      () => JSON.parse(this.#deps.vault.open(cell, row.attrs)) as Record<string, string>,
      sql`DELETE FROM journal WHERE session_id = ${sessionId} AND ciphertext_hash = ${ciphertextHash}`,
    );
    const { messageKey, delivery, parts } = row;
    const plaintext = this.#plaintextOf(sessionId, row) ?? DAMAGED;
    return attrs && { ciphertextHash, messageKey, delivery, parts, attrs, plaintext };
  }

  #plaintextOf(
    sessionId: SessionId,
    { ciphertextHash, plaintext }: Pick<Row, 'ciphertextHash' | 'plaintext'>,
  ): Uint8Array | undefined {
    const { vault, damaged } = this.#deps;
    const cell = journalPart(sessionId, 'plaintext', ciphertextHash);
    return damaged.readable({ sessionId, cell, stored: plaintext }, () => vault.openBytes(cell, plaintext));
  }
}
