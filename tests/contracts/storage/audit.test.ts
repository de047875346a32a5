import type { ChainedEntry } from '../../../src/domain/audit.ts';
import { ANA, BEA, contract } from './support.ts';

function entry(seq: number, change: Partial<ChainedEntry> = {}): ChainedEntry {
  return {
    ...{ chain: '', seq, previous: `hash ${seq - 1}`, hash: `hash ${seq}`, atMs: seq * 1_000, caller: 'admin' },
    ...{ method: 'POST', route: '/sessions/:sessionId/send-message', tool: null, sessionId: ANA, status: 200 },
    requestId: `request ${seq}`,
    ...change,
  };
}

contract('the audit log', (startStorage) => {
  it('keeps every entry with its place in its chain, also after a restart', async () => {
    await using db = await startStorage();
    const other = entry(1, { chain: 'node-b', caller: null, tool: 'send_text', sessionId: null, status: null });
    expect(await db.storage.audit.add([entry(1), entry(2)])).toBe(true);
    expect(await db.storage.audit.add([other])).toBe(true);
    await db.reopen();
    const { audit } = db.storage;
    expect(await audit.chains()).toEqual(['', 'node-b']);
    expect(await audit.of('', 0, 10)).toMatchObject([entry(1), entry(2)]);
    expect(await audit.of('', 1, 10)).toMatchObject([entry(2)]);
    expect(await audit.last('')).toMatchObject(entry(2));
    expect(await audit.last('node-b')).toMatchObject(other);
    expect(await audit.last('unknown')).toBeUndefined();
  });

  it('takes no second entry of a number, and none of those that come with it', async () => {
    await using db = await startStorage();
    const { audit } = db.storage;
    await audit.add([entry(1), entry(2)]);
    expect(await audit.add([entry(2, { hash: 'forked' }), entry(3)])).toBe(false);
    expect(await audit.of('', 0, 10)).toMatchObject([entry(1), entry(2)]);
    expect(await audit.add([])).toBe(true);
  });

  it('is listed in both directions, in pages, and by each field', async () => {
    await using db = await startStorage();
    const { audit } = db.storage;
    await audit.add([
      entry(1),
      entry(2, { caller: 'Zb3k', sessionId: BEA }),
      entry(3, { method: 'DELETE', route: '/x' }),
    ]);
    const seqs = async (...[filter, page]: Parameters<typeof audit.list>) =>
      (await audit.list(filter, page)).map(({ seq }) => seq);
    const all = { after: 0, limit: 10 };
    expect(await seqs({}, { before: Number.MAX_SAFE_INTEGER, limit: 2 })).toEqual([3, 2]);
    const [, second] = await audit.list({}, all);
    expect(await seqs({}, { before: second!.id, limit: 2 })).toEqual([1]);
    expect(await seqs({}, { after: second!.id, limit: 2 })).toEqual([3]);
    expect(await seqs({ caller: 'Zb3k' }, all)).toEqual([2]);
    expect(await seqs({ sessionId: ANA }, all)).toEqual([1, 3]);
    expect(await seqs({ method: 'DELETE' }, all)).toEqual([3]);
    expect(await seqs({ route: '/x' }, all)).toEqual([3]);
    expect(await seqs({ sinceMs: 2_000, untilMs: 3_000 }, all)).toEqual([2]);
  });

  it('loses its oldest entries when they are old, in pieces', async () => {
    await using db = await startStorage();
    const { audit } = db.storage;
    await audit.add([entry(1), entry(2), entry(3)]);
    expect(await audit.removeBefore(3_000, 1)).toBe(1);
    expect(await audit.removeBefore(3_000, 10)).toBe(1);
    expect(await audit.of('', 0, 10)).toMatchObject([entry(3)]);
  });
});
