import { kept } from './history-message.ts';
import { ANA, BEA, contract, record } from './support.ts';

const LUZ = '5491100000001';
const LUZ_JID = `${LUZ}@s.whatsapp.net`;
const LUZ_LID = '777@lid';
const GROUP = '1203630@g.us';
const ALL = { limit: 100 };
const ids = (messages: readonly { messageId: string }[]) => messages.map(({ messageId }) => messageId);

contract('what is stored of people', (startStorage) => {
  it('forgets everything of a person in the sessions that are named, and in no other', async () => {
    await using db = await startStorage();
    const { sessions, sentMessages, conversations, contactNames, chatTimers, history, people, pollVotes } = db.storage;
    const { joinRequests } = db.storage;
    const vote = { pollId: 'P', voter: LUZ, names: [LUZ], options: ['x'], votedAtMs: 1 };
    const timer = { names: [LUZ_JID], seconds: 90, setAtMs: 1, saidAtMs: 1 };
    await sessions.commit(record(ANA), [], { kept: kept('M1'), vote, timer, heardFrom: LUZ });
    const others = [
      kept('M2', { chatId: GROUP }),
      kept('M3', { chatId: GROUP, author: '1' }),
      kept('M4', { author: '' }),
    ];
    await history.add(ANA, others);
    await contactNames.learn(ANA, [{ person: LUZ_LID, pushName: 'Luz' }]);
    await sentMessages.add(ANA, { messageId: 'M4', to: LUZ_LID, toNumber: LUZ, content: Buffer.from('x') });
    await joinRequests.wait(ANA, { groupId: GROUP, names: [LUZ, LUZ_LID, '5499'] });
    await sessions.commit(record(BEA), [], { kept: kept('M1') });
    await contactNames.learn(BEA, [{ person: LUZ, pushName: 'Luz' }]);

    await people.makeReadable([ANA, BEA]);
    expect(await people.forget([ANA], [LUZ, LUZ_LID])).toEqual({ messages: 3, sent: 1, others: 6 });
    expect(ids(await history.page(ANA, ALL))).toEqual(['M3']);
    expect(await contactNames.of(ANA, { number: null, lid: LUZ_LID })).toBeNull();
    expect(await chatTimers.of(ANA, [LUZ_JID])).toBeUndefined();
    expect(await conversations.isKnown(ANA, LUZ)).toBe(false);
    expect(await pollVotes.of(ANA, 'P')).toEqual([]);
    const asking = await joinRequests.known(ANA, { groupId: GROUP, names: [LUZ, LUZ_LID, '5499'] });
    expect([...asking]).toEqual(['5499']);
    expect(await sentMessages.find(ANA, 'M4')).toBeUndefined();
    expect(ids(await history.page(BEA, ALL))).toEqual(['M1']);
    expect(await people.forget([ANA, BEA], [LUZ_LID, LUZ])).toEqual({ messages: 1, sent: 0, others: 1 });
    expect(await people.forget([], [LUZ])).toEqual({ messages: 0, sent: 0, others: 0 });
  });

  it('removes scheduled messages and drafts, whatever became of them', async () => {
    await using db = await startStorage();
    const { sessions, scheduledMessages, drafts, people } = db.storage;
    for (const sessionId of [ANA, BEA]) {
      await sessions.commit(record(sessionId), []);
      for (const messageId of ['S1', 'S2', 'S3']) {
        await scheduledMessages.add({ sessionId, messageId, body: '{}', sendAtMs: 9 }, 9);
      }
    }
    const [first] = await scheduledMessages.of(ANA, { after: 0, limit: 1 });
    await scheduledMessages.settle(first!, { state: 'canceled', failure: null });

    expect(await people.removeScheduled(ANA, ['S1', 'S3', 'S4'])).toBe(2);
    expect(ids(await scheduledMessages.of(ANA, { after: 0, ...ALL }))).toEqual(['S2']);
    expect(ids(await scheduledMessages.of(BEA, { after: 0, ...ALL }))).toHaveLength(3);

    const draft = {
      sessionId: ANA,
      keyId: 'key',
      message: '{}',
      state: 'waiting',
      createdAtMs: 1,
      changedAtMs: 1,
    } as const;
    for (const id of ['D1', 'D2']) await drafts.add({ ...draft, id }, 9);
    expect(await drafts.remove(['D1', 'D9'])).toBe(1);
    expect((await drafts.list({ sinceMs: 0 }, 9)).map(({ id }) => id)).toEqual(['D2']);
  });
});
