import type { PhoneNumber } from '../../../src/domain/address.ts';
import type { SessionRecord } from '../../../src/domain/session.ts';
import type { JournalEntry, MessageKey } from '../../../src/ports/signal.ts';
import { ANA, BEA, contract, qr, record, statusUpdate, type TestStorage } from './support.ts';

const NUMBER = '5491234567890' as PhoneNumber;
const OTHER = '5491234560000' as PhoneNumber;
const ENTRY: JournalEntry = {
  ciphertextHash: new Uint8Array(32).fill(7),
  messageKey: 'chat M1' as MessageKey,
  ...{ delivery: 'd1', parts: 1, attrs: { id: 'M1' }, plaintext: new Uint8Array([1, 0, 2]) },
};

function linked(id: typeof ANA, phoneNumber = NUMBER): SessionRecord {
  return record(id, { phase: 'online', identity: { phoneNumber, whatsappUserId: `${phoneNumber}:1@s.whatsapp.net` } });
}

/** Has BEA linked a device, and decrypted a message with it. */
async function linkBea({ storage: { sessions, signalKeys } }: TestStorage): Promise<void> {
  await sessions.commit(linked(BEA), [qr(BEA, 'q1')]);
  await signalKeys.saveCredentials(BEA, 'new device');
  await signalKeys.set(BEA, [{ type: 'session', id: '1', value: 'new' }], ENTRY);
}

contract('the session id of a number', (startStorage) => {
  it('is the one of its last announcement, and outlives the session', async () => {
    await using db = await startStorage();
    const { sessions, accountIds } = db.storage;
    expect(await accountIds.idOf(NUMBER)).toBeUndefined();
    await sessions.commit(linked(ANA), []);
    expect(await accountIds.idOf(NUMBER)).toBeUndefined();
    await sessions.commit(linked(ANA), [], { announces: true });
    await sessions.remove(ANA, []);
    await db.reopen();
    expect(await db.storage.accountIds.idOf(NUMBER)).toBe(ANA);
  });

  it('follows a session whose number changes, and a number that another session takes', async () => {
    await using db = await startStorage();
    const { sessions, accountIds } = db.storage;
    await sessions.commit(linked(ANA), [], { announces: true });
    await sessions.commit(linked(ANA, OTHER), [], { announces: true });
    expect(await Promise.all([NUMBER, OTHER].map((number) => accountIds.idOf(number)))).toEqual([undefined, ANA]);
    await sessions.commit(linked(BEA, OTHER), [], { announces: true });
    expect(await accountIds.idOf(OTHER)).toBe(BEA);
  });
});

contract('the elder session of a number', (startStorage) => {
  it('is the one of its last announcement, even a deleted one, but never the session itself', async () => {
    await using db = await startStorage();
    const { sessions, accountIds } = db.storage;
    expect(await accountIds.elderOf(BEA, NUMBER)).toBeUndefined();
    await sessions.commit(linked(ANA), [], { announces: true });
    await sessions.commit(linked(BEA), []);
    expect(await accountIds.elderOf(BEA, NUMBER)).toBe(ANA);
    expect(await accountIds.elderOf(ANA, NUMBER)).toBeUndefined();
    await sessions.remove(ANA, []);
    expect(await accountIds.elderOf(BEA, NUMBER)).toBe(ANA);
  });

  it('is the oldest other one that was announced, when the last one has another number by now, or none', async () => {
    await using db = await startStorage();
    const { sessions, accountIds } = db.storage;
    const [bea, cleo, dora] = [BEA, 'session_3_cleo' as typeof ANA, 'session_4_dora' as typeof ANA];
    await sessions.commit({ ...linked(bea), createdAtMs: 2, announced: true }, []);
    await sessions.commit({ ...linked(cleo), announced: true }, []);
    await sessions.commit(linked(dora), []);
    for (const now of [linked(ANA, OTHER), record(ANA)]) {
      await sessions.commit(linked(ANA), [], { announces: true });
      await sessions.commit(now, []);
      expect(await accountIds.elderOf(dora, NUMBER)).toBe(cleo);
      expect(await accountIds.elderOf(cleo, NUMBER)).toBe(bea);
    }
  });
});

