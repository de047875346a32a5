import { mock } from 'node:test';
import pg from 'pg';
import type { SessionId } from '../../../../../src/domain/session-id.ts';
import { systemClock } from '../../../../../src/kit/clock.ts';
import { Secret } from '../../../../../src/kit/secret.ts';
import { LASTING_LEASE, type NodeDescription } from '../../../../../src/ports/ownership.ts';
import type { Storage } from '../../../../../src/ports/storage.ts';
import { openPostgres } from '../../../../../src/storage/postgres/open.ts';
import { idOfMasterKey, keyOf, sealNextKey } from '../../../../../src/storage/shared/encryption/master-key.ts';
import { StorageKeyError } from '../../../../../src/storage/shared/errors.ts';
import { MASTER_KEY } from '../../../../contracts/storage/implementations.ts';
import { ANA, BEA, record } from '../../../../contracts/storage/support.ts';
import { emptyPostgresUrl } from '../../../../harness/shared-postgres.ts';
import { untilTrue } from '../../../../harness/until.ts';
import { connected, described, execute, joined, type TestNode } from './nodes.ts';

const NEXT_KEY = new Secret('5a'.repeat(32));
const SEALED = sealNextKey({ from: MASTER_KEY, to: NEXT_KEY });
const NEXT_ID = idOfMasterKey(keyOf(NEXT_KEY));
const BOTH = { newMasterKey: NEXT_KEY };
const LIMITS = { maxSessions: 0, maxPendingSessions: 100 };
const NOTE = { atMs: 1, what: 'created', why: null } as const;
const WAITING = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;
const MASTER_KEYS = 'SELECT DISTINCT wrapped_by AS id FROM data_keys';
const UNKNOWN_TO_B = { code: 'nodes_lack_master_key', message: expect.stringContaining('new master key: b.') };
const DATA_KEYS = `SELECT session_id, encode(wrapped, 'hex') AS wrapped FROM data_keys ORDER BY session_id`;

/** A node that has loaded the data keys, and has not joined yet. */
function opened(url: string, node: NodeDescription, newMasterKey: Secret | null = null) {
  const keys = { masterKey: MASTER_KEY, newMasterKey };
  return openPostgres(url, { clock: systemClock, ...keys, node: { run: node, lease: LASTING_LEASE } });
}

async function credentialsUnderNextKey(url: string) {
  await using storage = await openPostgres(url, { clock: systemClock, masterKey: NEXT_KEY });
  return [await storage.signalKeys.credentials(ANA), await storage.signalKeys.credentials(BEA)];
}

async function created(storage: Storage): Promise<void> {
  for (const sessionId of [ANA, BEA]) await storage.sessions.create(record(sessionId), NOTE, LIMITS);
  await storage.signalKeys.saveCredentials(ANA, 'de Ana');
}

/** The server commits, and its answer never arrives. */
function loseAnswerOfNextCommit(): void {
  const { query } = pg.Client.prototype as unknown as { query: (...args: unknown[]) => Promise<unknown> };
  const losing = mock.method(pg.Client.prototype, 'query', async function (this: pg.Client, ...args: unknown[]) {
    const answer = await query.apply(this, args);
    if (args[0] !== 'COMMIT') return answer;
    losing.mock.restore();
    throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
  });
}

