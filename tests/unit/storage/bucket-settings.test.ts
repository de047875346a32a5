import { silentLogger } from '../../../src/kit/logger.ts';
import { OperatorError } from '../../../src/kit/operator-error.ts';
import { openMediaBucket } from '../../../src/storage/s3/open-media-bucket.ts';
import type { BucketSettings } from '../../../src/storage/s3/settings.ts';
import { startStorage } from '../../contracts/storage/support.ts';
import { startHttpServer } from '../../harness/http-server.ts';
import { TestBucket } from '../../harness/test-bucket.ts';

let bucket: TestBucket;

beforeAll(async () => {
  bucket = await TestBucket.start();
});
afterAll(() => bucket[Symbol.asyncDispose]());

async function open(change: Partial<BucketSettings>): Promise<void> {
  await using db = await startStorage();
  const deps = { index: db.storage.mediaIndex, temporary: '/not/there', clock: db.clock, log: silentLogger };
  await using files = await openMediaBucket({ ...bucket.settings, ...change }, deps);
  expect(files.problem).toBeNull();
}

describe('the settings of a bucket', () => {
  it.each<[string, Partial<BucketSettings>, Record<string, string>, RegExp]>([
    ['a bucket that does not exist', { bucket: 'nobody-has-this' }, {}, /no bucket "nobody-has-this".*MEDIA_S3_BUCKET/],
    [
      'a wrong key',
      {},
      { AWS_ACCESS_KEY_ID: 'WRONG' },
      /refuses the credentials.*InvalidAccessKeyId.*AWS_ACCESS_KEY_ID/,
    ],
    ['a wrong secret', {}, { AWS_SECRET_ACCESS_KEY: 'wrong-clave' }, /refuses the credentials.*SignatureDoesNotMatch/],
    ['no credentials', {}, { AWS_ACCESS_KEY_ID: '' }, /needs credentials.*AWS_SECRET_ACCESS_KEY/],
    ['no region', { endpoint: null }, {}, /needs a region.*MEDIA_S3_REGION/],
  ])('are refused in one sentence for %s', async (_, change, environment, sentence) => {
    const before = { ...process.env };
    Object.assign(process.env, environment);
    try {
      const refusal = await open(change).catch((error: unknown) => error as Error);

      expect(refusal).toBeInstanceOf(OperatorError);
      expect((refusal as Error).message).toMatch(sentence);
      expect((refusal as Error).message).not.toMatch(/clave|S3RVER|\n/);
    } finally {
      Object.assign(process.env, before);
    }
  });

  it.each([
    [301, 'PermanentRedirect', /another region.*MEDIA_S3_REGION/],
    [403, 'AccessDenied', /do not permit.*s3:PutObject/],
    [400, 'SomethingNew', /refuses to use the bucket.*SomethingNew/],
  ])('are refused for status %i with %s', async (status, code, sentence) => {
    using server = await startHttpServer((req, res) => {
      res.writeHead(status, { 'Content-Type': 'application/xml' });
      req.resume().on('end', () => res.end(`<?xml version="1.0"?><Error><Code>${code}</Code></Error>`));
    });

    await expect(open({ endpoint: server.url })).rejects.toThrow(sentence);
  });
});
