import pg from 'pg';
import { systemClock } from '../../../../../src/kit/clock.ts';
import { connectionConfig } from '../../../../../src/storage/postgres/connect.ts';
import { Database, NO_SESSION, writerConfig } from '../../../../../src/storage/postgres/database.ts';
import { startConnection } from '../../../../../src/storage/postgres/start.ts';
import { fragment, sql } from '../../../../../src/storage/postgres/sql.ts';
import { ANA, record } from '../../../../contracts/storage/support.ts';
import { emptyPostgresUrl } from '../../../../harness/shared-postgres.ts';
import { untilTrue } from '../../../../harness/until.ts';
import { execute, joined } from './nodes.ts';

const LIMITS = { maxSessions: 0, maxPendingSessions: 9 };
const NOTE = { atMs: 1, what: 'created', why: null } as const;

it('a transaction that a stopped process has left open is ended by the server', async () => {
  const url = await emptyPostgresUrl();
  await using first = await joined(url, 'a');
  await using second = await joined(url, 'b');
  await first.storage.sessions.create(record(ANA), NOTE, LIMITS);
  const { nodeId, incarnation } = first.node;
  const config = connectionConfig(url, { name: 'stopped', pipeline: true, transactionTimeoutMs: 100 });
  const stopped = new pg.Client(config);
  stopped.on('error', () => undefined);
  await stopped.connect();
  // Half a flush: the session is fenced, and the commit never comes.
  await Promise.all([
    stopped.query('BEGIN'),
    stopped.query('SELECT fence($1, $2, $3, $4)', [[ANA], [1], nodeId, incarnation]),
  ]);
  await execute(url, `UPDATE nodes SET dead = true WHERE node_id = 'a'`);

  await untilTrue(async () => (await second.storage.ownership.claim(1)).includes(ANA));

  await expect(stopped.query('COMMIT')).rejects.toThrow();
});

it('connections of the lane are given up by the server, and so are their transactions', async () => {
  const url = await emptyPostgresUrl();
  const client = await startConnection(writerConfig(url), 'x');
  const db = new Database(url, {
    client,
    ...{ clock: systemClock, onConnect: () => Promise.resolve() },
    ...{ beforeCommit: () => undefined, onCommit: () => undefined },
  });
  const shown = ['transaction_timeout', 'tcp_keepalives_idle', 'tcp_user_timeout'];
  const values = await db.write(NO_SESSION, async (transaction) => {
    const rows = await transaction.rows<{ name: string; setting: string }>(
      sql`SELECT name, setting FROM pg_settings WHERE ${fragment`name = ANY(${shown})`} ORDER BY name`,
    );
    return Object.fromEntries(rows.map(({ name, setting }) => [name, setting]));
  });
  await db.close();

  expect(values).toEqual({ tcp_keepalives_idle: '10', tcp_user_timeout: '20000', transaction_timeout: '5000' });
});

it('the lock of a number that a dead node holds is free once the node is buried', async () => {
  const url = await emptyPostgresUrl();
  await using first = await joined(url, 'a');
  await using second = await joined(url, 'b');
  const number = '5491155550001' as Parameters<typeof first.storage.numberLock.holding>[0];
  const { promise: begun, resolve: begin } = Promise.withResolvers<undefined>();
  const { promise: over, resolve: end } = Promise.withResolvers<undefined>();
  const held = first.storage.numberLock.holding(number, () => {
    begin(undefined);
    return over;
  });
  await begun;

  const waiting = second.storage.numberLock.holding(number, () => Promise.resolve('b'));
  await second.storage.membership.bury(first.node, 0);

  expect(await waiting).toBe('b');
  // Whatever the dead one still does under its lock, it writes nothing of a session.
  end(undefined);
  await held;
});
