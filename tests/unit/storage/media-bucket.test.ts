import { randomBytes } from 'node:crypto';
import { readdir, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { pino } from 'pino';
import { describeFailure } from '../../../src/kit/failure.ts';
import type { MediaStore, RemoteMedia } from '../../../src/ports/media.ts';
import { openMediaBucket } from '../../../src/storage/s3/open-media-bucket.ts';
import type { BucketSettings } from '../../../src/storage/s3/settings.ts';
import { ANA, startStorage, testFolder, type TestStorage } from '../../contracts/storage/support.ts';
import { startHttpServer } from '../../harness/http-server.ts';
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

/** Lets this much time pass as soon as somebody waits for exactly that. */
async function pass(ms: number): Promise<void> {
  await db.clock.untilTimer(ms);
  await db.clock.advance(ms);
}

/** A file that is given up after three attempts. */
async function lost(saving: Promise<unknown>): Promise<void> {
  const refused = expect(saving).rejects.toMatchObject(AWAY);
  await pass(500);
  await pass(1_000);
  await refused;
}

/** A store that failed is tried again, and works. */
async function recovered(files: MediaStore): Promise<void> {
  await pass(5_000);
  await untilTrue(() => Promise.resolve(files.problem === null));
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

    await lost(files.save({ ...ADDRESS, messageId: 'A3' }, file, signal));
    await expect(files.find(ANA, 'A1')).rejects.toMatchObject(AWAY);
    await expect(saved.open()).rejects.toMatchObject(AWAY);
    await expect(files.prune(-1, signal)).rejects.toMatchObject(AWAY);
    expect(files.problem).toContain('MEDIA_S3_BUCKET');
    expect(await leftovers()).toEqual([]);
    expect(await db.storage.mediaIndex.find({ ...ADDRESS, messageId: 'A3' })).toBeUndefined();

    await bucket.comeBack();
    await recovered(files);
    expect(await files.find(ANA, 'A1')).toMatchObject({ size: 4 });
    await files.save({ ...ADDRESS, messageId: 'A3' }, file, signal);
    expect(logged).not.toContain('S3RVER');
  });

  it('is known after one failure: nothing is downloaded that could not be stored', async () => {
    await using files = await open();
    const [first, second] = [media('x'), media('x')];
    await bucket.goAway();
    await lost(files.save({ ...ADDRESS, messageId: 'A4' }, first, signal));

    await expect(files.save({ ...ADDRESS, messageId: 'A5' }, second, signal)).rejects.toMatchObject(AWAY);

    expect([first.downloads, second.downloads]).toEqual([1, 0]);
    await bucket.comeBack();
  });

  it('does not keep the orchestrator from starting', async () => {
    await bucket.goAway();
    await using files = await open();

    expect(files.problem).not.toBeNull();

    await bucket.comeBack();
    await recovered(files);
  });

  it('and accepts connections without answering, does not hold anybody up for long', async () => {
    using silent = await startHttpServer(() => undefined);
    const opening = open({ endpoint: silent.url });
    await pass(10_000);

    await using files = await opening;

    expect(files.problem).not.toBeNull();
  });
});

/** A store with one file, `hola`, that misbehaves as the test says; it is well while it is checked. */
async function startOddStore(misbehave: (req: IncomingMessage, res: ServerResponse) => void) {
  const { url, ...server } = await startHttpServer((req, res) => {
    const isCheck = req.url!.includes('.check');
    if (!isCheck && (req.method === 'PUT' || req.method === 'GET')) misbehave(req, res);
    else if (isCheck && req.method === 'HEAD') res.writeHead(404).end();
    else if (isCheck) req.resume().on('end', () => res.writeHead(200, { 'Content-Length': 0 }).end());
    else res.writeHead(200, { 'Content-Length': 4 }).end();
  });
  return { endpoint: url, ...server };
}

function accept(req: IncomingMessage, res: ServerResponse): void {
  req.resume().on('end', () => res.end());
}

describe('a store that', () => {
  it('ignores ranges does not have a wrong part served', async () => {
    using store = await startOddStore((req, res) => {
      if (req.method === 'PUT') accept(req, res);
      else res.writeHead(200, { 'Content-Length': 4 }).end('hola');
    });
    await using files = await open({ endpoint: store.endpoint });
    const saved = await files.save(ADDRESS, media('hola'), signal);

    await expect(saved.open({ start: 1, end: 2 })).rejects.toMatchObject(AWAY);
  });

  it.each<[string, (res: ServerResponse) => unknown]>([
    ['breaks off', (res) => res.destroy()],
    ['stops', () => pass(30_000)],
  ])('%s in the middle of a file fails its reader, who must not take it for the whole', async (_, then) => {
    let answer: ServerResponse | undefined;
    using store = await startOddStore((req, res) => {
      if (req.method === 'PUT') accept(req, res);
      else (answer = res).writeHead(200, { 'Content-Length': 4 }).write('ho');
    });
    await using files = await open({ endpoint: store.endpoint });
    const saved = await files.save(ADDRESS, media('hola'), signal);
    const { chunks, ...opened } = await saved.open();
    const received: string[] = [];
    const reading = (async () => {
      for await (const chunk of chunks) received.push(Buffer.from(chunk).toString());
    })();

    const failed = expect(reading).rejects.toThrow();
    await untilTrue(() => Promise.resolve(received.join() === 'ho'));
    await then(answer!);

    await failed;
    await opened[Symbol.asyncDispose]();
  });

  it('fails twice gets the file at the third attempt', async () => {
    let attempts = 0;
    using store = await startOddStore((req, res) => {
      attempts += 1;
      if (attempts < 3) req.resume().on('end', () => res.writeHead(500).end());
      else accept(req, res);
    });
    await using files = await open({ endpoint: store.endpoint });

    const saving = files.save(ADDRESS, media('hola'), signal);
    await pass(500);
    await pass(1_000);

    expect(await saving).toMatchObject({ size: 4 });
    expect([attempts, files.problem]).toEqual([3, null]);
  });

  it('refuses a file is not asked three times', async () => {
    let attempts = 0;
    using store = await startOddStore((req, res) => {
      attempts += 1;
      req.resume().on('end', () => res.writeHead(403).end());
    });
    await using files = await open({ endpoint: store.endpoint });

    await expect(files.save(ADDRESS, media('hola'), signal)).rejects.toMatchObject(AWAY);

    expect(attempts).toBe(1);
  });

  it('stops reading a file loses it after a while', async () => {
    using store = await startOddStore(() => undefined);
    await using files = await open({ endpoint: store.endpoint });
    const saving = files.save(ADDRESS, media(randomBytes(5_000_000)), signal);

    await expect(patiently(saving)).rejects.toMatchObject(AWAY);
    expect(await leftovers()).toEqual([]);
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
