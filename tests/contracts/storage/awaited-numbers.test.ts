import { type PhoneNumber } from '../../../src/domain/address.ts';
import { type MessageBody } from '../../../src/domain/event.ts';
import { type SessionId } from '../../../src/domain/session-id.ts';
import { type NewCallback } from '../../../src/ports/callbacks.ts';
import { type AwaitedNumber } from '../../../src/ports/storage.ts';
import { ANA, BEA, news, record, startStorage, type TestStorage } from './support.ts';

const DAY_MS = 24 * 3600_000;
const LID = '111@lid';
const NUMBER = '5491122334455' as PhoneNumber;
const NUMBERS = new Map([
  ['222@lid', '5493' as PhoneNumber],
  [LID, NUMBER],
]);

function message(sessionId: SessionId, id: string, fields: Partial<MessageBody> = {}): NewCallback {
  const said = { message_id: id, message_content: 'hola', sender_name: 'Ana', corrected_fields: [] as string[] };
  const body = { session_id: sessionId, sender_number: null, sender_lid: LID, ...said, ...fields } as MessageBody;
  return { event: { kind: 'message-received', body }, webhookId: `told ${id}` };
}

function awaited(id: string, unless: string | null = null): AwaitedNumber {
  return { lid: LID, told: `told ${id}`, again: `again ${id}`, unless };
}

/** Tells of a message without its sender's number. */
async function tell({ storage }: TestStorage, id: string, fields: Partial<MessageBody> = {}): Promise<void> {
  await storage.sessions.commit(record(ANA), [message(ANA, id, fields)], { awaited: awaited(id) });
}

async function handOver(db: TestStorage): Promise<void> {
  const next = await db.next(ANA);
  await db.storage.callbacks.delivered(next!, db.clock.now());
}

/** Everything that is kept, in order: its number, key and state, and what the body says of the sender. */
async function kept({ storage }: TestStorage) {
  const all = await storage.archive.list({ sessionId: ANA }, { after: 0, limit: 100 });
  return all.map(({ seq, webhookId, state, body }) => {
    const { sender_number, sender_name, message_content, corrected_fields } = JSON.parse(body!) as MessageBody;
    return [seq, webhookId, state, sender_number, sender_name, message_content, corrected_fields];
  });
}

