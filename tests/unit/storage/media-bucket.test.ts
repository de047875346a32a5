import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdir, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { pino } from 'pino';
import { OperatorError } from '../../../src/kit/operator-error.ts';
import { describeFailure } from '../../../src/kit/failure.ts';
import { type MediaStore, type RemoteMedia } from '../../../src/ports/media.ts';
import { openMediaBucket } from '../../../src/storage/s3/open-media-bucket.ts';
import { type BucketSettings } from '../../../src/storage/s3/settings.ts';
import { ANA, startStorage, testFolder, type TestStorage } from '../../contracts/storage/support.ts';
import { TestBucket } from '../../harness/test-bucket.ts';
import { untilTrue } from '../../harness/until.ts';

const ADDRESS = { sessionId: ANA, messageId: 'A1' };
const AWAY = { code: 'media_store_unavailable' };
const { signal } = new AbortController();

let bucket: TestBucket;
let db: TestStorage;
let temporary: string;
let logged: string;

beforeAll(async () => {
  bucket = await TestBucket.start();
});
beforeEach(async () => {
  db = await startStorage();
  temporary = join(await testFolder(), 'temporary');
  logged = '';
});
afterEach(() => db[Symbol.asyncDispose]());
afterAll(() => bucket[Symbol.asyncDispose]());

function open(change: Partial<BucketSettings> = {}): Promise<MediaStore> {
  const serializers = { err: (error: unknown) => describeFailure(error) };
  const log = pino({ serializers }, { write: (line: string) => void (logged += line) });
  const deps = { index: db.storage.mediaIndex, temporary: `${temporary}-`, clock: db.clock, log };
  return openMediaBucket({ ...bucket.settings, ...change }, deps);
}

function media(content: string | Buffer): RemoteMedia & { downloads: number } {
  return {
    downloads: 0,
    mimetype: 'text/html',
    fileName: 'x.html',
    async saveTo(path) {
      this.downloads += 1;
      await writeFile(path, content);
      return Buffer.byteLength(content);
    },
  };
}

/** Moves the clock until this has ended. */
async function patiently<Result>(work: Promise<Result>): Promise<Result> {
  const controller = new AbortController();
  const over = () => controller.abort();
  work.then(over, over);
  while (!controller.signal.aborted) {
    await db.clock.advance(250);
    await turn();
  }
  return work;
}

async function leftovers(): Promise<string[]> {
  return (await readdir(join(temporary, '..'))).filter((name) => name.startsWith('temporary'));
}

/** A server that accepts connections and answers as the test says. */
async function startServer(onRequest: (socket: Socket) => void) {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined).once('data', () => onRequest(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.dispose]: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
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
    using server = await startServer((socket) => {
      const body = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>no</Message></Error>`;
      socket.end(
        `HTTP/1.1 ${status} No\r\nContent-Type: application/xml\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      );
    });

    await expect(open({ endpoint: server.endpoint })).rejects.toThrow(sentence);
  });
});

it('nothing that a sender says is told to the store, and no file is left behind', async () => {
  await using files = await open();
  const saved = await files.save(ADDRESS, media('<script>'), signal);

  expect(saved.path).toBe('downloads/session_1_ana/A1.html');
  expect(await bucket.keys()).toEqual(['a/b/downloads/session_1_ana/A1.html']);
  const answer = await fetch(`${bucket.endpoint}/${bucket.settings.bucket}/a/b/${saved.path}`);
  expect(answer.headers.get('content-type')).toBe('application/octet-stream');
  expect([...answer.headers.values()].join()).not.toContain('html');
  expect(await leftovers()).toEqual([]);
});

it.each<[string, (key: string) => Promise<void>]>([
  ['another one', (key) => bucket.cut(key, 1)],
  ['gone', (key) => bucket.remove(key)],
])('an object that is %s when it is read is refused, and says nothing of the store', async (_, change) => {
  await using files = await open();
  const saved = await files.save(ADDRESS, media('hola'), signal);

  await change(`a/b/${saved.path}`);

  await expect(saved.open()).rejects.toMatchObject(AWAY);
  await expect(saved.open({ start: 1, end: 2 })).rejects.toMatchObject(AWAY);
  expect(files.problem).toBeNull();
});