describe('a node that has loaded the data keys before the master key was changed', () => {
  it('does not join, nor bury an older run of its own', async () => {
    const url = await emptyPostgresUrl();
    await using first = await joined(url, 'a');
    await using late = await opened(url, described('b'));
    const again = described('a');
    await using sameName = await opened(url, again);

    await first.storage.masterKey.change(SEALED);

    await expect(late.membership.join(described('b'))).rejects.toThrow(StorageKeyError);
    await expect(sameName.membership.join(again)).rejects.toThrow(StorageKeyError);
    expect((await first.storage.membership.living()).map(({ incarnation }) => incarnation)).toEqual([
      first.node.incarnation,
    ]);
  });

  it('waits for a change under way, and does not join then', async () => {
    const url = await emptyPostgresUrl();
    const node = described('a');
    await using late = await opened(url, node);
    const changing = await connected(url);
    await changing.query(`BEGIN; SELECT FROM data_keys WHERE session_id = '' FOR UPDATE`);

    const joining = expect(late.membership.join(node)).rejects.toThrow(StorageKeyError);
    await untilTrue(async () => (await execute(url, WAITING)).length > 0);
    await changing.query(`UPDATE data_keys SET wrapped_by = 'another' WHERE session_id = ''; COMMIT`);

    await joining;
    await changing.end();
  });

  it('keeps the master key from being changed once it has joined', async () => {
    const url = await emptyPostgresUrl();
    await using first = await joined(url, 'a');
    const node = described('b');
    await using late = await opened(url, node);
    await late.membership.join(node);
    await expect(first.storage.masterKey.change(SEALED)).rejects.toMatchObject(UNKNOWN_TO_B);
  });
});

describe('a data key that is used for the first time', () => {
  it('overwrites none that another process has wrapped with another master key', async () => {
    const url = await emptyPostgresUrl();
    await using node = await joined(url, 'a');
    await created(node.storage);
    await execute(url, `UPDATE data_keys SET wrapped_by = 'another' WHERE session_id = ''`);
    await execute(url, `INSERT INTO data_keys (session_id, wrapped) VALUES ($1, 'of another')`, [BEA]);
    const before = await execute(url, DATA_KEYS);

    await expect(node.storage.signalKeys.saveCredentials(BEA, 'de Bea')).rejects.toThrow(/"wrapped"/);

    expect(await execute(url, DATA_KEYS)).toEqual(before);
  });

  it.each([
    ['a process on its own', 'alone'],
    ['a node', 'as-node'],
  ])('is wrapped with the master key to which its transaction has changed, by %s', async (_who, sharing) => {
    const url = await emptyPostgresUrl();
    {
      const alone = () => openPostgres(url, { clock: systemClock, masterKey: MASTER_KEY });
      await using storage = sharing === 'alone' ? await alone() : (await joined(url, 'a')).storage;
      await created(storage);
      const changed = storage.masterKey.change(SEALED);
      await Promise.all([changed, storage.signalKeys.saveCredentials(BEA, 'de Bea')]);
    }
    expect(await credentialsUnderNextKey(url)).toEqual(['de Ana', 'de Bea']);
  });
});

it('the first write of all may change the master key', async () => {
  const url = await emptyPostgresUrl();
  {
    await using node = await joined(url, 'a');
    expect(await node.storage.masterKey.change(SEALED)).toBe(1);
  }
  expect(await credentialsUnderNextKey(url)).toEqual([undefined, undefined]);
});

it('a change that was committed without an answer is done, and the process goes on under the next key', async () => {
  const url = await emptyPostgresUrl();
  {
    await using node = await joined(url, 'a');
    await created(node.storage);
    loseAnswerOfNextCommit();

    expect(await node.storage.masterKey.change(SEALED)).toBe(2);

    await node.storage.signalKeys.saveCredentials(BEA, 'de Bea');
  }
  expect(await credentialsUnderNextKey(url)).toEqual(['de Ana', 'de Bea']);
});

/** What a node stores of a session that it creates: it is the first to use that data key. */
async function creates({ storage }: TestNode, sessionId: SessionId): Promise<void> {
  await storage.sessions.create(record(sessionId), NOTE, LIMITS);
  await storage.signalKeys.saveCredentials(sessionId, `de ${sessionId}`);
}

