import { systemClock } from '../../../../../src/kit/clock.ts';
import { openPostgres } from '../../../../../src/storage/postgres/open.ts';
import { connectionName } from '../../../../../src/storage/postgres/cluster/node-name.ts';
import { StorageInUseError } from '../../../../../src/storage/shared/errors.ts';
import { MASTER_KEY } from '../../../../contracts/storage/implementations.ts';
import { emptyPostgresUrl } from '../../../../harness/shared-postgres.ts';
import { untilTrue } from '../../../../harness/until.ts';
import { connected, described, execute, joined } from './nodes.ts';

const LOAD = { owned: 3, online: 2 };

describe('the nodes of a cluster', () => {
  it('use one database together, and no single process uses it beside them', async () => {
    const url = await emptyPostgresUrl();
    await using first = await joined(url, 'a');
    await using second = await joined(url, 'b');

    await expect(openPostgres(url, { clock: systemClock, masterKey: MASTER_KEY })).rejects.toThrow(StorageInUseError);

    await first.storage.settings.set('who', 'a');
    expect(await second.storage.settings.get('who')).toBe('a');
  });

  it('are kept out of the database of a single process', async () => {
    const url = await emptyPostgresUrl();
    await using single = await openPostgres(url, { clock: systemClock, masterKey: MASTER_KEY });
    await single.check();
    await expect(joined(url, 'a')).rejects.toThrow(StorageInUseError);
  });

  it('may start at once on an empty database', async () => {
    const url = await emptyPostgresUrl();
    const nodes = await Promise.all(['a', 'b', 'c'].map((name) => joined(url, name)));
    await nodes[0]?.storage.settings.set('who', 'a');

    expect(await nodes[2]?.storage.settings.get('who')).toBe('a');
    expect(await nodes[1]?.storage.membership.living()).toHaveLength(3);
    for (const node of nodes) await node[Symbol.asyncDispose]();
  });

  it('see each other live, with what they say of themselves', async () => {
    const url = await emptyPostgresUrl();
    await using first = await joined(url, 'a');
    await using second = await joined(url, 'b');

    await first.storage.membership.beat(LOAD);
    await first.storage.membership.beat(LOAD);
    await second.storage.membership.drain();

    expect(await second.storage.membership.living()).toEqual([
      { ...first.node, beat: 2, load: LOAD, isDraining: false },
      { ...second.node, beat: 0, load: { owned: 0, online: 0 }, isDraining: true },
    ]);
    await first.storage.membership.leave();
    expect(await second.storage.membership.living()).toHaveLength(1);
    expect(await first.storage.membership.beat(LOAD)).toBeUndefined();
  });

  it('bury an older run of the same node when it starts again', async () => {
    const url = await emptyPostgresUrl();
    await using old = await joined(url, 'a');
    await using young = await joined(url, 'a');

    expect(await young.storage.membership.living()).toMatchObject([{ incarnation: young.node.incarnation }]);
    expect(await young.storage.membership.beat(LOAD)).toEqual({ keys: 0, settings: 0 });
    // Its connections were ended; it makes new ones.
    await expect(old.storage.membership.beat(LOAD).catch(() => old.storage.membership.beat(LOAD))).resolves.toBe(
      undefined,
    );
  });

  it('bury one that has not beaten since they looked, and only then', async () => {
    const url = await emptyPostgresUrl();
    await using first = await joined(url, 'a');
    await using second = await joined(url, 'b');
    await first.storage.membership.beat(LOAD);

    expect(await second.storage.membership.bury(first.node, 0)).toBe(false);
    expect(await first.storage.membership.beat(LOAD)).toBeDefined();
    expect(await second.storage.membership.bury(first.node, 2)).toBe(true);
    expect(await second.storage.membership.bury(first.node, 2)).toBe(false);
    expect(await second.storage.membership.living()).toMatchObject([{ nodeId: 'b' }]);
  });

  it('end the connections of the one that they bury, and of no other', async () => {
    const url = await emptyPostgresUrl();
    const dead = described('n'.repeat(63));
    await using second = await joined(url, 'b');
    await second.storage.membership.join(dead);
    const name = connectionName(dead);
    const frozen = await connected(url, name);
    await frozen.query('BEGIN');
    const other = await connected(url, connectionName(described('n'.repeat(63))));

    await second.storage.membership.bury(dead, 0);

    await untilTrue(async () => {
      const rows = await execute(url, 'SELECT 1 FROM pg_stat_activity WHERE application_name = $1', [name]);
      return rows.length === 0;
    });
    await expect(frozen.query('COMMIT')).rejects.toThrow();
    await expect(other.query('SELECT 1')).resolves.toMatchObject({ rowCount: 1 });
    await other.end();
  });

  it('hear with a beat that a key or a setting has changed', async () => {
    const url = await emptyPostgresUrl();
    await using first = await joined(url, 'a');
    await using second = await joined(url, 'b');
    const key = { keyId: 'key_1', name: 'n', hash: 'h', scopes: [], sessions: null, createdAtMs: 1 };

    await first.storage.apiKeys.add(key);
    await first.storage.settings.set('x', '1');
    await first.storage.settings.set('x', '2');
    expect(await second.storage.membership.beat(LOAD)).toEqual({ keys: 1, settings: 2 });

    await first.storage.apiKeys.remove('nadie');
    await first.storage.apiKeys.remove('key_1');
    expect(await second.storage.membership.beat(LOAD)).toEqual({ keys: 2, settings: 2 });
  });
});

it('fits a node into the name of a connection', () => {
  const { incarnation } = described('x');
  expect(connectionName({ nodeId: 'gateway-0', incarnation })).toBe(`wa:gateway-0:${incarnation}`);
  const long = connectionName({ nodeId: 'n'.repeat(63), incarnation });
  expect(long).toHaveLength(63);
  expect(long.endsWith(`:${incarnation}`)).toBe(true);
});
