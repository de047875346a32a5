import { systemClock } from '../../../../../src/kit/clock.ts';
import { Secret } from '../../../../../src/kit/secret.ts';
import { LASTING_LEASE, type NodeDescription } from '../../../../../src/ports/ownership.ts';
import { type Storage } from '../../../../../src/ports/storage.ts';
import { openPostgres } from '../../../../../src/storage/postgres/open.ts';
import { sealNextKey } from '../../../../../src/storage/shared/encryption/master-key.ts';
import { StorageKeyError } from '../../../../../src/storage/shared/errors.ts';
import { MASTER_KEY } from '../../../../contracts/storage/implementations.ts';
import { ANA, BEA, record } from '../../../../contracts/storage/support.ts';
import { newPostgresUrl } from '../../../../harness/shared-postgres.ts';
import { untilTrue } from '../../../../harness/until.ts';
import { connected, described, execute, joined } from './nodes.ts';

const NEXT_KEY = new Secret('5a'.repeat(32));
const SEALED = sealNextKey({ from: MASTER_KEY, to: NEXT_KEY });
const LIMITS = { maxSessions: 0, maxPendingSessions: 100 };
const NOTE = { atMs: 1, what: 'created', why: null } as const;
const WAITING = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;
const DATA_KEYS = `SELECT session_id, encode(wrapped, 'hex') AS wrapped FROM data_keys ORDER BY session_id`;

/** A node that has loaded the data keys, and has not joined yet. */
function opened(url: string, node: NodeDescription) {
  return openPostgres(url, { clock: systemClock, masterKey: MASTER_KEY, node: { run: node, lease: LASTING_LEASE } });
}

async function credentialsUnderNextKey(url: string) {
  await using storage = await openPostgres(url, { clock: systemClock, masterKey: NEXT_KEY });
  return [await storage.signalKeys.credentials(ANA), await storage.signalKeys.credentials(BEA)];
}

async function created(storage: Storage): Promise<void> {
  for (const sessionId of [ANA, BEA]) await storage.sessions.create(record(sessionId), NOTE, LIMITS);
  await storage.signalKeys.saveCredentials(ANA, 'de Ana');
}

describe('a node that has loaded the data keys before the master key was changed', () => {
  it('does not join, nor bury an older run of its own', async () => {
    const url = await newPostgresUrl();
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
    const url = await newPostgresUrl();
    const node = described('a');
    await using late = await opened(url, node);
    const changing = await connected(url);
    await changing.query(`BEGIN; SELECT FROM data_keys WHERE session_id = '' FOR UPDATE`);

    const joining = expect(late.membership.join(node)).rejects.toThrow(StorageKeyError);
    await untilTrue(async () => (await execute(url, WAITING)).length > 0);
    await changing.query(`UPDATE data_keys SET wrapped = 'another' WHERE session_id = ''; COMMIT`);

    await joining;
    await changing.end();
  });

  it('keeps the master key from being changed once it has joined', async () => {
    const url = await newPostgresUrl();
    await using first = await joined(url, 'a');
    const node = described('b');
    await using late = await opened(url, node);
    await late.membership.join(node);
    await expect(first.storage.masterKey.change(SEALED)).rejects.toThrow(/Other nodes are running/);
  });
});

describe('a data key that is used for the first time', () => {
  it('overwrites none that another process has wrapped with another master key', async () => {
    const url = await newPostgresUrl();
    await using node = await joined(url, 'a');
    await created(node.storage);
    await execute(url, `UPDATE data_keys SET wrapped = 'another' WHERE session_id = ''`);
    await execute(url, `INSERT INTO data_keys (session_id, wrapped) VALUES ($1, 'of another')`, [BEA]);
    const before = await execute(url, DATA_KEYS);

    await expect(node.storage.signalKeys.saveCredentials(BEA, 'de Bea')).rejects.toThrow(/"wrapped"/);

    expect(await execute(url, DATA_KEYS)).toEqual(before);
  });

  it.each([
    ['a process on its own', 'alone'],
    ['a node', 'as-node'],
  ])('is wrapped with the master key to which its transaction has changed, by %s', async (_who, sharing) => {
    const url = await newPostgresUrl();
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
  const url = await newPostgresUrl();
  {
    await using node = await joined(url, 'a');
    expect(await node.storage.masterKey.change(SEALED)).toBe(1);
  }
  expect(await credentialsUnderNextKey(url)).toEqual([undefined, undefined]);
});
