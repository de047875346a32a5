import type { TimelineNote } from '../../../src/domain/timeline.ts';
import { ANA, BEA, contract, record, type TestStorage } from './support.ts';

async function write(db: TestStorage, sessionId: typeof ANA, notes: TimelineNote[]): Promise<void> {
  for (const note of notes) await db.storage.sessions.commit(record(sessionId), [], { note });
}

contract('a timeline', (startStorage) => {
  it('lists what happened to a session, the oldest first, also after a restart', async () => {
    await using db = await startStorage();
    const notes: TimelineNote[] = [
      { atMs: 1, what: 'connected', why: null },
      { atMs: 2, what: 'line_lost', why: 'the server closed it' },
    ];
    await write(db, ANA, notes);
    await db.reopen();

    expect(await db.storage.timeline.of(ANA)).toEqual(notes);
    expect(await db.storage.timeline.of(BEA)).toEqual([]);
  });

  it('keeps the newest two hundred notes of each session', async () => {
    await using db = await startStorage();
    await write(db, BEA, [{ atMs: 0, what: 'created', why: null }]);
    const many = Array.from({ length: 250 }, (_, index) => index + 1);
    await write(
      db,
      ANA,
      many.map((atMs) => ({ atMs, what: 'line_lost', why: `for the ${atMs}th time` })),
    );

    const times = (await db.storage.timeline.of(ANA)).map(({ atMs }) => atMs);
    expect([times.length, times[0], times.at(-1)]).toEqual([200, 51, 250]);
    expect(await db.storage.timeline.of(BEA)).toHaveLength(1);
  });

  it('skips a note that repeats the last one, and stores it when something else came in between', async () => {
    await using db = await startStorage();
    const lost = { what: 'line_lost' as const, why: 'no network' };
    await write(db, ANA, [
      { atMs: 1, ...lost },
      { atMs: 2, ...lost },
      { atMs: 3, what: 'repaired', why: 'no network' },
      { atMs: 4, ...lost },
    ]);

    expect((await db.storage.timeline.of(ANA)).map(({ atMs }) => atMs)).toEqual([1, 3, 4]);
  });

  it('is removed with its session', async () => {
    await using db = await startStorage();
    await write(db, ANA, [{ atMs: 1, what: 'connected', why: null }]);

    await db.storage.sessions.remove(ANA, []);

    expect(await db.storage.timeline.of(ANA)).toEqual([]);
  });
});
