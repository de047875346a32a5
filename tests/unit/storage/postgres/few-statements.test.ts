import { mock } from 'node:test';
import pg from 'pg';
import type { Storage } from '../../../../src/ports/storage.ts';
import { given } from '../../../../src/storage/postgres/given.ts';
import { openPostgres } from '../../../../src/storage/postgres/open.ts';
import { sql } from '../../../../src/storage/postgres/sql.ts';
import { MASTER_KEY } from '../../../contracts/storage/implementations.ts';
import { ANA, BEA, record, statusUpdate } from '../../../contracts/storage/support.ts';
import { ManualClock } from '../../../harness/manual-clock.ts';
import { emptyPostgresUrl } from '../../../harness/shared-postgres.ts';
import { untilTrue } from '../../../harness/until.ts';

async function startStorage(clock = new ManualClock()): Promise<Storage> {
  return openPostgres(await emptyPostgresUrl(), { clock, masterKey: MASTER_KEY });
}

/** The texts of all statements that were sent meanwhile. */
async function statementsOf(work: (sent: () => string[]) => Promise<unknown>): Promise<string[]> {
  const { mock: querying } = mock.method(pg.Client.prototype, 'query');
  const sent = () =>
    querying.calls.map(({ arguments: [it] }) => (typeof it === 'string' ? it : (it as pg.QueryConfig).text));
  try {
    await work(sent);
    return sent();
  } finally {
    querying.restore();
  }
}

/** What a session that received a text stores and reads. */
async function receive({ signalKeys, sessions, callbacks }: Storage, name: string): Promise<void> {
  await signalKeys.set(ANA, [{ type: 'session', id: '1', value: name }], {
    ...{ ciphertextHash: Buffer.from(name), messageKey: name as never, delivery: name, parts: 1 },
    ...{ attrs: { id: name }, plaintext: Buffer.from(name) },
  });
  await sessions.commit(record(ANA), [statusUpdate(ANA, name)], { handled: name as never });
  const callback = await callbacks.next(ANA);
  expect(callback?.webhookId).toBe(name);
  await callbacks.delivered(callback!, 1);
  expect(await callbacks.next(ANA)).toBeUndefined();
}

it('a text that comes alone is two transactions: its delivery is recorded with the next one', async () => {
  const clock = new ManualClock();
  await using storage = await startStorage(clock);
  // The data key of the session is stored, too.
  await receive(storage, 'first');

  const statements = await statementsOf(() => receive(storage, 'second'));

  expect(statements.filter((text) => text === 'COMMIT')).toHaveLength(2);
  const settling = statements.findIndex((text) => text.startsWith('UPDATE callbacks'));
  expect(settling).toBeGreaterThan(-1);
  expect(statements.slice(0, settling)).not.toContain('COMMIT');
});

it('a delivery behind which nothing comes is recorded 200 ms later', async () => {
  const clock = new ManualClock();
  await using storage = await startStorage(clock);
  await receive(storage, 'only');
  expect(await statementsOf(() => clock.advance(199))).toEqual([]);

  const statements = await statementsOf(async (sent) => {
    await clock.advance(1);
    await untilTrue(() => Promise.resolve(sent().includes('COMMIT')));
  });

  expect(statements.filter((text) => text.startsWith('UPDATE callbacks'))).toHaveLength(1);
});

it('a key is read without waiting for what others write', async () => {
  const url = await emptyPostgresUrl();
  await using storage = await openPostgres(url, { clock: new ManualClock(), masterKey: MASTER_KEY });
  await storage.signalKeys.set(BEA, [{ type: 'session', id: '1', value: 'of Bea' }]);
  const other = new pg.Client(url);
  await other.connect();
  try {
    await other.query('BEGIN; LOCK TABLE credentials IN EXCLUSIVE MODE');
    const heldUp = storage.signalKeys.saveCredentials(ANA, 'x');

    expect(await storage.signalKeys.get(BEA, 'session', ['1'])).toEqual(new Map([['1', 'of Bea']]));
    expect(await storage.callbacks.next(BEA)).toBeUndefined();

    await other.query('COMMIT');
    await heldUp;
  } finally {
    await other.end();
  }
});

it.each([0, 1, 2, 8, 9, 300])('%i rows are given to a statement as they are', async (count) => {
  const client = new pg.Client(await emptyPostgresUrl());
  await client.connect();
  const rows = Array.from({ length: count }, (_, at) => ({
    at,
    text: at % 3 === 0 ? null : `{"x": 'ñ' ${at}}, NULL`,
    bytes: at % 2 === 0 ? null : Buffer.from([0, at % 256, 255, 92]),
    even: at % 2 === 0,
  }));
  try {
    const read = await client.query(
      sql`SELECT * FROM ${given({
        at: ['bigint', rows.map(({ at }) => at)],
        text: ['text', rows.map(({ text }) => text)],
        bytes: ['bytea', rows.map(({ bytes }) => bytes)],
        even: ['boolean', rows.map(({ even }) => even)],
      })} ORDER BY at`,
    );
    expect(read.rows).toEqual(rows.map((row) => ({ ...row, at: String(row.at) })));
  } finally {
    await client.end();
  }
});
