import type { VoteCast } from '../../../src/domain/poll.ts';
import { ANA, BEA, contract, record, statusUpdate, type TestStorage } from './support.ts';

const DAY_MS = 24 * 3600_000;
const NUMBER = '5491122334455';
const LID = '111@lid';

function vote(fields: Partial<VoteCast> = {}): VoteCast {
  return { pollId: 'P1', voter: NUMBER, names: [NUMBER, LID], options: ['hoy'], votedAtMs: 1_000, ...fields };
}

async function cast({ storage }: TestStorage, ...votes: VoteCast[]): Promise<void> {
  for (const each of votes) await storage.sessions.commit(record(ANA), [], { vote: each });
}

contract('the votes in a poll', (startStorage) => {
  it('are separate for each voter, poll and session, also after a restart', async () => {
    await using db = await startStorage();
    const other = vote({ voter: '5491', names: ['5491'], options: [], votedAtMs: 500 });
    await cast(db, vote(), other, vote({ pollId: 'P2', options: ['a', 'b'] }));
    await db.storage.sessions.commit(record(BEA), [], { vote: vote({ options: ['nunca'] }) });
    await db.reopen();

    expect(await db.storage.pollVotes.of(ANA, 'P1')).toEqual([
      { pollId: 'P1', voter: '5491', options: [], votedAtMs: 500 },
      { pollId: 'P1', voter: NUMBER, options: ['hoy'], votedAtMs: 1_000 },
    ]);
    expect(await db.storage.pollVotes.of(ANA, 'P2')).toMatchObject([{ options: ['a', 'b'] }]);
    expect(await db.storage.pollVotes.of(BEA, 'P1')).toMatchObject([{ options: ['nunca'] }]);
  });

  it.each<[string, VoteCast, string[]]>([
    ['a newer one replaces the older', vote({ options: ['nunca'], votedAtMs: 1_001 }), ['nunca']],
    ['a repetition changes nothing', vote(), ['hoy']],
    ['one that arrives late is ignored', vote({ options: ['nunca'], votedAtMs: 999 }), ['hoy']],
  ])('of one voter: %s', async (_, next, options) => {
    await using db = await startStorage();
    await cast(db, vote(), next);

    expect(await db.storage.pollVotes.of(ANA, 'P1')).toMatchObject([{ voter: NUMBER, options }]);
  });

  it('count once for a voter who was known by LID at first', async () => {
    await using db = await startStorage();
    await cast(db, vote({ voter: LID, names: [LID] }), vote({ votedAtMs: 2_000, options: ['nunca'] }));

    expect(await db.storage.pollVotes.of(ANA, 'P1')).toMatchObject([{ voter: NUMBER, options: ['nunca'] }]);
  });

  it('are not stored when the change that they belong to is not', async () => {
    await using db = await startStorage();
    const broken = record(ANA, { phase: null as unknown as 'pairing' });

    await expect(db.storage.sessions.commit(broken, [], { vote: vote() })).rejects.toThrow();
    expect(await db.storage.pollVotes.of(ANA, 'P1')).toEqual([]);
  });

  it('of the account are stored with the status of the message that they are, or not at all', async () => {
    await using db = await startStorage();
    const { sentMessages, pollVotes } = db.storage;
    await sentMessages.add(ANA, { messageId: 'M1', to: '1@lid', toNumber: null, content: Buffer.from('x') });
    const event = { ...statusUpdate(ANA, 'a1'), webhookId: null as unknown as string };
    const broken = { messageId: 'M1', status: 'sent', event, vote: vote() } as const;
    await expect(sentMessages.progress(ANA, broken)).rejects.toThrow();
    expect(await pollVotes.of(ANA, 'P1')).toEqual([]);

    await sentMessages.progress(ANA, { ...broken, event: statusUpdate(ANA, 'a1') });
    expect(await pollVotes.of(ANA, 'P1')).toMatchObject([{ voter: NUMBER, options: ['hoy'] }]);
    expect(await sentMessages.find(ANA, 'M1')).toMatchObject({ status: 'sent' });
  });

  it('are kept for two weeks, and removed with their session', async () => {
    await using db = await startStorage();
    await cast(db, vote());
    await db.storage.sessions.commit(record(BEA), [], { vote: vote() });
    await db.clock.advance(14 * DAY_MS);
    await db.storage.prune(DAY_MS);
    await db.storage.sessions.remove(BEA, []);
    expect(await db.storage.pollVotes.of(ANA, 'P1')).toHaveLength(1);
    expect(await db.storage.pollVotes.of(BEA, 'P1')).toEqual([]);

    await db.clock.advance(1);
    await db.storage.prune(DAY_MS);
    expect(await db.storage.pollVotes.of(ANA, 'P1')).toEqual([]);
  });
});
