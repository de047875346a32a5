import type { JournalEntry, MessageKey } from '../../../src/ports/signal.ts';
import { ANA, BEA, contract, record, statusUpdate, UNSTORABLE } from './support.ts';

const DAY_MS = 24 * 3600_000;

/** An entry whose ciphertext, delivery and message have this name. */
function entry(name: string, { message = name, delivery = name, parts = 1 } = {}): JournalEntry {
  return {
    ciphertextHash: Buffer.from(name),
    messageKey: message as MessageKey,
    delivery,
    parts,
    attrs: { id: message, from: '1@lid' },
    plaintext: Buffer.from([0, 255, ...Buffer.from(name)]),
  };
}

function names(entries: JournalEntry[]): string[] {
  return entries.map(({ ciphertextHash }) => Buffer.from(ciphertextHash).toString());
}

contract('the journal', (startStorage) => {
  it('is written together with the keys, or neither is', async () => {
    await using db = await startStorage();
    const { signalKeys, journal } = db.storage;
    await expect(
      signalKeys.set(ANA, [{ type: 'session', id: 'x', value: UNSTORABLE }], entry('one')),
    ).rejects.toThrow();
    expect(await journal.leftOver(ANA)).toEqual([]);
    const unstorable = { ...entry('one'), delivery: null as unknown as string };
    await expect(signalKeys.set(ANA, [{ type: 'session', id: 'x', value: 'before' }], unstorable)).rejects.toThrow();
    expect(await signalKeys.get(ANA, 'session', ['x'])).toEqual(new Map());

    await signalKeys.set(ANA, [{ type: 'session', id: 'x', value: 'after' }], entry('one'));
    await db.reopen();

    expect(await db.storage.journal.leftOver(ANA)).toEqual([entry('one')]);
    expect(await db.storage.signalKeys.get(ANA, 'session', ['x'])).toEqual(new Map([['x', 'after']]));
  });

  it('returns a plaintext byte for byte, for its own session and message only', async () => {
    await using db = await startStorage();
    await db.storage.signalKeys.set(ANA, [], entry('one'));

    expect(await db.storage.journal.find(ANA, Buffer.from('one'), 'one' as MessageKey)).toEqual(entry('one').plaintext);
    expect(await db.storage.journal.find(ANA, Buffer.from('two'), 'two' as MessageKey)).toBeUndefined();
    expect(await db.storage.journal.find(BEA, Buffer.from('one'), 'one' as MessageKey)).toBeUndefined();
    expect(await db.storage.journal.find(ANA, Buffer.from('one'), 'another message' as MessageKey)).toBeUndefined();
  });

  it('lists what was not handled yet, in the order of arrival', async () => {
    await using db = await startStorage();
    for (const name of ['one', 'two', 'three']) await db.storage.signalKeys.set(ANA, [], entry(name));

    await db.storage.sessions.commit(record(ANA), [statusUpdate(ANA, 'a1')], { handled: 'two' as MessageKey });

    expect(names(await db.storage.journal.leftOver(ANA))).toEqual(['one', 'three']);
    expect(await db.storage.journal.leftOver(BEA)).toEqual([]);
  });

  it('marks a message as handled only together with its callback', async () => {
    await using db = await startStorage();
    await db.storage.signalKeys.set(ANA, [], entry('one'));
    const broken = { ...statusUpdate(ANA, 'a1'), webhookId: null as unknown as string };

    await expect(db.storage.sessions.commit(record(ANA), [broken], { handled: 'one' as MessageKey })).rejects.toThrow();

    expect(names(await db.storage.journal.leftOver(ANA))).toEqual(['one']);
  });

  it('lists a message only when all of its parts are there', async () => {
    await using db = await startStorage();
    const part = (name: string) => entry(name, { message: 'M', delivery: 'D', parts: 2 });
    await db.storage.signalKeys.set(ANA, [], part('key'));
    expect(await db.storage.journal.leftOver(ANA)).toEqual([]);

    await db.storage.signalKeys.set(ANA, [], part('text'));

    expect(names(await db.storage.journal.leftOver(ANA))).toEqual(['key', 'text']);
  });

  it('stores a ciphertext once, however often it is delivered', async () => {
    await using db = await startStorage();
    await db.storage.signalKeys.set(ANA, [], entry('one'));
    await db.storage.sessions.commit(record(ANA), [], { handled: 'one' as MessageKey });

    await db.storage.signalKeys.set(ANA, [], entry('one'));

    expect(await db.storage.journal.leftOver(ANA)).toEqual([]);
  });

  it('answers a handled ciphertext for a day, and finds its message by id for two weeks', async () => {
    await using db = await startStorage();
    await db.storage.signalKeys.set(ANA, [], entry('one', { message: 'A1' }));
    await db.storage.signalKeys.set(ANA, [], entry('other', { message: 'A2' }));
    await db.storage.sessions.commit(record(ANA), [], { handled: 'A1' as MessageKey });

    await db.clock.advance(DAY_MS + 1);
    await db.storage.prune(DAY_MS);
    expect(await db.storage.journal.find(ANA, Buffer.from('one'), 'A1' as MessageKey)).toBeUndefined();
    expect(names(await db.storage.journal.withId(ANA, 'A1'))).toEqual(['one']);
    expect(await db.storage.journal.withId(BEA, 'A1')).toEqual([]);

    await db.clock.advance(13 * DAY_MS);
    await db.storage.prune(DAY_MS);
    expect(await db.storage.journal.withId(ANA, 'A1')).toEqual([]);
  });

  it('forgets handled entries, and never unhandled ones', async () => {
    await using db = await startStorage();
    await db.storage.signalKeys.set(ANA, [], entry('handled'));
    await db.storage.signalKeys.set(ANA, [], entry('left over'));
    await db.storage.sessions.commit(record(ANA), [], { handled: 'handled' as MessageKey });

    await db.clock.advance(DAY_MS);
    await db.storage.prune(DAY_MS);
    expect(await db.storage.journal.find(ANA, Buffer.from('handled'), 'handled' as MessageKey)).toBeDefined();
    await db.clock.advance(60 * DAY_MS);
    await db.storage.prune(DAY_MS);

    expect(await db.storage.journal.find(ANA, Buffer.from('handled'), 'handled' as MessageKey)).toBeUndefined();
    expect(names(await db.storage.journal.leftOver(ANA))).toEqual(['left over']);
  });

  it('forgets after two weeks the part of a message that never became complete', async () => {
    await using db = await startStorage();
    await db.storage.signalKeys.set(ANA, [], entry('key', { parts: 2 }));

    await db.clock.advance(14 * DAY_MS + 1);
    await db.storage.prune(DAY_MS);

    expect(await db.storage.journal.find(ANA, Buffer.from('key'), 'key' as MessageKey)).toBeUndefined();
  });

  it('is removed with its session', async () => {
    await using db = await startStorage();
    await db.storage.signalKeys.set(ANA, [], entry('one'));

    await db.storage.sessions.remove(ANA, []);

    expect(await db.storage.journal.find(ANA, Buffer.from('one'), 'one' as MessageKey)).toBeUndefined();
  });
});