describe('a callback without the number of its sender', () => {
  it('gets it where it waits behind another, and keeps its key and its place', async () => {
    await using db = await startStorage();
    await db.commit(news(ANA, 'first'));
    await tell(db, 'M1');
    await tell(db, 'M2', { sender_name: null });

    await db.storage.awaitedNumbers.known(ANA, NUMBERS);

    expect((await kept(db)).slice(1)).toEqual([
      [2, 'told M1', 'pending', NUMBER, 'Ana', 'hola', []],
      [3, 'told M2', 'pending', NUMBER, NUMBER, 'hola', []],
    ]);
    expect(await db.storage.awaitedNumbers.of(ANA)).toEqual([]);
  });

  it('is told once more when the backend has it, under a key of its own', async () => {
    await using db = await startStorage();
    await tell(db, 'M1');
    await tell(db, 'M2', { sender_name: null });
    for (let count = 0; count < 2; count += 1) await handOver(db);
    db.ready = [];

    await db.storage.awaitedNumbers.known(ANA, NUMBERS);
    await db.storage.awaitedNumbers.known(ANA, NUMBERS);

    expect(await kept(db)).toEqual([
      [1, 'told M1', 'delivered', null, 'Ana', 'hola', []],
      [2, 'told M2', 'delivered', null, null, 'hola', []],
      [3, 'again M1', 'pending', NUMBER, 'Ana', 'hola', ['sender_number']],
      [4, 'again M2', 'pending', NUMBER, NUMBER, 'hola', ['sender_number', 'sender_name']],
    ]);
    expect(db.ready).toContain(ANA);
  });

  it.each<[string, (db: TestStorage) => Promise<void>]>([
    ['is on its way', () => Promise.resolve()],
    [
      'was tried, and waits behind another by now',
      async (db) => {
        await db.storage.callbacks.failed((await db.next(ANA))!, 'no answer', db.clock.now());
        await db.storage.archive.replay({ sessionId: ANA, sinceMs: 0, untilMs: db.clock.now() });
      },
    ],
  ])('gets it and is told once more when it %s: the backend may have it already', async (_, happens) => {
    await using db = await startStorage();
    await db.commit(news(ANA, 'first'));
    await handOver(db);
    await tell(db, 'M1');
    await happens(db);

    await db.storage.awaitedNumbers.known(ANA, NUMBERS);

    expect((await kept(db)).slice(1)).toEqual([
      [2, 'told M1', 'pending', NUMBER, 'Ana', 'hola', []],
      [3, 'again M1', 'pending', NUMBER, 'Ana', 'hola', ['sender_number']],
    ]);
  });

  it('gets it, and no more, while it waits for its file', async () => {
    await using db = await startStorage();
    const held = { ...message(ANA, 'M1'), holdUntilMs: db.clock.now() + 1_000 };
    await db.storage.sessions.commit(record(ANA), [held], { awaited: awaited('M1') });

    await db.storage.awaitedNumbers.known(ANA, NUMBERS);

    expect(await kept(db)).toEqual([[1, 'told M1', 'pending', NUMBER, 'Ana', 'hola', []]]);
  });

  it('gets it when it was given up, for when somebody has it tried again', async () => {
    await using db = await startStorage();
    await tell(db, 'M1');
    await db.storage.callbacks.dead((await db.next(ANA))!, 'poison', db.clock.now());

    await db.storage.awaitedNumbers.known(ANA, NUMBERS);

    expect(await kept(db)).toEqual([[1, 'told M1', 'dead', NUMBER, 'Ana', 'hola', []]]);
  });

  it('is not told once more when what makes it needless is there', async () => {
    await using db = await startStorage();
    const writes = { awaited: awaited('M1', 'told M2') };
    await db.storage.sessions.commit(record(ANA), [message(ANA, 'M1')], writes);
    await tell(db, 'M2');
    for (let count = 0; count < 2; count += 1) await handOver(db);

    await db.storage.awaitedNumbers.known(ANA, NUMBERS);

    expect((await kept(db)).map(([, webhookId]) => webhookId)).toEqual(['told M1', 'told M2', 'again M2']);
  });

  it('is of one session and one person alone', async () => {
    await using db = await startStorage();
    await tell(db, 'M1');

    await db.storage.awaitedNumbers.known(BEA, NUMBERS);
    await db.storage.awaitedNumbers.known(ANA, new Map([['222@lid', NUMBER]]));

    expect(await kept(db)).toMatchObject([[1, 'told M1', 'pending', null, 'Ana', 'hola', []]]);
    expect(await db.storage.awaitedNumbers.of(ANA)).toEqual([LID]);
  });

  it('is kept for two weeks, however short callbacks are, and then waits for nothing', async () => {
    await using db = await startStorage();
    await tell(db, 'M1');
    await handOver(db);
    await db.clock.advance(14 * DAY_MS);
    await db.storage.prune(DAY_MS);
    expect(await kept(db)).toHaveLength(1);

    await db.clock.advance(1);
    await db.storage.prune(DAY_MS);
    expect(await db.storage.awaitedNumbers.of(ANA)).toEqual([]);
    expect(await kept(db)).toEqual([]);
  });

  it('waits for nothing any more when its session is gone', async () => {
    await using db = await startStorage();
    await tell(db, 'M1');
    await db.storage.sessions.remove(ANA, []);

    await db.storage.awaitedNumbers.known(ANA, NUMBERS);

    expect(await kept(db)).toMatchObject([[1, 'told M1', 'pending', null, 'Ana', 'hola', []]]);
  });
});

it('what was sent to a LID has its number from then on', async () => {
  await using db = await startStorage();
  const sent = { messageId: 'S1', to: LID, toNumber: null, content: Uint8Array.of(1) };
  await db.storage.sentMessages.add(ANA, sent);
  await db.storage.sentMessages.add(ANA, { ...sent, messageId: 'S2', to: '1@g.us' });

  await db.storage.awaitedNumbers.known(ANA, NUMBERS);

  expect(await db.storage.sentMessages.find(ANA, 'S1')).toMatchObject({ toNumber: NUMBER });
  expect(await db.storage.sentMessages.find(ANA, 'S2')).toMatchObject({ toNumber: null });
});
