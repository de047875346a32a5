import type { AuditEntry } from '../../../src/domain/audit.ts';
import { silentLogger } from '../../../src/kit/logger.ts';
import { systemRandom } from '../../../src/kit/random.ts';
import { AuditTrail } from '../../../src/runtime/audit-trail.ts';
import { ManualClock } from '../../harness/manual-clock.ts';
import { newPostgresUrl } from '../../harness/shared-postgres.ts';
import { execute, joined, type TestNode } from '../storage/postgres/cluster/nodes.ts';

const ENTRY: AuditEntry = {
  ...{ atMs: 1, caller: 'admin', method: 'POST', route: '/keys', tool: null },
  ...{ sessionId: null, status: 200, requestId: 'request' },
};
const COUNT = 40;

function open({ storage }: TestNode, chain: string): Promise<AuditTrail> {
  const deps = { clock: new ManualClock(), random: systemRandom, log: silentLogger };
  return AuditTrail.load({ ...deps, storage, chain, retentionMs: 90 * 86_400_000 });
}

/** Has all of them write at once, again and again, until everything is stored. */
async function writeAll(url: string, trails: readonly AuditTrail[], count: number): Promise<void> {
  for (let at = 0; at < count; at += 1) {
    for (const trail of trails) trail.record({ ...ENTRY, status: at });
    if (at % 10 === 9) await Promise.all(trails.map((trail) => trail.list({}, { after: 0, limit: 1 })));
  }
  for (;;) {
    await Promise.all(trails.map((trail) => trail.list({}, { after: 0, limit: 1 })));
    const [row] = await execute(url, 'SELECT COUNT(*)::int AS count FROM audit');
    if (Number(row?.count) >= trails.length * count) return;
  }
}

it('keeps the chains of nodes that write at once whole, and says in which one a row was changed, removed or moved', async () => {
  const url = await newPostgresUrl();
  await using a = await joined(url, 'a');
  await using b = await joined(url, 'b');
  // Two of them write the same chain, as a node does that was started twice.
  const trails = [await open(a, 'a'), await open(b, 'b'), await open(b, 'a')];
  await writeAll(url, trails, COUNT);

  // What it has written itself last, a trail compares as well; this one only reads.
  const reader = await open(a, 'reader');
  const whole = [
    { chain: 'a', first: 1, last: 2 * COUNT, brokenAt: null },
    { chain: 'b', first: 1, last: COUNT, brokenAt: null },
  ];
  expect(await reader.verify()).toMatchObject(whole);
  expect(await trails[1]!.verify()).toMatchObject(whole);

  const swapped = `UPDATE audit SET seq = CASE seq WHEN -7 THEN 8 WHEN -8 THEN 7 END WHERE chain = 'b' AND seq < 0`;
  await execute(url, `UPDATE audit SET seq = -seq WHERE chain = 'b' AND seq IN (7, 8)`);
  await execute(url, swapped);
  expect(await reader.verify()).toMatchObject([{ brokenAt: null }, { brokenAt: 7 }]);
  await execute(url, `UPDATE audit SET seq = -seq WHERE chain = 'b' AND seq IN (7, 8)`);
  await execute(url, swapped);
  expect(await reader.verify()).toMatchObject(whole);

  await execute(url, `UPDATE audit SET caller = 'somebody' WHERE chain = 'b' AND seq = 30`);
  await execute(url, `DELETE FROM audit WHERE chain = 'a' AND seq = 70`);
  expect(await reader.verify()).toMatchObject([{ brokenAt: 71 }, { brokenAt: 30 }]);
  for (const trail of [...trails, reader]) await trail[Symbol.asyncDispose]();
}, 60_000);
