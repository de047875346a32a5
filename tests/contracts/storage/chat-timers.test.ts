import type { NotedTimer } from '../../../src/domain/chat.ts';
import { ANA, BEA, contract, record, type TestStorage } from './support.ts';

const NUMBER = '5491122334455@s.whatsapp.net';
const LID = '111@lid';
const DAY = 86_400;
const WEEK = 7 * DAY;

function said(fields: Partial<NotedTimer> = {}): NotedTimer {
  return { names: [NUMBER, LID], seconds: DAY, setAtMs: 1_000, saidAtMs: 5_000, ...fields };
}

async function note({ storage }: TestStorage, ...timers: NotedTimer[]): Promise<void> {
  for (const timer of timers) await storage.sessions.commit(record(ANA), [], { timer });
}

contract('the disappearing timers of chats', (startStorage) => {
  it('are separate for each chat and session, also after a restart', async () => {
    await using db = await startStorage();
    await note(db, said(), said({ names: ['222@lid'], seconds: WEEK, setAtMs: null }));
    await db.storage.sessions.commit(record(BEA), [], { timer: said({ seconds: 90 }) });
    await db.reopen();

    const { chatTimers } = db.storage;
    expect(await chatTimers.of(ANA, [NUMBER])).toEqual({ seconds: DAY, setAtMs: 1_000 });
    expect(await chatTimers.of(ANA, ['222@lid'])).toEqual({ seconds: WEEK, setAtMs: null });
    expect(await chatTimers.of(BEA, [NUMBER])).toEqual({ seconds: 90, setAtMs: 1_000 });
    expect(await chatTimers.of(ANA, ['333@lid'])).toBeUndefined();
  });

  it.each<[string, NotedTimer, number, number | null]>([
    ['set later counts', said({ seconds: WEEK, setAtMs: 1_001 }), WEEK, 1_001],
    ['set at the same time counts: what came last', said({ seconds: WEEK }), WEEK, 1_000],
    ['turned off counts', said({ seconds: 0, setAtMs: 2_000 }), 0, 2_000],
    ['set before is ignored', said({ seconds: WEEK, setAtMs: 999 }), DAY, 1_000],
    ['set nobody knows when counts', said({ seconds: WEEK, setAtMs: null }), WEEK, null],
    [
      'set nobody knows when, but said before, is ignored',
      said({ setAtMs: null, seconds: 0, saidAtMs: 999 }),
      DAY,
      1_000,
    ],
    ['that says no more than is known changes nothing', said({ setAtMs: null }), DAY, 1_000],
  ])('of one chat: one %s', async (_, next, seconds, setAtMs) => {
    await using db = await startStorage();
    await note(db, said(), next);

    expect(await db.storage.chatTimers.of(ANA, [NUMBER, LID])).toEqual({ seconds, setAtMs });
  });

  it('are one for a person who was known by LID at first, and by both later', async () => {
    await using db = await startStorage();
    await note(db, said({ names: [LID], seconds: WEEK }));
    await note(db, said({ names: [NUMBER], setAtMs: 900 }));
    expect(await db.storage.chatTimers.of(ANA, [NUMBER, LID])).toMatchObject({ seconds: WEEK });

    await note(db, said({ setAtMs: 2_000, seconds: 0 }));
    for (const names of [[LID, NUMBER], [NUMBER]]) {
      expect(await db.storage.chatTimers.of(ANA, names)).toEqual({ seconds: 0, setAtMs: 2_000 });
    }
    expect(await db.storage.chatTimers.of(ANA, [LID])).toBeUndefined();
  });

  it('need no place for chats that never had one', async () => {
    await using db = await startStorage();
    await note(db, said({ seconds: 0 }), said({ names: [] }));

    expect(await db.storage.chatTimers.of(ANA, [NUMBER])).toBeUndefined();
  });

  it('are kept for the chats whose timers changed last, and removed with their session', async () => {
    await using db = await startStorage();
    await note(db, said());
    await db.clock.advance(1);
    const others = Array.from({ length: 5_000 }, (_, at) => ({ timer: said({ names: [`${at}@lid`] }) }));
    const changes = others.map((writes) => ({ events: [], writes }));
    await db.storage.sessions.commitAll(record(ANA), changes.slice(1));
    await db.storage.prune(DAY * 1000);
    expect(await db.storage.chatTimers.of(ANA, [NUMBER])).toMatchObject({ seconds: DAY });
    await db.storage.sessions.commitAll(record(ANA), changes.slice(0, 1));
    await db.storage.prune(DAY * 1000);
    expect(await db.storage.chatTimers.of(ANA, [NUMBER])).toBeUndefined();
    expect(await db.storage.chatTimers.of(ANA, ['1@lid'])).toMatchObject({ seconds: DAY });

    await db.storage.sessions.remove(ANA, []);
    expect(await db.storage.chatTimers.of(ANA, ['1@lid'])).toBeUndefined();
  });
});
