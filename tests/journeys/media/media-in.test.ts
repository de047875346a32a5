import { randomBytes } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { OutgoingMedia } from '../../../simulator/phones/media-message.ts';
import { ACCOUNT, bytesOf, mediaWorldForAllTests, PERSON, refusalIn } from '../../harness/media-world.ts';
import { untilTrue } from '../../harness/until.ts';

const shop = mediaWorldForAllTests();
const folder = () => join(shop.world.downloadsDir, shop.sessionId);

describe('with DOWNLOAD_MEDIA', () => {
  it.each<[string, Partial<OutgoingMedia>, string, string]>([
    ['image', { kind: 'image', caption: 'un gato', width: 10, height: 20 }, 'image/jpeg', 'jpg'],
    ['video', { kind: 'video', seconds: 3 }, 'video/mp4', 'mp4'],
    ['video', { kind: 'ptv', seconds: 3 }, 'video/mp4', 'mp4'],
    ['audio', { kind: 'audio', seconds: 3 }, 'audio/mpeg', 'mp3'],
    ['voice', { kind: 'voice', seconds: 3 }, 'audio/ogg; codecs=opus', 'ogg'],
    ['document', { kind: 'document', mimetype: 'application/pdf', fileName: 'Año 1.pdf' }, 'application/pdf', 'pdf'],
    ['document', { kind: 'document', mimetype: 'x/y', caption: 'mira', fileName: '../../x' }, 'x/y', 'bin'],
    ['sticker', { kind: 'sticker' }, 'image/webp', 'webp'],
  ])('the webhook of %s says where to find the unchanged file (%j)', async (type, media, mimetype, ext) => {
    const bytes = randomBytes(12_345);
    const id = await shop.send({ ...media, bytes });

    const message = await shop.nextMessage();
    const path = join(folder(), `${id}.${ext}`);
    const url = `/sessions/${shop.sessionId}/messages/${id}/media`;
    expect(message).toMatchObject({ message_id: id, message_type: type, message_content: media.caption ?? null });
    expect(message.media_info).toMatchObject({ mimetype, size: 12_345, path, url, download_error: null });
    expect((await readFile(path)).equals(bytes)).toBe(true);
    const answer = await shop.get(url);
    expect(answer.headers.get('content-type')).toBe(mimetype);
    expect((await bytesOf(answer)).equals(bytes)).toBe(true);
  });

  it.each([1, 5_000_000])('a file of %i bytes is downloaded', async (size) => {
    const bytes = randomBytes(size);
    await shop.send({ kind: 'document', bytes });

    const { path } = await shop.nextMedia();

    expect((await readFile(String(path))).equals(bytes)).toBe(true);
  });

  it('a view-once file is downloaded too', async () => {
    await shop.send({ viewOnce: true });

    expect(await shop.nextMedia()).toMatchObject({ path: expect.stringContaining('.jpg'), download_error: null });
  });

  it('what the owner sends from the phone is downloaded too', async () => {
    await shop.account.sendMedia(PERSON, { kind: 'image', bytes: randomBytes(10) });

    expect(await shop.nextMessage()).toMatchObject({
      from_me: true,
      media_info: { size: 10, path: expect.any(String), download_error: null },
    });
  });

  it('a message after a file waits for it, which preserves the order', async () => {
    shop.world.whatsapp.fault('media-slow', { ms: 30, times: 1, number: PERSON });
    await shop.send({ caption: 'uno' });
    await shop.person.sendText(ACCOUNT, 'dos');

    const first = await shop.world.backend.next('messages/received');
    const second = await shop.world.backend.next('messages/received');

    expect([first.body.message_content, second.body.message_content]).toEqual(['uno', 'dos']);
    expect(first.body.media_info).toMatchObject({ download_error: null, path: expect.any(String) });
    expect(Number(second.headers['x-session-seq'])).toBe(Number(first.headers['x-session-seq']) + 1);
  });

  it('a range of a file can be requested', async () => {
    const bytes = randomBytes(1_000);
    await shop.send({ bytes });
    const { url } = await shop.nextMedia();

    const answer = await shop.get(url, { range: 'bytes=10-19' });

    expect(answer.status).toBe(206);
    expect((await bytesOf(answer)).equals(bytes.subarray(10, 20))).toBe(true);
    expect(await refusalIn(await shop.get(url, { range: 'bytes=1000-' }))).toEqual([416, 'range_not_satisfiable']);
  });

  it('a file removed from disk is downloaded again on request', async () => {
    const bytes = randomBytes(1_000);
    await shop.send({ bytes });
    const { url, path } = await shop.nextMedia();
    await rm(String(path));

    expect((await bytesOf(await shop.get(url))).equals(bytes)).toBe(true);
  });
});

