import { type Database } from 'better-sqlite3';
import { type PhoneNumber } from '../../../domain/address.ts';
import { type MessageBody } from '../../../domain/event.ts';
import { type Numbers } from '../../../domain/person.ts';
import { type SessionId } from '../../../domain/session-id.ts';
import { type Clock } from '../../../kit/clock.ts';
import { type NewCallback } from '../../../ports/callbacks.ts';
import { type AwaitedNumber, type AwaitedNumberStore } from '../../../ports/storage.ts';
import { callbackBody } from '../../shared/encryption/cell-address.ts';
import { type Vault } from '../../shared/encryption/vault.ts';
import { MESSAGE_RETENTION_MS } from '../../shared/retention.ts';
import { IS_HELD } from '../callbacks/held-callbacks.ts';
import { type Outbox } from '../callbacks/outbox.ts';
import { promised } from '../promised.ts';

/** A row of `awaited_numbers`, as far as somebody reads it. */
type Row = Omit<AwaitedNumber, 'lid'>;

/** The callback that told of somebody without a number. */
interface Told {
  id: number;
  sessionId: SessionId;
  state: 'pending' | 'delivered' | 'dead' | 'unwanted';
  attempts: number;
  body: string;
  /** Whether it is the next of its session, which may be on its way to the backend at this moment. */
  isNext: number;
  /** Whether it waits for its file, and is not handed over. */
  isHeld: number | null;
}

/** What the awaited numbers are kept with. */
export interface AwaitedNumberDeps {
  clock: Clock;
  outbox: Outbox;
  vault: Vault;
}

/** The awaited numbers as rows. Who adds one does so within a transaction of its own. */
export class SqliteAwaitedNumberStore implements AwaitedNumberStore {
  readonly #clock: Clock;
  readonly #outbox: Outbox;
  readonly #vault: Vault;
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: Database, { clock, outbox, vault }: AwaitedNumberDeps) {
    this.#vault = vault;
    this.#clock = clock;
    this.#outbox = outbox;
    this.#sql = prepare(db);
  }

  of(sessionId: SessionId): Promise<string[]> {
    return promised(() => this.#sql.lids.all(sessionId).map(({ lid }) => lid));
  }

  known(sessionId: SessionId, numbers: Numbers): Promise<void> {
    return promised(() => {
      const awaited = this.#sql.lids.all(sessionId).flatMap(({ lid }) => {
        const number = numbers.get(lid);
        return number === undefined ? [] : [{ sessionId, lid, number }];
      });
      const again = awaited.flatMap(({ lid, number }) => this.#again(this.#sql.rows.all(sessionId, lid), number));
      const change = () => {
        for (const { lid, number } of awaited) this.#correct(sessionId, lid, number);
        for (const [lid, number] of numbers) this.#sql.address.run(number, sessionId, lid);
      };
      this.#outbox.commit(change, { events: again });
    });
  }

  /** A callback that is awaited already stays as it is. */
  add(sessionId: SessionId, awaited: AwaitedNumber): void {
    this.#sql.add.run({ ...awaited, sessionId, nowMs: this.#clock.now() });
  }

  /** Removes what is older than two weeks. */
  prune(): void {
    this.#sql.prune.run(this.#clock.now() - MESSAGE_RETENTION_MS);
  }

  #find(told: string): Told | undefined {
    const row = this.#sql.told.get({ told, nowMs: this.#clock.now() });
    return row && { ...row, body: this.#vault.open(callbackBody(row.sessionId, told), row.body) };
  }

  /** What must be told once more, since the backend may have seen it without the number. */
  #again(rows: readonly Row[], number: PhoneNumber): NewCallback[] {
    return rows.flatMap(({ told, again, unless }) => {
      const callback = this.#find(told);
      if (!callback || !mayBeSeen(callback)) return [];
      const body = { ...withNumber(callback.body, number), corrected_fields: changedIn(callback.body) };
      const event = { kind: 'message-received' as const, body };
      return [{ event, webhookId: again, ...(unless !== null && { unless: [unless] }) }];
    });
  }

  /** What waits, or may be tried again when a person wants it, says the number from now on. */
  #correct(sessionId: SessionId, lid: string, number: PhoneNumber): void {
    for (const { told } of this.#sql.rows.all(sessionId, lid)) {
      const callback = this.#find(told);
      if (!callback || callback.state === 'delivered') continue;
      const body = JSON.stringify(withNumber(callback.body, number));
      this.#sql.change.run(this.#vault.seal(callbackBody(callback.sessionId, told), body), callback.id);
    }
    this.#sql.remove.run(sessionId, lid);
  }
}

/** The fields that change with the number. */
function changedIn(body: string): string[] {
  const { sender_name } = JSON.parse(body) as MessageBody;
  return sender_name === null ? ['sender_number', 'sender_name'] : ['sender_number'];
}

/** A try of which we heard nothing good may have reached the backend all the same. */
function mayBeSeen({ state, attempts, isNext, isHeld }: Told): boolean {
  if (state === 'pending') return isHeld !== 1 && (attempts > 0 || isNext === 1);
  return state === 'delivered';
}

function withNumber(body: string, number: PhoneNumber): MessageBody {
  const told = JSON.parse(body) as MessageBody;
  return { ...told, sender_number: number, sender_name: told.sender_name ?? number };
}

function prepare(db: Database) {
  return {
    lids: db.prepare<[SessionId], { lid: string }>('SELECT DISTINCT lid FROM awaited_numbers WHERE session_id = ?'),
    rows: db.prepare<[SessionId, string], Row>(
      `SELECT told, again, needless_with AS unless FROM awaited_numbers JOIN callbacks ON webhook_id = told
       WHERE awaited_numbers.session_id = ? AND lid = ? ORDER BY seq`,
    ),
    told: db.prepare<[{ told: string; nowMs: number }], Told>(
      `SELECT id, session_id AS sessionId, state, attempts, body, (${IS_HELD}) AS isHeld,
         seq = (SELECT MIN(seq) FROM callbacks AS other WHERE other.session_id = it.session_id AND other.state = 'pending') AS isNext
       FROM callbacks AS it WHERE webhook_id = @told`,
    ),
    change: db.prepare<[string, number]>('UPDATE callbacks SET body = ? WHERE id = ?'),
    remove: db.prepare<[SessionId, string]>('DELETE FROM awaited_numbers WHERE session_id = ? AND lid = ?'),
    address: db.prepare<[PhoneNumber, SessionId, string]>(
      'UPDATE sent_messages SET to_number = ? WHERE session_id = ? AND recipient = ? AND to_number IS NULL',
    ),
    add: db.prepare<[AwaitedNumber & { sessionId: SessionId; nowMs: number }]>(
      `INSERT INTO awaited_numbers (session_id, lid, told, again, needless_with, created_at_ms)
       VALUES (@sessionId, @lid, @told, @again, @unless, @nowMs) ON CONFLICT DO NOTHING`,
    ),
    prune: db.prepare<[number]>('DELETE FROM awaited_numbers WHERE created_at_ms < ?'),
  };
}
