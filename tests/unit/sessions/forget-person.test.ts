import type { PhoneNumber, Recipient } from '../../../src/domain/address.ts';
import type { Person } from '../../../src/domain/person.ts';
import { addressees } from '../../../src/http/server.ts';
import { storedMessage } from '../../../src/http/stored-draft.ts';
import { ForgetPerson } from '../../../src/sessions/history/forget-person.ts';
import { kept } from '../../contracts/storage/history-message.ts';
import { ANA, BEA, record, startStorage } from '../../contracts/storage/support.ts';

const LUZ = '5491100000001' as PhoneNumber;
const LUZ_LID = '7771234@lid';
const NUMBER: Recipient = { kind: 'number', number: LUZ };

/** A real storage with two sessions, of which the first knows the LID of the number. */
async function start() {
  const db = await startStorage();
  const { storage } = db;
  for (const id of [ANA, BEA]) await storage.sessions.commit(record(id), []);
  const personOf = (id: string, jid: string): Promise<Person> => {
    const number = jid.endsWith('@lid') ? null : (jid.replace(/@.*/, '') as PhoneNumber);
    const isLuz = id === ANA && (jid === LUZ_LID || number === LUZ);
    return Promise.resolve(isLuz ? { number: LUZ, lid: LUZ_LID } : { number, lid: number === null ? jid : null });
  };
  const forget = new ForgetPerson({
    ...{ store: storage.people, scheduled: storage.scheduledMessages, drafts: storage.drafts, addressees },
    ...{ sent: storage.sentMessages, connector: { personOf } },
    sessions: {
      list: () => storage.sessions.all(),
      view: async (id) => (await storage.sessions.some([id]))[0]!,
    },
  });
  const schedule = (sessionId: typeof ANA, messageId: string, body: object) =>
    storage.scheduledMessages.add({ sessionId, messageId, body: JSON.stringify(body), sendAtMs: 9 }, 999);
  const scheduled = async () => {
    const all = await Promise.all([ANA, BEA].map((id) => storage.scheduledMessages.of(id, { after: 0, limit: 999 })));
    return all.flat().map(({ messageId }) => messageId);
  };
  return { ...{ storage, forget, schedule, scheduled }, [Symbol.asyncDispose]: () => db[Symbol.asyncDispose]() };
}

describe('a person who is forgotten everywhere', () => {
  it.each<[string, Recipient]>([
    ['the number', NUMBER],
    ['the LID', { kind: 'jid', jid: LUZ_LID }],
  ])('is forgotten under every name that any session knows, given %s', async (_, person) => {
    await using it = await start();
    const { history, contactNames } = it.storage;
    await history.add(ANA, [kept('M1'), kept('M2', { chatId: '1@g.us', author: '5' })]);
    await history.add(BEA, [kept('M3'), kept('M4', { chatId: LUZ_LID, author: LUZ_LID })]);
    await contactNames.learn(BEA, [{ person: LUZ_LID, pushName: 'Luz' }]);

    expect(await it.forget.everywhere(person)).toEqual({
      ...{ messages: 3, sent: 0, others: 1, scheduled: 0, drafts: 0, sessions: 2 },
    });
    const left = await Promise.all([ANA, BEA].map((id) => history.page(id, { limit: 9 })));
    expect(left.flat().map(({ messageId }) => messageId)).toEqual(['M2']);
  });

  it('gets nothing that was scheduled, in whatever form it names them, nor a change of what was sent', async () => {
    await using it = await start();
    const { sentMessages } = it.storage;
    await sentMessages.add(BEA, { messageId: 'SENT', to: LUZ_LID, toNumber: null, content: Buffer.from('x') });
    const text = { type: 'text', text: 'hola' };
    await it.schedule(ANA, 'S1', { ...text, number: '+54 9 11 0000-0001' });
    await it.schedule(ANA, 'S2', { ...text, number: '541100000001' });
    await it.schedule(BEA, 'S3', { ...text, number: LUZ_LID });
    await it.schedule(BEA, 'S4', { ...text, number: Number(LUZ) });
    await it.schedule(BEA, 'S5', { type: 'edit', message_id: 'SENT', text: 'otra' });
    await it.schedule(BEA, 'S6', { type: 'edit', message_id: 'OTHER', text: 'otra' });
    await it.schedule(BEA, 'S7', { ...text, number: '5491100000002' });
    await it.schedule(BEA, 'S8', []);

    expect(await it.forget.everywhere(NUMBER)).toMatchObject({ scheduled: 5, sent: 1 });
    expect(await it.scheduled()).toEqual(['S6', 'S7', 'S8']);
  });

  it('has no drafts, however many there are', async () => {
    await using it = await start();
    const { drafts } = it.storage;
    const write = (id: string, createdAtMs: number, to: Recipient | null) =>
      drafts.add(
        {
          ...{ id, sessionId: ANA, keyId: 'k', state: 'waiting', createdAtMs, changedAtMs: 1 },
          message: JSON.stringify({ to, content: { type: 'text', text: 'hola' } }),
        },
        999,
      );
    for (let at = 0; at < 401; at += 1) {
      await write(`D${at}`, 100 + Math.floor(at / 2), at % 2 === 0 ? NUMBER : { kind: 'jid', jid: '1@g.us' });
    }
    await write('D', 9_999, null);

    expect(await it.forget.everywhere(NUMBER)).toMatchObject({ drafts: 201 });
    const left = await drafts.list({ sinceMs: 0 }, 999);
    expect(left).toHaveLength(201);
  });

  it('has no drafts as they are stored now, by number, LID, or the message that they change', async () => {
    await using it = await start();
    const { drafts, sentMessages } = it.storage;
    await sentMessages.add(ANA, { messageId: 'SENT', to: LUZ_LID, toNumber: null, content: Buffer.from('x') });
    const content = { type: 'text', text: 'hola', preview: false } as const;
    const write = (id: string, requested: object, to: Recipient | null) => {
      const message = storedMessage(requested, { to, content, replyTo: null, mentions: [], messageId: id });
      const draft = { id, sessionId: ANA, keyId: 'k', message, state: 'waiting' as const };
      return drafts.add({ ...draft, createdAtMs: 1, changedAtMs: 1 }, 999);
    };
    await write('D1', { type: 'text', number: LUZ, text: 'hola' }, NUMBER);
    await write('D2', { type: 'text', number: LUZ_LID, text: 'hola' }, { kind: 'jid', jid: LUZ_LID });
    await write('D3', { type: 'edit', message_id: 'SENT', text: 'otra' }, null);
    await write('D4', { type: 'edit', message_id: 'OTHER', text: 'otra' }, null);
    await write('D5', { type: 'text', number: '1@g.us', text: 'hola' }, { kind: 'jid', jid: '1@g.us' });

    expect(await it.forget.everywhere(NUMBER)).toMatchObject({ drafts: 3 });
    expect((await drafts.list({ sinceMs: 0 }, 9)).map(({ id }) => id).sort()).toEqual(['D4', 'D5']);
  });

  it('stays known to the sessions that were not named', async () => {
    await using it = await start();
    await it.storage.history.add(ANA, [kept('M1')]);
    await it.storage.history.add(BEA, [kept('M2')]);
    for (const id of [ANA, BEA]) await it.schedule(id, `S ${id}`, { type: 'text', text: 'hola', number: LUZ });

    expect(await it.forget.in(ANA, NUMBER)).toMatchObject({ messages: 1, scheduled: 1 });
    expect(await it.scheduled()).toEqual([`S ${BEA}`]);
    expect(await it.storage.history.page(BEA, { limit: 9 })).toHaveLength(1);
  });
});