describe('without DOWNLOAD_MEDIA', () => {
  beforeAll(() => shop.switchDownloads(false));
  afterAll(() => shop.switchDownloads(true));

  it('nothing is downloaded before the first request, and then once for all requests', async () => {
    const downloads = () => shop.world.whatsapp.stats().downloadsFromMedia;
    const before = downloads();
    const bytes = randomBytes(100_000);
    await shop.send({ bytes });

    const media = await shop.nextMedia();
    expect(media).toMatchObject({ path: null, url: expect.any(String), download_error: null });
    expect(downloads()).toBe(before);

    const answers = await Promise.all([media.url, media.url, media.url].map((url) => shop.get(url)));
    for (const answer of answers) expect((await bytesOf(answer)).equals(bytes)).toBe(true);
    await bytesOf(await shop.get(media.url));
    expect(downloads()).toBe(before + 1);
  });

  it('a message that has no file, or is unknown, is refused', async () => {
    await shop.person.sendText(ACCOUNT, 'hola');
    const { message_id: text } = await shop.nextMessage();

    const of = (sessionId: string, messageId: string) => shop.get(`/sessions/${sessionId}/messages/${messageId}/media`);
    expect(await refusalIn(await of(shop.sessionId, text))).toEqual([404, 'media_not_available']);
    expect(await refusalIn(await of(shop.sessionId, 'unknown'))).toEqual([404, 'message_not_found']);
    expect(await refusalIn(await of('session_1_unknown00', text))).toEqual([404, 'session_not_found']);
  });
});

describe('a shutdown while a webhook waits for its file', () => {
  /** The files that are still incomplete. */
  const incomplete = async () => (await readdir(folder())).filter((name) => name.endsWith('.incomplete'));

  it('loses neither: the next start resumes', async () => {
    const bytes = randomBytes(50_000);
    shop.world.whatsapp.fault('media-slow', { ms: Number.MAX_SAFE_INTEGER, times: 1, number: PERSON });
    await shop.send({ bytes, caption: 'espera' });
    await untilTrue(async () => (await incomplete()).length === 1);

    await shop.world.stopOrchestrator();
    expect(shop.world.backend.received.filter(({ body }) => body.message_content === 'espera')).toEqual([]);
    expect(await incomplete()).toEqual([]);
    await shop.world.startOrchestrator();

    const { path } = await shop.nextMedia();
    expect((await readFile(String(path))).equals(bytes)).toBe(true);
  });
});

describe('after its session is deleted', () => {
  it('a file is still served, and removed at the end of its retention period', async () => {
    const bytes = randomBytes(1_000);
    await shop.send({ bytes });
    const { url } = await shop.nextMedia();
    await shop.world.orchestrator.delete(`/sessions/${shop.sessionId}`);

    expect((await bytesOf(await shop.get(url))).equals(bytes)).toBe(true);
    shop.world.clock.skip(30 * 24 * 3600_000 + 1);
    shop.world.clock.skip(3600_000);

    await shop.world.untilFiles(shop.world.downloadsDir, []);
    expect(await refusalIn(await shop.get(url))).toEqual([404, 'session_not_found']);
  });
});