contract('a session that takes over the device of another one', (startStorage) => {
  it('has its credentials, keys and journal in place of its own, and keeps the numbers of LIDs', async () => {
    await using db = await startStorage();
    const { sessions, signalKeys } = db.storage;
    await sessions.commit(linked(ANA), [statusUpdate(ANA, 'a1')]);
    await signalKeys.saveCredentials(ANA, 'old device');
    await signalKeys.set(ANA, [
      { type: 'session', id: '2', value: 'old' },
      { type: 'lid-mapping', id: '9', value: 'number' },
    ]);
    await linkBea(db);

    await sessions.commit(linked(ANA), [], { deviceOf: BEA });
    await db.reopen();

    const { signalKeys: keys, journal, accountIds, sessions: stored } = db.storage;
    expect(await keys.credentials(ANA)).toBe('new device');
    expect(await keys.get(ANA, 'session', ['1', '2'])).toEqual(new Map([['1', 'new']]));
    expect(await keys.get(ANA, 'lid-mapping', ['9'])).toEqual(new Map([['9', 'number']]));
    expect((await journal.leftOver(ANA)).map(({ attrs, plaintext }) => [attrs, [...plaintext]])).toEqual([
      [ENTRY.attrs, [...ENTRY.plaintext]],
    ]);
    expect((await stored.all()).map(({ sessionId }) => sessionId)).toEqual([ANA]);
    expect(await keys.credentials(BEA)).toBeUndefined();
    expect(await db.next(BEA)).toBeUndefined();
    expect(await accountIds.aliases()).toEqual(new Map([[BEA, ANA]]));
  });

  it('takes over everything or nothing', async () => {
    await using db = await startStorage();
    const { sessions, signalKeys, accountIds } = db.storage;
    await sessions.commit(linked(ANA), []);
    await linkBea(db);

    const broken = statusUpdate(ANA, null as unknown as string);
    await expect(sessions.commit(linked(ANA), [broken], { deviceOf: BEA })).rejects.toThrow();

    expect(await signalKeys.credentials(BEA)).toBe('new device');
    expect(await signalKeys.credentials(ANA)).toBeUndefined();
    expect((await accountIds.aliases()).size).toBe(0);
  });
});

contract('a callback with a substitute', (startStorage) => {
  it('gives it its place and its number when the backend refuses it, and the timeline says so', async () => {
    await using db = await startStorage();
    const instead = statusUpdate(ANA, 'instead');
    const announcement = { ...statusUpdate(ANA, 'first'), instead };
    await db.commit(announcement, statusUpdate(ANA, 'behind'));
    const first = (await db.next(ANA))!;
    expect(first).toMatchObject({ webhookId: 'first', hasSubstitute: true });
    await db.storage.callbacks.failed(first, 'the backend answered 500', 1);

    const note = { atMs: 2, what: 'announcement_refused' as const, why: 'the backend answered 500' };
    await db.storage.callbacks.substitute(first, note);
    await db.storage.callbacks.substitute(first, note);
    await db.reopen();

    const next = (await db.next(ANA))!;
    expect(next).toMatchObject({ webhookId: 'instead', attempts: 0, firstFailedAtMs: null });
    expect(JSON.parse(next.body)).toEqual(instead.event.body);
    expect(next).not.toHaveProperty('hasSubstitute');
    expect(await db.storage.timeline.of(ANA)).toEqual([note]);
    expect(await db.drain(ANA)).toEqual(['1 instead', '2 behind']);
  });

  it('leaves no timeline behind when its session is gone', async () => {
    await using db = await startStorage();
    await db.commit({ ...statusUpdate(ANA, 'first'), instead: statusUpdate(ANA, 'instead') });
    await db.storage.sessions.remove(ANA, []);
    const note = { atMs: 2, what: 'announcement_refused' as const, why: null };
    await db.storage.callbacks.substitute((await db.next(ANA))!, note);
    expect(await db.storage.timeline.of(ANA)).toEqual([]);
    expect(await db.drain(ANA)).toEqual(['1 instead']);
  });
});