it('a file whose index entry cannot be written is removed again', async () => {
  await using files = await open();
  const before = await bucket.keys();
  const put = db.storage.mediaIndex.put.bind(db.storage.mediaIndex);
  db.storage.mediaIndex.put = () => Promise.reject(new Error('the disk is full'));

  await expect(files.save({ ...ADDRESS, messageId: 'A2' }, media('x'), signal)).rejects.toMatchObject({
    reason: 'disk',
  });

  db.storage.mediaIndex.put = put;
  expect(await bucket.keys()).toEqual(before);
  expect(files.problem).toBeNull();
});

it('a temporary folder that cannot be written to is a failure of the disk', async () => {
  temporary = '/not/there/temporary';
  await using files = await open();

  await expect(files.save(ADDRESS, media('x'), signal)).rejects.toMatchObject({ reason: 'disk' });
});

describe('a store that is away', () => {
  it('fails what it is asked for, is reported, and works again once it is back', async () => {
    await using files = await open();
    const saved = await files.save(ADDRESS, media('hola'), signal);
    const file = media('x');
    await bucket.goAway();

    await expect(patiently(files.save({ ...ADDRESS, messageId: 'A3' }, file, signal))).rejects.toMatchObject(AWAY);
    await expect(patiently(files.find(ANA, 'A1'))).rejects.toMatchObject(AWAY);
    await expect(patiently(saved.open())).rejects.toMatchObject(AWAY);
    await expect(patiently(files.prune(-1, signal))).rejects.toMatchObject(AWAY);
    expect(files.problem).toContain('MEDIA_S3_BUCKET');
    expect(await leftovers()).toEqual([]);
    expect(await db.storage.mediaIndex.find({ ...ADDRESS, messageId: 'A3' })).toBeUndefined();

    await bucket.comeBack();
    await patiently(untilTrue(() => Promise.resolve(files.problem === null)));
    expect(await files.find(ANA, 'A1')).toMatchObject({ size: 4 });
    await files.save({ ...ADDRESS, messageId: 'A3' }, file, signal);
    expect(logged).not.toContain('S3RVER');
  });

  it('is known after one failure: nothing is downloaded that could not be stored', async () => {
    await using files = await open();
    const [first, second] = [media('x'), media('x')];
    await bucket.goAway();
    await expect(patiently(files.save({ ...ADDRESS, messageId: 'A4' }, first, signal))).rejects.toMatchObject(AWAY);

    await expect(files.save({ ...ADDRESS, messageId: 'A5' }, second, signal)).rejects.toMatchObject(AWAY);

    expect([first.downloads, second.downloads]).toEqual([1, 0]);
    await bucket.comeBack();
  });

  it('does not keep the orchestrator from starting', async () => {
    await bucket.goAway();
    await using files = await patiently(open());

    expect(files.problem).not.toBeNull();

    await bucket.comeBack();
    await patiently(untilTrue(() => Promise.resolve(files.problem === null)));
  });

  it('and accepts connections without answering, does not hold anybody up for long', async () => {
    using silent = await startServer(() => undefined);
    const before = db.clock.monotonic();

    await using files = await patiently(open({ endpoint: silent.endpoint }));

    expect(files.problem).not.toBeNull();
    expect(db.clock.monotonic() - before).toBeLessThan(60_000);
  });
});

it('a shutdown ends an upload, which is no failure of the store', async () => {
  await using files = await open();
  const controller = new AbortController();
  const large = media(randomBytes(5_000_000));
  const saveTo = large.saveTo.bind(large);
  large.saveTo = async (path) => {
    const size = await saveTo(path, signal);
    setImmediate(() => controller.abort());
    return size;
  };

  await expect(files.save({ ...ADDRESS, messageId: 'A6' }, large, controller.signal)).rejects.toMatchObject({
    reason: 'network',
  });
  expect(files.problem).toBeNull();
  expect(await leftovers()).toEqual([]);
});
