import type { AuditEntry, StoredAuditEntry } from '../../../src/domain/audit.ts';
import { silentLogger } from '../../../src/kit/logger.ts';
import { systemRandom } from '../../../src/kit/random.ts';
import { AuditTrail } from '../../../src/runtime/audit-trail.ts';
import { ANA, startStorage, type TestStorage } from '../../contracts/storage/support.ts';

const DAY_MS = 24 * 3_600_000;
const ENTRY: AuditEntry = {
  ...{ atMs: 1, caller: 'admin', method: 'POST', route: '/sessions/:sessionId/send-message', tool: null },
  ...{ sessionId: ANA, status: 200, requestId: 'request' },
};
const ALL = { after: 0, limit: 100 };

function open({ storage, clock }: TestStorage, retentionMs = 90 * DAY_MS): Promise<AuditTrail> {
  return AuditTrail.load({ storage, chain: '', retentionMs, clock, random: systemRandom, log: silentLogger });
}

it('writes what was recorded soon, and goes on with its chain after a restart', async () => {
  await using db = await startStorage();
  {
    await using trail = await open(db);
    trail.record(ENTRY);
    expect(await db.storage.audit.chains()).toEqual([]);
    await db.clock.advance(200);
    expect(await db.storage.audit.list({}, ALL)).toMatchObject([{ ...ENTRY, seq: 1, previous: '' }]);
    trail.record({ ...ENTRY, status: 404 });
  }
  await using trail = await open(db);
  trail.record({ ...ENTRY, status: 500 });

  const found = await trail.list({}, ALL);
  expect(found.map(({ seq, status }) => [seq, status])).toEqual([
    [1, 200],
    [2, 404],
    [3, 500],
  ]);
  expect(found[2]?.previous).toBe(found[1]?.hash);
  expect(await trail.verify()).toEqual([{ chain: '', first: 1, last: 3, hash: found[2]?.hash, brokenAt: null }]);
});

const CHANGES: [what: string, change: (rows: StoredAuditEntry[]) => StoredAuditEntry[], brokenAt: number][] = [
  ['was changed', (rows) => rows.map((row) => (row.seq === 2 ? { ...row, status: 500 } : row)), 2],
  ['was changed with its hash', (rows) => rows.map((row) => (row.seq === 2 ? { ...row, hash: 'ab' } : row)), 2],
  ['is missing in the midst', (rows) => rows.filter(({ seq }) => seq !== 2), 3],
  ['is missing at the end', (rows) => rows.filter(({ seq }) => seq !== 3), 3],
];

it.each(CHANGES)('says where an entry %s', async (_what, change, brokenAt) => {
  await using db = await startStorage();
  await using trail = await open(db);
  for (const status of [200, 201, 202]) trail.record({ ...ENTRY, status });
  expect(await trail.verify()).toMatchObject([{ last: 3, brokenAt: null }]);

  const { audit } = db.storage;
  const rows = await audit.of('', 0, 10);
  audit.of = (_chain, after) => Promise.resolve(change(rows).filter(({ seq }) => seq > after));

  expect(await trail.verify()).toMatchObject([{ brokenAt }]);
});

it('has another hash under another key, which the database alone does not tell', async () => {
  await using db = await startStorage();
  {
    await using trail = await open(db);
    trail.record(ENTRY);
  }
  await db.storage.settings.set('audit_key', 'made up');
  await using trail = await open(db);
  expect(await trail.verify()).toMatchObject([{ brokenAt: 1 }]);
});

it('keeps what the storage does not take for later, and what does not fit it counts', async () => {
  await using db = await startStorage();
  await using trail = await open(db);
  let fails = true;
  const first: AuditEntry = {
    ...ENTRY,
    get requestId() {
      if (fails) throw new Error('the storage fails');
      return 'first';
    },
  };
  trail.record(first);
  for (let count = 1; count < 10_003; count += 1) trail.record(ENTRY);
  expect(await trail.list({}, ALL)).toEqual([]);
  fails = false;

  await trail.list({}, ALL);
  trail.record(ENTRY);

  const [last, lost] = await trail.list({}, { before: Number.MAX_SAFE_INTEGER, limit: 2 });
  expect([lost, last]).toMatchObject([
    { method: 'LOST', status: 3 },
    { method: 'POST', seq: 10_002 },
  ]);
});

it('forgets what is older than its retention, and then still holds', async () => {
  await using db = await startStorage();
  await using trail = await open(db, DAY_MS);
  trail.record({ ...ENTRY, atMs: db.clock.now() - DAY_MS - 1 });
  trail.record({ ...ENTRY, atMs: db.clock.now() });
  await trail.verify();

  await trail.prune(new AbortController().signal);

  expect(await trail.verify()).toMatchObject([{ first: 2, last: 2, brokenAt: null }]);
});

it('records nothing when it is off', async () => {
  await using db = await startStorage();
  await using trail = await open(db, 0);
  trail.record(ENTRY);
  expect(await trail.list({}, ALL)).toEqual([]);
});
