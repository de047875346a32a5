import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { OutgoingMedia } from '../../../simulator/phones/media-message.ts';
import { ACCOUNT, bytesOf, PERSON, mediaWorldForAllTests, refusalIn } from '../../harness/media-world.ts';

const shop = mediaWorldForAllTests();

it('an interrupted download is retried', async () => {
  shop.world.whatsapp.fault('media-cut', { times: 1, number: PERSON });
  await shop.send();

  const media = await shop.world.fastForwardUntil(shop.nextMedia());

  expect(media).toMatchObject({ download_error: null, path: expect.any(String) });
});

it.each<[string, number, () => void, Partial<OutgoingMedia>]>([
  ['corrupt', 502, () => shop.world.whatsapp.fault('media-corrupt', { number: PERSON }), {}],
  ['corrupt', 502, () => undefined, { fields: { fileSha256: new Uint8Array(32) } }],
  ['network', 502, () => shop.world.whatsapp.fault('media-cut', { number: PERSON }), {}],
  ['network', 502, () => shop.world.whatsapp.fault('media-status', { code: 503, number: PERSON }), {}],
  ['too_large', 422, () => shop.world.whatsapp.fault('media-endless', { number: PERSON }), {}],
  ['too_large', 422, () => undefined, { fields: { fileLength: 6_000_001 } }],
  ['unsupported', 404, () => undefined, { fields: { directPath: '//169.254.169.254/latest/' } }],
])(
  'a download that fails as %s is reported as such and leaves nothing behind',
  async (error, status, injectFault, media) => {
    injectFault();
    const id = await shop.send(media);

    const mediaInfo = await shop.world.fastForwardUntil(shop.nextMedia());

    const url = `/sessions/${shop.sessionId}/messages/${id}/media`;
    expect(mediaInfo).toMatchObject({ path: null, url, download_error: error });
    const files = await readdir(join(shop.world.downloadsDir, shop.sessionId));
    expect(files.filter((name) => name.includes(id))).toEqual([]);
    expect((await shop.world.fastForwardUntil(shop.get(url))).status).toBe(status);
  },
);

it('the URL in a message is never used for its download', async () => {
  await shop.send({ fields: { url: 'http://169.254.169.254/latest/meta-data/' } });

  expect(await shop.nextMedia()).toMatchObject({ path: expect.any(String), download_error: null });
});

it('a file without a key is not downloaded and gets no URL', async () => {
  await shop.send({ fields: { mediaKey: new Uint8Array() } });

  expect(await shop.nextMedia()).toMatchObject({ path: null, url: null, download_error: null });
});

describe('a file that WhatsApp no longer has', () => {
  it('is uploaded again by the phone', async () => {
    shop.world.whatsapp.fault('media-gone', { code: 410, times: 1, number: PERSON });
    await shop.send();

    expect(await shop.nextMedia()).toMatchObject({ download_error: null, path: expect.any(String) });
  });

  it('is expired when the phone no longer has it either', async () => {
    await shop.switchDownloads(false);
    const id = await shop.send();
    const { url } = await shop.nextMedia();
    shop.world.whatsapp.fault('media-gone', { code: 404, times: 1, number: PERSON });
    shop.person.forgetMedia(id);

    expect(await refusalIn(await shop.get(url))).toEqual([410, 'media_expired']);
    await shop.switchDownloads(true);
  });

  it('is expired when the phone does not respond within 20 s', async () => {
    shop.world.whatsapp.fault('media-gone', { code: 403, times: 1, number: PERSON });
    shop.world.whatsapp.fault('no-media-retry', {});
    await shop.send();

    expect(await shop.world.fastForwardUntil(shop.nextMedia())).toMatchObject({
      path: null,
      download_error: 'expired',
    });
  });
});

it('a webhook waits at most 30 s for its file, which its URL serves once downloaded', async () => {
  const bytes = randomBytes(100_000);
  shop.world.whatsapp.fault('media-slow', { ms: Number.MAX_SAFE_INTEGER, times: 1, number: PERSON });
  const before = shop.world.clock.now();
  await shop.send({ bytes, caption: 'lento' });
  await shop.person.sendText(ACCOUNT, 'después');

  const first = await shop.world.fastForwardUntil(shop.nextMessage());

  expect(shop.world.clock.now() - before).toBeGreaterThanOrEqual(30_000);
  expect(first).toMatchObject({ message_content: 'lento', media_info: { path: null, download_error: 'timeout' } });
  expect((await shop.nextMessage()).message_content).toBe('después');
  const answer = await shop.world.fastForwardUntil(shop.get(first.media_info.url));
  expect((await bytesOf(answer)).equals(bytes)).toBe(true);
});
