import type { SessionId } from '../../../src/domain/session-id.ts';
import type { NewCallback, StoredCallback } from '../../../src/ports/callbacks.ts';
import { messageReceived } from '../../../src/sessions/callback-events.ts';
import { contentOf } from '../../../src/whatsapp/messages/content.ts';
import { ANA, BEA, contract, record, statusUpdate, type TestStorage } from './support.ts';

const HOLD_MS = 30_000;
const YEAR_MS = 365 * 24 * 3600_000;
const MEDIA = {
  ...{ mimetype: 'image/jpeg', size: 3, file_name: null, caption: 'un gato', seconds: null, width: 1, height: 1 },
  ...{ sha256: null, thumbnail: null, path: null, url: null, download_error: null },
};
const FETCHED = { path: './downloads/session_1_ana/A1.jpg', download_error: null };

/** The callback of a picture, held for its file. */
function picture(db: TestStorage, sessionId: SessionId, id: string, holdMs = HOLD_MS): NewCallback {
  const content = contentOf('image', { text: 'un gato', media: MEDIA, hasFile: true });
  const sender = { number: null, lid: '1@lid', pushName: 'Juan' };
  const rest = { isGroup: false, groupName: null, fromMe: false, sentAtMs: 0, offline: false, content };
  return messageReceived(record(sessionId), { id, chatId: '1@lid', sender, ...rest }, db.clock.now(), holdMs);
}

async function mediaOf(db: TestStorage, sessionId: SessionId): Promise<unknown> {
  const { body } = (await db.next(sessionId)) ?? {};
  return body && (JSON.parse(body) as { media_info: unknown }).media_info;
}

