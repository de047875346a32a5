import type { PhoneNumber } from '../../../src/domain/address.ts';
import type { MessageBody } from '../../../src/domain/event.ts';
import type { SessionId } from '../../../src/domain/session-id.ts';
import type { NewCallback } from '../../../src/ports/callbacks.ts';
import type { AwaitedNumber } from '../../../src/ports/storage.ts';
import { ANA, BEA, contract, record, statusUpdate, type TestStorage } from './support.ts';

const DAY_MS = 24 * 3600_000;
const LID = '111@lid';
const NUMBER = '5491122334455' as PhoneNumber;
const NUMBERS = new Map([
  ['222@lid', '5493' as PhoneNumber],
  [LID, NUMBER],
]);

function message(sessionId: SessionId, id: string, fields: Partial<MessageBody> = {}): NewCallback {
  const text = { message_id: id, message_content: 'hola', sender_name: 'Ana', corrected_fields: [] as string[] };
  const body = { session_id: sessionId, sender_number: null, sender_lid: LID, ...text, ...fields } as MessageBody;
  return { event: { kind: 'message-received', body }, webhookId: `message ${id}` };
}

function awaited(id: string, unless: string | null = null): AwaitedNumber {
  return { lid: LID, webhookId: `message ${id}`, correctionId: `correction ${id}`, unless };
}

/** Stores a message without its sender's number. */
async function receive({ storage }: TestStorage, id: string, fields: Partial<MessageBody> = {}): Promise<void> {
  await storage.sessions.commit(record(ANA), [message(ANA, id, fields)], { awaited: awaited(id) });
}

async function deliverNext(db: TestStorage): Promise<void> {
  const next = await db.next(ANA);
  await db.storage.callbacks.delivered(next!, db.clock.now());
}

/** Every callback in order: its number, key and state, and what its body says about the sender. */
async function stored({ storage }: TestStorage) {
  const all = await storage.archive.list({ sessionId: ANA }, { after: 0, limit: 100 });
  return all.map(({ seq, webhookId, state, body }) => {
    const { sender_number, sender_name, message_content, corrected_fields } = JSON.parse(body!) as MessageBody;
    return [seq, webhookId, state, sender_number, sender_name, message_content, corrected_fields];
  });
}

