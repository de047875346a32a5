import type { Draft } from '../../../src/domain/draft.ts';
import { ANA, BEA, contract } from './support.ts';

function draft(id: string, change: Partial<Draft> = {}): Draft {
  return {
    ...{ id, sessionId: ANA, keyId: 'key', message: `{"text":"${id}"}`, state: 'waiting' },
    ...{ createdAtMs: 1_000, changedAtMs: 1_000 },
    ...change,
  };
}

contract('the drafts', (startStorage) => {
  it('survive a restart, and are listed by session, key, state and age', async () => {
    await using db = await startStorage();
    const other = draft('b', { sessionId: BEA, keyId: 'other', createdAtMs: 2_000 });
    expect(await db.storage.drafts.add(other, 10)).toBe(true);
    expect(await db.storage.drafts.add(draft('a'), 10)).toBe(true);
    await db.reopen();
    const { drafts } = db.storage;
    expect(await drafts.find('a')).toEqual(draft('a'));
    expect(await drafts.find('unknown')).toBeUndefined();
    const ids = async (filter: Partial<Parameters<typeof drafts.list>[0]>, limit = 10) =>
      (await drafts.list({ sinceMs: 0, ...filter }, limit)).map(({ id }) => id);
    expect(await ids({})).toEqual(['a', 'b']);
    expect(await ids({}, 1)).toEqual(['a']);
    expect(await ids({ sessions: [BEA] })).toEqual(['b']);
    expect(await ids({ sessions: [] })).toEqual([]);
    expect(await ids({ keyId: 'key' })).toEqual(['a']);
    expect(await ids({ state: 'sent' })).toEqual([]);
    expect(await ids({ sinceMs: 1_000 })).toEqual(['b']);
  });

  it('are bounded for each key', async () => {
    await using db = await startStorage();
    const { drafts } = db.storage;
    expect(await drafts.add(draft('a'), 1)).toBe(true);
    expect(await drafts.add(draft('b'), 1)).toBe(false);
    expect(await drafts.add(draft('c', { keyId: 'other' }), 1)).toBe(true);
    await drafts.change('a', { from: 'waiting', to: 'discarded', atMs: 2_000 });
    expect(await drafts.add(draft('b'), 1)).toBe(true);
  });

  it('are decided once, of those who try at the same time', async () => {
    await using db = await startStorage();
    const { drafts } = db.storage;
    await drafts.add(draft('a'), 1);
    const approve = { from: 'waiting', to: 'sending', atMs: 2_000 } as const;
    expect(await Promise.all([drafts.change('a', approve), drafts.change('a', approve)])).toEqual([true, false]);
    const again = { from: 'sending', to: 'sending', atMs: 9_000 } as const;
    expect(await drafts.change('a', { ...again, unchangedSinceMs: 2_000 })).toBe(false);
    expect(await drafts.change('a', { ...again, unchangedSinceMs: 2_001 })).toBe(true);
    expect(await drafts.find('a')).toEqual(draft('a', { state: 'sending', changedAtMs: 9_000 }));
  });

  it('are removed when they are old, in pieces', async () => {
    await using db = await startStorage();
    const { drafts } = db.storage;
    for (const id of ['a', 'b', 'c']) await drafts.add(draft(id, { createdAtMs: id === 'c' ? 2_000 : 1_000 }), 10);
    expect(await drafts.removeBefore(2_000, 1)).toBe(1);
    expect(await drafts.removeBefore(2_000, 10)).toBe(1);
    expect((await drafts.list({ sinceMs: 0 }, 10)).map(({ id }) => id)).toEqual(['c']);
  });
});
