import { jidOfNumber, type PhoneNumber } from '../../../src/domain/address.ts';
import type { Label, LabelChange, LabeledItem } from '../../../src/domain/label.ts';
import type { LabeledPage } from '../../../src/ports/labels.ts';
import { ANA, BEA, contract, record, type TestStorage } from './support.ts';

const NEW: Label = { labelId: '1', name: 'Nuevo', color: 0, predefinedId: 1 };
const PAID: Label = { labelId: '7', name: 'Pagó 🎉', color: 19, predefinedId: null };
const NUMBER = '5491122334455' as PhoneNumber;
const CHAT = jidOfNumber(NUMBER);
const GROUP = '120363012345678901@g.us';

const item = (labelId: string, chatId: string, messageId: string | null = null): LabeledItem => ({
  ...{ labelId, chatId, messageId },
});
const edited = (label: Label): LabelChange => ({ what: 'edited', label });
const deleted = (labelId: string): LabelChange => ({ what: 'deleted', labelId });
const on = (...of: Parameters<typeof item>): LabelChange => ({ what: 'labeled', item: item(...of), isOn: true });
const off = (...of: Parameters<typeof item>): LabelChange => ({ what: 'labeled', item: item(...of), isOn: false });

contract('the labels of WhatsApp Business', (startStorage) => {
  const withSession = async (): Promise<TestStorage> => {
    const db = await startStorage();
    await db.storage.sessions.commit(record(ANA), []);
    return db;
  };
  const learn = (db: TestStorage, changes: LabelChange[], isWhole = false) =>
    db.storage.labels.learn(ANA, { changes, isWhole });
  const all = async (db: TestStorage) => {
    const known = await db.storage.labels.all(ANA);
    return known.sort((one, other) => (one.labelId < other.labelId ? -1 : 1));
  };
  const items = (db: TestStorage, labelId: string, page: Partial<LabeledPage> = {}) =>
    db.storage.labels.items(ANA, { labelId, of: 'chats', after: undefined, limit: 9, ...page });

  it('are kept with what they are on, for their session only, also after a restart', async () => {
    await using db = await withSession();
    await learn(db, [edited(NEW), on('1', GROUP), on('1', CHAT), on('1', CHAT, 'M1'), on('7', CHAT)]);
    await db.reopen();
    expect(await all(db)).toEqual([{ labelId: '1', label: NEW }]);
    expect(await items(db, '1')).toEqual([item('1', GROUP), item('1', CHAT)]);
    expect(await items(db, '1', { of: 'messages' })).toEqual([item('1', CHAT, 'M1')]);
    expect(await db.storage.labels.all(BEA)).toEqual([]);
  });

  it('are listed in pages', async () => {
    await using db = await withSession();
    await learn(db, [on('1', CHAT), on('1', GROUP), on('1', CHAT, 'M1'), on('1', CHAT, 'M2'), on('1', GROUP, 'M1')]);
    expect(await items(db, '1', { after: item('1', GROUP) })).toEqual([item('1', CHAT)]);
    const messages = await items(db, '1', { of: 'messages', limit: 2 });
    expect(messages).toEqual([item('1', GROUP, 'M1'), item('1', CHAT, 'M1')]);
    expect(await items(db, '1', { of: 'messages', after: messages[1], limit: 2 })).toEqual([item('1', CHAT, 'M2')]);
  });

  it('change and go, and it is told which were there before', async () => {
    await using db = await withSession();
    expect(await learn(db, [edited(NEW), on('1', CHAT), on('1', GROUP)])).toEqual(new Set());
    expect(await learn(db, [edited({ ...NEW, name: 'Viejo' }), edited(PAID), off('1', GROUP)])).toEqual(new Set(['1']));
    expect(await all(db)).toEqual([
      { labelId: '1', label: { ...NEW, name: 'Viejo' } },
      { labelId: '7', label: PAID },
    ]);
    expect(await items(db, '1')).toEqual([item('1', CHAT)]);
    expect(await learn(db, [deleted('1'), deleted('1')])).toEqual(new Set(['1']));
    expect(await learn(db, [deleted('1'), on('1', CHAT)])).toEqual(new Set());
    expect(await all(db)).toEqual([
      { labelId: '1', label: null },
      { labelId: '7', label: PAID },
    ]);
    expect(await items(db, '1')).toEqual([]);
  });

  it('are on a chat once, under whichever of its addresses was labeled last', async () => {
    await using db = await withSession();
    const lid = '111@lid';
    await learn(db, [on('1', CHAT), on('1', CHAT, 'M1'), on('7', CHAT)]);
    await learn(db, [
      { ...on('1', lid), alias: CHAT },
      { ...on('1', lid, 'M1'), alias: CHAT },
    ] as LabelChange[]);
    expect([await items(db, '1'), await items(db, '7')]).toEqual([[item('1', lid)], [item('7', CHAT)]]);
    expect(await items(db, '1', { of: 'messages' })).toEqual([item('1', lid, 'M1')]);
    const both = [
      { ...on('1', lid), alias: CHAT },
      { ...on('1', CHAT), alias: lid },
    ] as LabelChange[];
    await learn(db, both, true);
    expect(await items(db, '1')).toEqual([item('1', CHAT)]);
    await learn(db, [{ ...off('1', lid), alias: CHAT }] as LabelChange[]);
    expect(await items(db, '1')).toEqual([]);
  });

  it('are on a chat once when it becomes known that two addresses are one chat', async () => {
    await using db = await withSession();
    const [lid, other] = ['111@lid', '222@lid'];
    await learn(db, [on('1', CHAT), on('7', lid), on('1', CHAT, 'M1'), on('7', CHAT, 'M1'), on('1', other)]);
    await db.clock.advance(1);
    await learn(db, [on('1', lid), on('7', CHAT), on('1', lid, 'M1')]);
    // What may be one chat is asked for at the next login: a crash may come between the mapping and its effect.
    expect((await db.storage.awaitedNumbers.of(ANA)).sort()).toEqual([lid, other]);
    await db.storage.awaitedNumbers.known(ANA, new Map([[lid, NUMBER]]));
    expect([await items(db, '1'), await items(db, '7')]).toEqual([
      [item('1', lid), item('1', other)],
      [item('7', CHAT)],
    ]);
    expect([await items(db, '1', { of: 'messages' }), await items(db, '7', { of: 'messages' })]).toEqual([
      [item('1', lid, 'M1')],
      [item('7', CHAT, 'M1')],
    ]);
    expect(await db.storage.awaitedNumbers.of(ANA)).toEqual([]);
  });

  it('give way to the whole of them', async () => {
    await using db = await withSession();
    await learn(db, [edited(NEW), on('1', CHAT), edited(PAID)]);
    expect(await learn(db, [edited(PAID), on('7', GROUP)], true)).toEqual(new Set(['7']));
    expect(await all(db)).toEqual([{ labelId: '7', label: PAID }]);
    expect([await items(db, '1'), await items(db, '7')]).toEqual([[], [item('7', GROUP)]]);
  });

  it('are 1,000 at most, deleted ones first to go, on 20,000 chats and messages', async () => {
    await using db = await withSession();
    await learn(db, [edited(NEW), on('1', CHAT)]);
    await db.clock.advance(1);
    await learn(db, [deleted('7')]);
    await learn(
      db,
      Array.from({ length: 999 }, (_, index) => edited({ ...PAID, labelId: String(index + 10) })),
    );
    const known = await all(db);
    expect([known.length, known.some(({ labelId }) => labelId === '7')]).toEqual([1_000, false]);
    await learn(
      db,
      Array.from({ length: 20_000 }, (_, index) => on('2', CHAT, `M${index}`)),
    );
    expect(await items(db, '1')).toEqual([]);
    expect(await items(db, '2', { of: 'messages', limit: 30_000 })).toHaveLength(20_000);
  });

  it('are removed with their session or the person, and never learned by one that does not exist', async () => {
    await using db = await withSession();
    await learn(db, [edited(NEW), on('1', CHAT), on('1', GROUP)]);
    await db.storage.people.forget([ANA], [CHAT]);
    expect(await items(db, '1')).toEqual([item('1', GROUP)]);
    await db.storage.sessions.remove(ANA, []);
    await learn(db, [edited(PAID)]);
    await db.storage.sessions.commit(record(ANA), []);
    expect([await all(db), await items(db, '1')]).toEqual([[], []]);
  });
});