contract('a callback that is held for its file', (startStorage) => {
  it('is not delivered before, nor is what comes after it', async () => {
    await using db = await startStorage();
    const held = picture(db, ANA, 'A1');
    await db.commit(statusUpdate(ANA, 'before'), held, statusUpdate(ANA, 'after'), statusUpdate(BEA, 'other'));

    expect(await db.drain(ANA)).toEqual(['1 before']);
    expect(await db.drain(BEA)).toEqual(['1 other']);

    await db.storage.heldCallbacks.release(held.webhookId, FETCHED);
    expect(await db.drain(ANA)).toEqual([`2 ${held.webhookId}`, '3 after']);
  });

  it('has the path of its file when it is released, and its session is notified', async () => {
    await using db = await startStorage();
    const held = picture(db, ANA, 'A1');
    await db.commit(held);
    expect(await db.next(ANA)).toBeUndefined();
    db.ready = [];

    await db.storage.heldCallbacks.release(held.webhookId, FETCHED);

    expect(db.ready).toEqual([ANA]);
    expect(await mediaOf(db, ANA)).toEqual({ ...MEDIA, url: '/sessions/session_1_ana/messages/A1/media', ...FETCHED });
  });

  it('goes without its file when its time is over, to the millisecond, and its session is notified', async () => {
    await using db = await startStorage();
    await db.commit(picture(db, ANA, 'A1'));
    expect(await db.next(ANA)).toBeUndefined();
    await db.clock.advance(HOLD_MS - 1);
    expect(await db.next(ANA)).toBeUndefined();
    db.ready = [];

    await db.clock.advance(1);

    expect(db.ready).toEqual([ANA]);
    expect(await mediaOf(db, ANA)).toMatchObject({ path: null, download_error: 'timeout' });
  });

  it('notifies once, however often it was asked for', async () => {
    await using db = await startStorage();
    await db.commit(picture(db, ANA, 'A1'));
    for (let count = 0; count < 5; count += 1) await db.next(ANA);
    db.ready = [];

    await db.clock.advance(HOLD_MS);

    expect(db.ready).toEqual([ANA]);
  });

  it('does not change any more when its time is over: it may be on its way', async () => {
    await using db = await startStorage();
    const held = picture(db, ANA, 'A1');
    await db.commit(held);
    await db.clock.advance(HOLD_MS);
    const onItsWay = await db.next(ANA);

    await db.storage.heldCallbacks.release(held.webhookId, FETCHED);

    expect(await db.next(ANA)).toEqual(onItsWay);
  });

  it('is released once: later results are ignored', async () => {
    await using db = await startStorage();
    const held = picture(db, ANA, 'A1');
    await db.commit(held);
    await db.storage.heldCallbacks.release(held.webhookId, FETCHED);

    await db.storage.heldCallbacks.release(held.webhookId, { path: null, download_error: 'corrupt' });
    await db.storage.heldCallbacks.release('unknown', FETCHED);

    expect(await mediaOf(db, ANA)).toMatchObject(FETCHED);
  });

  it('is still held after a restart, until the same moment', async () => {
    await using db = await startStorage();
    const held = picture(db, ANA, 'A1');
    await db.commit(held, picture(db, BEA, 'B1', HOLD_MS / 2));
    await db.clock.advance(HOLD_MS - 1);

    await db.reopen();

    expect(await db.storage.callbacks.sessionsWithPending()).toEqual([ANA, BEA]);
    expect(await db.storage.heldCallbacks.all()).toEqual([
      { sessionId: ANA, webhookId: held.webhookId, messageId: 'A1' },
    ]);
    expect(await db.next(ANA)).toBeUndefined();
    expect(await mediaOf(db, BEA)).toMatchObject({ download_error: 'timeout' });
    await db.clock.advance(1);
    expect(await mediaOf(db, ANA)).toMatchObject({ download_error: 'timeout' });
    expect(await db.storage.heldCallbacks.all()).toEqual([]);
  });

  it('notifies nobody after the storage was closed', async () => {
    const db = await startStorage();
    await db.commit(picture(db, ANA, 'A1'));
    await db.next(ANA);
    await db.storage[Symbol.asyncDispose]();
    db.ready = [];

    await db.clock.advance(HOLD_MS);

    expect(db.ready).toEqual([]);
  });

  it('is not held for longer when the clock is set back', async () => {
    await using db = await startStorage();
    await db.clock.advance(YEAR_MS);
    await db.commit(picture(db, ANA, 'A1'));
    expect(await db.next(ANA)).toBeUndefined();

    db.clock.set(-YEAR_MS);

    expect(await mediaOf(db, ANA)).toMatchObject({ download_error: 'timeout' });
  });

  it('is held once when its message comes twice', async () => {
    await using db = await startStorage();
    const held = picture(db, ANA, 'A1');
    await db.commit(held);
    await db.storage.heldCallbacks.release(held.webhookId, FETCHED);
    await db.clock.advance(10_000);

    await db.commit(picture(db, ANA, 'A1'));

    expect(await mediaOf(db, ANA)).toMatchObject(FETCHED);
  });

  it('ends a page of events, which go on when it is released', async () => {
    await using db = await startStorage();
    const held = picture(db, ANA, 'A1');
    await db.commit(statusUpdate(ANA, 'before'), held, statusUpdate(BEA, 'after'));
    const eventsAfter = (position: number) => db.storage.archive.events({ after: position, limit: 10 });
    const keys = (events: StoredCallback[]) => events.map(({ webhookId }) => webhookId);

    const page = await eventsAfter(0);
    const { position } = page.at(-1)!;
    expect(keys(page)).toEqual(['before']);
    expect(keys(await eventsAfter(position))).toEqual([]);

    await db.storage.heldCallbacks.release(held.webhookId, FETCHED);
    expect(keys(await eventsAfter(position))).toEqual([held.webhookId, 'after']);
  });

  it('is not held again by a replay', async () => {
    await using db = await startStorage();
    const held = picture(db, ANA, 'A1');
    await db.commit(held);
    await db.storage.heldCallbacks.release(held.webhookId, FETCHED);
    await db.drain(ANA);

    await db.storage.archive.replay({ sessionId: ANA, sinceMs: 0, untilMs: db.clock.now() });

    expect(await db.drain(ANA)).toEqual([`1 ${held.webhookId}`]);
  });

  it('waits, as an edit, for the file of the message that it replaces', async () => {
    await using db = await startStorage();
    const content = contentOf('edit', { media: MEDIA, hasFile: true, editedMessageId: 'A0' });
    const sender = { number: null, lid: '1@lid', pushName: null };
    const rest = { isGroup: false, groupName: null, fromMe: false, sentAtMs: 0, offline: false, content };
    const message = { id: 'A1', chatId: '1@lid', sender, ...rest };
    const edit = messageReceived(record(ANA), message, db.clock.now(), HOLD_MS);
    await db.commit(edit);

    expect(await db.storage.heldCallbacks.all()).toMatchObject([{ messageId: 'A0' }]);
    await db.storage.heldCallbacks.release(edit.webhookId, FETCHED);
    expect(await mediaOf(db, ANA)).toMatchObject({ url: '/sessions/session_1_ana/messages/A0/media' });
  });
});
