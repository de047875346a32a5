import { randomBytes } from 'node:crypto';
import { ACCOUNT, bytesOf, MediaWorld, refusalIn } from '../../harness/media-world.ts';
import { TestBucket } from '../../harness/test-bucket.ts';
import { untilTrue } from '../../harness/until.ts';

const DAY_MS = 24 * 3600_000;

const shop = new MediaWorld();
let bucket: TestBucket;

beforeAll(async () => {
  bucket = await TestBucket.start();
  await shop.start(bucket.environment);
});
afterAll(async () => {
  await shop.world[Symbol.asyncDispose]();
  await bucket[Symbol.asyncDispose]();
});

const problems = async () => (await shop.world.orchestrator.get('/health')).body.problems as string[];

it('a picture is in the bucket when its webhook arrives, and is served from there in whole and in part', async () => {
  const bytes = randomBytes(200_000);
  const id = await shop.send({ bytes });

  const media = await shop.nextMedia();

  const path = `downloads/${shop.sessionId}/${id}.jpg`;
  expect(media).toMatchObject({ path, size: 200_000, download_error: null });
  expect(await bucket.keys()).toEqual([`a/b/${path}`]);
  const whole = await shop.get(media.url);
  expect([whole.status, whole.headers.get('content-type')]).toEqual([200, 'image/jpeg']);
  expect((await bytesOf(whole)).equals(bytes)).toBe(true);
  const part = await shop.get(media.url, { Range: 'bytes=70000-150000' });
  expect([part.status, part.headers.get('content-range')]).toEqual([206, 'bytes 70000-150000/200000']);
  expect((await bytesOf(part)).equals(bytes.subarray(70_000, 150_001))).toBe(true);
  expect(await refusalIn(await shop.get(media.url, { Range: 'bytes=200000-' }))).toEqual([
    416,
    'range_not_satisfiable',
  ]);
  const head = await fetch(`${shop.world.orchestrator.url}${String(media.url)}`, { method: 'HEAD' });
  expect([head.status, head.headers.get('content-length')]).toEqual([200, '200000']);
});

it('while the store is away, messages arrive without their files, which are fetched once it is back', async () => {
  const bytes = randomBytes(10_000);
  await bucket.goAway();
  await shop.send({ bytes, caption: 'mira' });
  await shop.person.sendText(ACCOUNT, 'después');

  const message = await shop.world.fastForwardUntil(shop.nextMessage());

  expect(message).toMatchObject({ message_content: 'mira', media_info: { path: null, download_error: 'disk' } });
  expect((await shop.nextMessage()).message_content).toBe('después');
  const { url } = message.media_info;
  expect(await refusalIn(await shop.get(url))).toEqual([503, 'media_store_unavailable']);
  const health = await shop.world.orchestrator.get('/health');
  expect([health.status, health.body.problems]).toEqual([200, [expect.stringContaining('MEDIA_S3_BUCKET')]]);

  await bucket.comeBack();
  await shop.world.fastForwardUntil(untilTrue(async () => (await problems()).length === 0));
  expect((await bytesOf(await shop.get(url))).equals(bytes)).toBe(true);
});

it('files leave the bucket after DOWNLOADS_RETENTION_DAYS', async () => {
  expect(await bucket.keys()).not.toEqual([]);
  // A lifecycle rule of the bucket was faster.
  await bucket.remove((await bucket.keys())[0]!);

  shop.world.clock.skip(30 * DAY_MS);

  await shop.world.fastForwardUntil(untilTrue(async () => (await bucket.keys()).length === 0));
});