describe('several nodes', () => {
  it('go on while one of them changes the master key that all know, and none of their data keys keeps the old one', async () => {
    const url = await emptyPostgresUrl();
    const ids = Array.from({ length: 30 }, (_, at) => `session_${at}_x` as SessionId);
    {
      await using first = await joined(url, 'a', BOTH);
      await using second = await joined(url, 'b', BOTH);
      await creates(second, ANA);
      const meanwhile = ids.map((id, at) => creates(at % 2 ? first : second, id));

      expect(await first.storage.masterKey.change(SEALED)).toBeGreaterThanOrEqual(2);

      await Promise.all(meanwhile);
      await creates(second, BEA);
      expect(await second.storage.signalKeys.credentials(ANA)).toBe(`de ${ANA}`);
      expect(await execute(url, MASTER_KEYS)).toEqual([{ id: NEXT_ID }]);
      await first.storage.ownership.release([...first.storage.ownership.owned], null);
      expect(await second.storage.ownership.claim(100)).toHaveLength(15);
      expect(await second.storage.signalKeys.credentials(ids[1]!)).toBe(`de ${ids[1]}`);
    }
    await expect(joined(url, 'c')).rejects.toThrow(StorageKeyError);
    await using storage = await openPostgres(url, { clock: systemClock, masterKey: NEXT_KEY });
    for (const id of [ANA, BEA, ...ids]) expect(await storage.signalKeys.credentials(id)).toBe(`de ${id}`);
  });

  it('keep the old one while one of them does not know the next one, until it is gone', async () => {
    const url = await emptyPostgresUrl();
    await using first = await joined(url, 'a', BOTH);
    await using second = await joined(url, 'b');
    const before = await execute(url, DATA_KEYS);

    await expect(first.storage.masterKey.change(SEALED)).rejects.toMatchObject(UNKNOWN_TO_B);

    expect(await execute(url, DATA_KEYS)).toEqual(before);
    await second.storage.membership.leave();
    expect(await first.storage.masterKey.change(SEALED)).toBe(1);
  });

  it('answer each that the change is done, and let a node join that has loaded the data keys before', async () => {
    const url = await emptyPostgresUrl();
    await using first = await joined(url, 'a', BOTH);
    await using second = await joined(url, 'b', BOTH);
    const late = described('c');
    await using third = await opened(url, late, NEXT_KEY);
    await first.storage.masterKey.change(SEALED);

    for (const { storage } of [first, second]) {
      await expect(storage.masterKey.change(SEALED)).rejects.toMatchObject({ code: 'wrong_master_key' });
      expect(await storage.masterKey.change(sealNextKey({ from: NEXT_KEY, to: NEXT_KEY }))).toBe(1);
    }
    await third.membership.join(late);
    await using joining = await joined(url, 'd', BOTH);
    expect(await joining.storage.membership.living()).toHaveLength(4);
  });

  it('give the master key its name where an earlier version has stored the data keys', async () => {
    const url = await emptyPostgresUrl();
    await using first = await joined(url, 'a', BOTH);
    await created(first.storage);
    await execute(url, 'UPDATE data_keys SET wrapped_by = NULL');

    await using second = await joined(url, 'b', BOTH);

    expect(await execute(url, MASTER_KEYS)).toEqual([{ id: idOfMasterKey(keyOf(MASTER_KEY)) }]);
    expect(await second.storage.masterKey.change(SEALED)).toBe(2);
    expect(await execute(url, MASTER_KEYS)).toEqual([{ id: NEXT_ID }]);
  });

  it('take no data key for damaged whose master key they do not know', async () => {
    const url = await emptyPostgresUrl();
    await using first = await joined(url, 'a');
    await using second = await joined(url, 'b');
    await created(first.storage);
    await execute(url, `UPDATE data_keys SET wrapped = 'x', wrapped_by = 'another' WHERE session_id = '${ANA}'`);
    await first.storage.ownership.release([ANA], 'b');

    await expect(second.storage.ownership.claim(1)).rejects.toThrow(/master key another of a session is not known/);

    expect(await second.storage.damagedValues.count()).toBe(0);
  });
});
