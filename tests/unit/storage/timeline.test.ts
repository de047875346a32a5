import { ANA, BEA, record, startStorage } from './support.ts';

describe('a timeline', () => {
  it('has what happened to a session, the oldest first, also after a restart', async () => {
    await using db = await startStorage();
    const notes = [
      { atMs: 1, what: 'connected', why: null },
      { atMs: 2, what: 'line_lost', why: 'the server closed it' },
    ];
    for (const note of notes) await db.storage.sessions.commit(record(ANA), [], { note });
    await db.reopen();

    expect(await db.storage.timeline.of(ANA)).toEqual(notes);
    expect(await db.storage.timeline.of(BEA)).toEqual([]);
  });

  it('keeps the newest two hundred of each session', async () => {
    await using db = await startStorage();
    await db.storage.sessions.commit(record(BEA), [], { note: { atMs: 0, what: 'of another', why: null } });
    for (let atMs = 1; atMs <= 250; atMs += 1) {
      await db.storage.sessions.commit(record(ANA), [], { note: { atMs, what: 'connected', why: null } });
    }

    const times = (await db.storage.timeline.of(ANA)).map(({ atMs }) => atMs);
    expect([times.length, times[0], times.at(-1)]).toEqual([200, 51, 250]);
    expect(await db.storage.timeline.of(BEA)).toHaveLength(1);
  });

  it('goes with its session', async () => {
    await using db = await startStorage();
    await db.storage.sessions.commit(record(ANA), [], { note: { atMs: 1, what: 'connected', why: null } });

    await db.storage.sessions.remove(ANA, []);

    expect(await db.storage.timeline.of(ANA)).toEqual([]);
  });
});
