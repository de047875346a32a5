import { type NewCallback } from '../../../src/ports/callbacks.ts';
import { type SessionId } from '../../../src/domain/session-id.ts';
import { messageReceived } from '../../../src/sessions/callback-events.ts';
import { contentOf } from '../../../src/whatsapp/messages/content.ts';
import { ANA, BEA, news, record, startStorage, type TestStorage } from './support.ts';

const HOLD_MS = 30_000;
const MEDIA = {
  ...{ mimetype: 'image/jpeg', size: 3, file_name: null, caption: 'un gato', seconds: null, width: 1, height: 1 },
  ...{ sha256: null, thumbnail: null, path: null, url: null, download_error: null },
};
const FETCHED = { path: './downloads/session_1_ana/A1.jpg', download_error: null };

/** The callback of a picture that waits for its file. */
function picture(db: TestStorage, sessionId: SessionId, id: string, holdMs = HOLD_MS): NewCallback {
  const content = contentOf('image', { text: 'un gato', media: MEDIA, hasFile: true });
  const sender = { number: null, lid: '1@lid', pushName: 'Juan' };
  const said = { isGroup: false, groupName: null, fromMe: false, sentAtMs: 0, offline: false, content };
  return messageReceived(record(sessionId), { id, chatId: '1@lid', sender, ...said }, db.clock.now(), holdMs);
}

async function mediaOf(db: TestStorage, sessionId: SessionId): Promise<unknown> {
  const { body } = (await db.next(sessionId)) ?? {};
  return body && (JSON.parse(body) as { media_info: unknown }).media_info;
}

it('a callback that waits for its file is not given before, nor is what comes after it', async () => {
  await using db = await startStorage();
  const held = picture(db, ANA, 'A1');
  await db.commit(news(ANA, 'before'), held, news(ANA, 'after'), news(BEA, 'other'));

  expect(await db.drain(ANA)).toEqual(['1 before']);
  expect(await db.drain(BEA)).toEqual(['1 other']);

  await db.storage.heldCallbacks.release(held.webhookId, FETCHED);
  expect(await db.drain(ANA)).toEqual([`2 ${held.webhookId}`, '3 after']);
});

it('says where its file is when it is let go, and whoever delivers is told', async () => {
  await using db = await startStorage();
  const held = picture(db, ANA, 'A1');
  await db.commit(held);
  expect(await db.next(ANA)).toBeUndefined();
  db.ready = [];

  await db.storage.heldCallbacks.release(held.webhookId, FETCHED);

  expect(db.ready).toEqual([ANA]);
  expect(await mediaOf(db, ANA)).toEqual({ ...MEDIA, url: '/sessions/session_1_ana/messages/A1/media', ...FETCHED });
});

it('goes without its file when the time is over, to the millisecond, and whoever delivers is told', async () => {
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

it('sets one timer, however often somebody looks', async () => {
  await using db = await startStorage();
  const held = picture(db, ANA, 'A1');
  await db.commit(held);

  for (let look = 0; look < 5; look += 1) await db.next(ANA);
  expect(db.clock.timers).toHaveLength(1);

  await db.storage.heldCallbacks.release(held.webhookId, FETCHED);
  expect(db.clock.timers).toEqual([]);
});

it('what it says does not change any more when its time is over: it may be on its way', async () => {
  await using db = await startStorage();
  const held = picture(db, ANA, 'A1');
  await db.commit(held);
  await db.clock.advance(HOLD_MS);
  const given = await db.next(ANA);

  await db.storage.heldCallbacks.release(held.webhookId, FETCHED);

  expect(await db.next(ANA)).toEqual(given);
});

it('is let go once: what is told of it later counts for nothing', async () => {
  await using db = await startStorage();
  const held = picture(db, ANA, 'A1');
  await db.commit(held);
  await db.storage.heldCallbacks.release(held.webhookId, FETCHED);

  await db.storage.heldCallbacks.release(held.webhookId, { path: null, download_error: 'corrupt' });
  await db.storage.heldCallbacks.release('unknown', FETCHED);

  expect(await mediaOf(db, ANA)).toMatchObject(FETCHED);
});

it('a restart neither lets it go nor forgets it, and its time goes on', async () => {
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

it('nobody is woken when the storage is closed', async () => {
  await using db = await startStorage();
  await db.commit(picture(db, ANA, 'A1'));
  await db.next(ANA);

  await db.reopen();

  expect(db.clock.timers).toEqual([]);
});

it('a clock that was set back holds nothing up', async () => {
  await using db = await startStorage();
  await db.clock.advance(365 * 24 * 3600_000);
  await db.commit(picture(db, ANA, 'A1'));
  expect(await db.next(ANA)).toBeUndefined();

  await db.clock.advance(-365 * 24 * 3600_000);

  expect(await mediaOf(db, ANA)).toMatchObject({ download_error: 'timeout' });
});

it('a message that comes twice is held once, and the second does not hold up the first', async () => {
  await using db = await startStorage();
  const held = picture(db, ANA, 'A1');
  await db.commit(held);
  await db.storage.heldCallbacks.release(held.webhookId, FETCHED);
  await db.clock.advance(10_000);

  await db.commit(picture(db, ANA, 'A1'));

  expect(await mediaOf(db, ANA)).toMatchObject(FETCHED);
});

it('who pulls events is given them up to the first that waits, and the rest afterwards', async () => {
  await using db = await startStorage();
  const held = picture(db, ANA, 'A1');
  await db.commit(news(ANA, 'before'), held, news(BEA, 'after'));
  const pulled = async (after: number) =>
    (await db.storage.archive.events({ after, limit: 10 })).map(({ webhookId }) => webhookId);

  expect(await pulled(0)).toEqual(['before']);
  expect(await pulled(1)).toEqual([]);

  await db.storage.heldCallbacks.release(held.webhookId, FETCHED);
  expect(await pulled(1)).toEqual([held.webhookId, 'after']);
});

it('a replay waits for nothing', async () => {
  await using db = await startStorage();
  const held = picture(db, ANA, 'A1');
  await db.commit(held);
  await db.storage.heldCallbacks.release(held.webhookId, FETCHED);
  await db.drain(ANA);

  await db.storage.archive.replay({ sessionId: ANA, sinceMs: 0, untilMs: db.clock.now() });

  expect(await db.drain(ANA)).toEqual([`1 ${held.webhookId}`]);
});

it('what was edited has the file of the message that it replaces', async () => {
  await using db = await startStorage();
  const content = contentOf('edit', { media: MEDIA, hasFile: true, editedMessageId: 'A0' });
  const sender = { number: null, lid: '1@lid', pushName: null };
  const said = { isGroup: false, groupName: null, fromMe: false, sentAtMs: 0, offline: false, content };
  const message = { id: 'A1', chatId: '1@lid', sender, ...said };
  const edit = messageReceived(record(ANA), message, db.clock.now(), HOLD_MS);
  await db.commit(edit);

  expect(await db.storage.heldCallbacks.all()).toMatchObject([{ messageId: 'A0' }]);
  await db.storage.heldCallbacks.release(edit.webhookId, FETCHED);
  expect(await mediaOf(db, ANA)).toMatchObject({ url: '/sessions/session_1_ana/messages/A0/media' });
});
