import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type OutgoingMedia } from '../../../simulator/phones/media-message.ts';
import { ACCOUNT, bytesOf, mediaWorldForAllTests, refusalIn } from '../../harness/media-world.ts';

const shop = mediaWorldForAllTests();

it('a download that breaks off is tried again', async () => {
  shop.world.whatsapp.fault('media-cut', { times: 1 });
  await shop.send();

  const media = await shop.world.whileTimeFlies(shop.nextMedia());

  expect(media).toMatchObject({ download_error: null, path: expect.any(String) });
});

it.each<[string, number, () => void, Partial<OutgoingMedia>]>([
  ['corrupt', 502, () => shop.world.whatsapp.fault('media-corrupt', {}), {}],
  ['corrupt', 502, () => undefined, { fields: { fileSha256: new Uint8Array(32) } }],
  ['network', 502, () => shop.world.whatsapp.fault('media-cut', {}), {}],
  ['network', 502, () => shop.world.whatsapp.fault('media-status', { code: 503 }), {}],
  ['too_large', 422, () => shop.world.whatsapp.fault('media-endless', {}), {}],
  ['too_large', 422, () => undefined, { fields: { fileLength: 6_000_001 } }],
  ['unsupported', 404, () => undefined, { fields: { directPath: '//169.254.169.254/latest/' } }],
])('a file that is %s is said to be so, and leaves nothing behind', async (word, status, fails, media) => {
  fails();
  const id = await shop.send(media);

  const told = await shop.world.whileTimeFlies(shop.nextMedia());

  const url = `/sessions/${shop.sessionId}/messages/${id}/media`;
  expect(told).toMatchObject({ path: null, url, download_error: word });
  const files = await readdir(join(shop.world.downloadsDir, shop.sessionId));
  expect(files.filter((name) => name.includes(id))).toEqual([]);
  expect((await shop.world.whileTimeFlies(shop.get(url))).status).toBe(status);
});

it('the address in the message is nothing that it is fetched from', async () => {
  await shop.send({ fields: { url: 'http://169.254.169.254/latest/meta-data/' } });

  expect(await shop.nextMedia()).toMatchObject({ path: expect.any(String), download_error: null });
});

it('without a key there is nothing to fetch, and no address of ours', async () => {
  await shop.send({ fields: { mediaKey: new Uint8Array() } });

  expect(await shop.nextMedia()).toMatchObject({ path: null, url: null, download_error: null });
});

describe('what WhatsApp has no more', () => {
  it('is handed in again by the phone', async () => {
    shop.world.whatsapp.fault('media-gone', { code: 410, times: 1 });
    await shop.send();

    expect(await shop.nextMedia()).toMatchObject({ download_error: null, path: expect.any(String) });
  });

  it('is expired when the phone does not have it either', async () => {
    await shop.switchDownloads(false);
    const id = await shop.send();
    const { url } = await shop.nextMedia();
    shop.world.whatsapp.fault('media-gone', { code: 404, times: 1 });
    shop.person.forgetMedia(id);

    expect(await refusalIn(await shop.get(url))).toEqual([410, 'media_expired']);
    await shop.switchDownloads(true);
  });

  it('is waited for 20 s when the phone says nothing', async () => {
    shop.world.whatsapp.fault('media-gone', { code: 403, times: 1 });
    shop.world.whatsapp.fault('no-media-retry', {});
    await shop.send();

    expect(await shop.world.whileTimeFlies(shop.nextMedia())).toMatchObject({ path: null, download_error: 'expired' });
  });
});

it('a callback waits 30 s and no longer, and the file is at its address when it comes', async () => {
  const bytes = randomBytes(100_000);
  shop.world.whatsapp.fault('media-slow', { ms: Number.MAX_SAFE_INTEGER, times: 1 });
  const before = shop.world.clock.now();
  await shop.send({ bytes, caption: 'lento' });
  await shop.person.sendText(ACCOUNT, 'después');

  const first = await shop.world.whileTimeFlies(shop.nextMessage());

  expect(shop.world.clock.now() - before).toBeGreaterThanOrEqual(30_000);
  expect(first).toMatchObject({ message_content: 'lento', media_info: { path: null, download_error: 'timeout' } });
  expect((await shop.nextMessage()).message_content).toBe('después');
  const answer = await shop.world.whileTimeFlies(shop.get(first.media_info.url));
  expect((await bytesOf(answer)).equals(bytes)).toBe(true);
});