contract('a callback without the number of its sender', (startStorage) => {
  it('gets the number in place while it waits behind another, and keeps its key and position', async () => {
    await using db = await startStorage();
    await db.commit(statusUpdate(ANA, 'first'));
    await receive(db, 'M1');
    await receive(db, 'M2', { sender_name: null });

    await db.storage.awaitedNumbers.known(ANA, NUMBERS);

    expect((await stored(db)).slice(1)).toEqual([
      [2, 'message M1', 'pending', NUMBER, 'Ana', 'hola', []],
      [3, 'message M2', 'pending', NUMBER, NUMBER, 'hola', []],
    ]);
    expect(await db.storage.awaitedNumbers.of(ANA)).toEqual([]);
  });

  it('is repeated under a key of its own when the backend has it', async () => {
    await using db = await startStorage();
    await receive(db, 'M1');
    await receive(db, 'M2', { sender_name: null });
    for (let count = 0; count < 2; count += 1) await deliverNext(db);
    db.ready = [];

    await db.storage.awaitedNumbers.known(ANA, NUMBERS);
    await db.storage.awaitedNumbers.known(ANA, NUMBERS);

    expect(await stored(db)).toEqual([
      [1, 'message M1', 'delivered', null, 'Ana', 'hola', []],
      [2, 'message M2', 'delivered', null, null, 'hola', []],
      [3, 'correction M1', 'pending', NUMBER, 'Ana', 'hola', ['sender_number']],
      [4, 'correction M2', 'pending', NUMBER, NUMBER, 'hola', ['sender_number', 'sender_name']],
    ]);
    expect(db.ready).toContain(ANA);
  });

  it.each<[string, (db: TestStorage) => Promise<void>]>([
    ['is on its way', () => Promise.resolve()],
    [
      'was attempted, and waits behind another by now',
      async (db) => {
        await db.storage.callbacks.failed((await db.next(ANA))!, 'no answer', db.clock.now());
        await db.storage.archive.replay({ sessionId: ANA, sinceMs: 0, untilMs: db.clock.now() });
      },
    ],
  ])('gets the number and is repeated when it %s: the backend may have it already', async (_, happens) => {
    await using db = await startStorage();
    await db.commit(statusUpdate(ANA, 'first'));
    await deliverNext(db);
    await receive(db, 'M1');
    await happens(db);

    await db.storage.awaitedNumbers.known(ANA, NUMBERS);

    expect((await stored(db)).slice(1)).toEqual([
      [2, 'message M1', 'pending', NUMBER, 'Ana', 'hola', []],
      [3, 'correction M1', 'pending', NUMBER, 'Ana', 'hola', ['sender_number']],
    ]);
  });

  it('does not leave without the number when its turn comes while that is being stored', async () => {
    await using db = await startStorage();
    await db.commit(statusUpdate(ANA, 'first'));
    await receive(db, 'M1');
    const first = await db.next(ANA);

    const known = db.storage.awaitedNumbers.known(ANA, NUMBERS);
    await db.storage.callbacks.delivered(first!, db.clock.now());
    const told = await db.next(ANA);

    expect(JSON.parse(told!.body)).toMatchObject({ message_id: 'M1', sender_number: NUMBER });
    await known;
    expect(await stored(db)).toHaveLength(2);
  });

  it('gets the number and is not repeated while it is held for its file', async () => {
    await using db = await startStorage();
    const held = { ...message(ANA, 'M1'), holdUntilMs: db.clock.now() + 1_000 };
    await db.storage.sessions.commit(record(ANA), [held], { awaited: awaited('M1') });

    await db.storage.awaitedNumbers.known(ANA, NUMBERS);

    expect(await stored(db)).toEqual([[1, 'message M1', 'pending', NUMBER, 'Ana', 'hola', []]]);
  });

  it('gets the number as a dead letter, in case an operator retries it', async () => {
    await using db = await startStorage();
    await receive(db, 'M1');
    await db.storage.callbacks.dead((await db.next(ANA))!, 'poison', db.clock.now());

    await db.storage.awaitedNumbers.known(ANA, NUMBERS);

    expect(await stored(db)).toEqual([[1, 'message M1', 'dead', NUMBER, 'Ana', 'hola', []]]);
  });

  it('is not repeated when the callback that makes this unnecessary exists', async () => {
    await using db = await startStorage();
    const writes = { awaited: awaited('M1', 'message M2') };
    await db.storage.sessions.commit(record(ANA), [message(ANA, 'M1')], writes);
    await receive(db, 'M2');
    for (let count = 0; count < 2; count += 1) await deliverNext(db);

    await db.storage.awaitedNumbers.known(ANA, NUMBERS);

    const keys = (await stored(db)).map(([, webhookId]) => webhookId);
    expect(keys).toEqual(['message M1', 'message M2', 'correction M2']);
  });

  it('is left alone by numbers of another session or person', async () => {
    await using db = await startStorage();
    await receive(db, 'M1');

    await db.storage.awaitedNumbers.known(BEA, NUMBERS);
    await db.storage.awaitedNumbers.known(ANA, new Map([['222@lid', NUMBER]]));

    expect(await stored(db)).toMatchObject([[1, 'message M1', 'pending', null, 'Ana', 'hola', []]]);
    expect(await db.storage.awaitedNumbers.of(ANA)).toEqual([LID]);
  });

  it('awaits it for two weeks, however short the retention of callbacks, and then no more', async () => {
    await using db = await startStorage();
    await receive(db, 'M1');
    await deliverNext(db);
    await db.clock.advance(14 * DAY_MS);
    await db.storage.prune(DAY_MS);
    expect(await stored(db)).toHaveLength(1);

    await db.clock.advance(1);
    await db.storage.prune(DAY_MS);
    expect(await db.storage.awaitedNumbers.of(ANA)).toEqual([]);
    expect(await stored(db)).toEqual([]);
  });

  it('awaits it no more when its session is removed', async () => {
    await using db = await startStorage();
    await receive(db, 'M1');
    await db.storage.sessions.remove(ANA, []);

    await db.storage.awaitedNumbers.known(ANA, NUMBERS);

    expect(await stored(db)).toMatchObject([[1, 'message M1', 'pending', null, 'Ana', 'hola', []]]);
  });
});

contract('a message that was sent to a LID', (startStorage) => {
  it('has the number once it is known', async () => {
    await using db = await startStorage();
    const sent = { messageId: 'S1', to: LID, toNumber: null, content: Uint8Array.of(1) };
    await db.storage.sentMessages.add(ANA, sent);
    await db.storage.sentMessages.add(ANA, { ...sent, messageId: 'S2', to: '1@g.us' });

    await db.storage.awaitedNumbers.known(ANA, NUMBERS);

    expect(await db.storage.sentMessages.find(ANA, 'S1')).toMatchObject({ toNumber: NUMBER });
    expect(await db.storage.sentMessages.find(ANA, 'S2')).toMatchObject({ toNumber: null });
  });
});
