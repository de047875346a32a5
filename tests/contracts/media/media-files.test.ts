import { createHash, randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { DownloadFailure } from '../../../src/domain/download-failure.ts';
import type { ByteRange, MediaFile, MediaStore, RemoteMedia } from '../../../src/ports/media.ts';
import { ANA, BEA, startStorage, type TestStorage } from '../storage/support.ts';
import { IMPLEMENTATIONS, type MediaHome } from './implementations.ts';

const DAY_MS = 24 * 3600_000;
const { signal } = new AbortController();

/** A file to be downloaded. */
function media(content: string | Buffer, fields: Partial<RemoteMedia> = {}): RemoteMedia {
  return {
    mimetype: 'image/jpeg',
    fileName: null,
    saveTo: async (path) => {
      await writeFile(path, content);
      return Buffer.byteLength(content);
    },
    ...fields,
  };
}

async function read(file: MediaFile | undefined, range?: ByteRange): Promise<Buffer> {
  await using opened = await file!.open(range);
  // Chunks may share their memory.
  const copies = (async function* () {
    for await (const chunk of opened.chunks) yield Buffer.from(chunk);
  })();
  return await buffer(copies);
}

describe.each(IMPLEMENTATIONS)('the files of messages in $name', ({ createHome }) => {
  let home: MediaHome;
  let db: TestStorage;
  let files: MediaStore;

  beforeAll(async () => {
    home = await createHome();
    db = await startStorage();
    files = await home.open(db);
  });
  afterEach(async () => {
    for (const name of await home.names()) await home.remove(name);
    for (const entry of await db.storage.mediaIndex.olderThan(Infinity)) await db.storage.mediaIndex.remove(entry);
  });
  afterAll(async () => {
    await files[Symbol.asyncDispose]();
    await db[Symbol.asyncDispose]();
    await home[Symbol.asyncDispose]();
  });

  it('are kept with what their sender said about them', async () => {
    const described = { mimetype: 'audio/ogg; codecs=opus', fileName: '../../evil.sh' };

    const saved = await files.save({ sessionId: ANA, messageId: '3EB0_a-1' }, media('hola', described), signal);

    const expected = { path: `${home.prefix}session_1_ana/3EB0_a-1.ogg`, ...described, size: 4 };
    expect(saved).toMatchObject(expected);
    expect(await files.find(ANA, '3EB0_a-1')).toMatchObject(expected);
    expect(await home.names()).toEqual(['session_1_ana/3EB0_a-1.ogg']);
    expect((await read(saved)).toString()).toBe('hola');
    expect(files.problem).toBeNull();
  });

  it('can be read as a whole and in part', async () => {
    const bytes = randomBytes(300_000);
    await files.save({ sessionId: ANA, messageId: 'A1' }, media(bytes), signal);
    const found = await files.find(ANA, 'A1');

    expect((await read(found)).equals(bytes)).toBe(true);
    for (const [start, end] of [
      [0, 0],
      [10, 19],
      [65_535, 65_536],
      [299_999, 299_999],
      [0, 299_999],
    ] as const) {
      expect((await read(found, { start, end })).equals(bytes.subarray(start, end + 1))).toBe(true);
    }
  });

  it('may be empty', async () => {
    await files.save({ sessionId: ANA, messageId: 'A1' }, media(''), signal);

    expect(await read(await files.find(ANA, 'A1'))).toHaveLength(0);
  });

  it('may be left half read', async () => {
    const saved = await files.save({ sessionId: ANA, messageId: 'A1' }, media(randomBytes(1_000_000)), signal);
    const unread = await saved.open();
    await unread[Symbol.asyncDispose]();
    const opened = await saved.open();
    for await (const chunk of opened.chunks) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    await opened[Symbol.asyncDispose]();

    expect(await read(saved)).toHaveLength(1_000_000);
  });

  it.each([
    ['image/jpeg', 'jpg'],
    ['audio/ogg; codecs=opus', 'ogg'],
    ['application/x-nobody-knows', 'bin'],
    ['../../../evil', 'bin'],
    [null, 'bin'],
  ])('of type %s end in .%s', async (mimetype, extension) => {
    await files.save({ sessionId: ANA, messageId: 'A1' }, media('x', { mimetype }), signal);

    expect(await home.names()).toEqual([`session_1_ana/A1.${extension}`]);
  });

  it.each(['../../etc/passwd', 'a/b', '..', 'a.b', 'a b', 'á', 'a\0b', 'a%2Fb', 'x'.repeat(129), ''])(
    'have a hash for the id %j, which never becomes a path',
    async (messageId) => {
      await files.save({ sessionId: ANA, messageId }, media('x'), signal);

      const hash = createHash('sha256').update(messageId).digest('hex');
      expect(await home.names()).toEqual([`session_1_ana/${hash}.jpg`]);
      expect(await files.find(ANA, messageId)).toMatchObject({ path: `${home.prefix}session_1_ana/${hash}.jpg` });
    },
  );

  it('leave nothing behind when their download fails, however much of them was there', async () => {
    const saveTo = async (to: string): Promise<number> => {
      await writeFile(to, 'half of it');
      throw new DownloadFailure('corrupt');
    };

    const saving = files.save({ sessionId: ANA, messageId: 'A1' }, media('', { saveTo }), signal);

    await expect(saving).rejects.toMatchObject({ reason: 'corrupt' });
    expect(await home.names()).toEqual([]);
    expect(await files.find(ANA, 'A1')).toBeUndefined();
  });

  it('are not there before they are complete', async () => {
    const saveTo = async (to: string): Promise<number> => {
      await writeFile(to, 'hola');
      expect(await files.find(ANA, 'A1')).toBeUndefined();
      return 4;
    };

    expect(await files.save({ sessionId: ANA, messageId: 'A1' }, media('', { saveTo }), signal)).toMatchObject({
      size: 4,
    });
  });

  it.each<[string, (home: MediaHome, name: string) => Promise<void>]>([
    ['removed', (at, name) => at.remove(name)],
    ['cut short', (at, name) => at.cut(name, 2)],
  ])('are not found when they were %s, and can be downloaded again', async (_, change) => {
    await files.save({ sessionId: ANA, messageId: 'A1' }, media('hola'), signal);

    await change(home, 'session_1_ana/A1.jpg');

    expect(await files.find(ANA, 'A1')).toBeUndefined();
    await files.save({ sessionId: ANA, messageId: 'A1' }, media('hola'), signal);
    expect((await read(await files.find(ANA, 'A1'))).toString()).toBe('hola');
  });

  it('fail when they end early, so that nobody takes a part for the whole', async () => {
    const saved = await files.save({ sessionId: ANA, messageId: 'A1' }, media('hola'), signal);

    await home.cut('session_1_ana/A1.jpg', 2);

    await expect(read(saved)).rejects.toThrow();
  });

  it('stay when their session is removed, and no other session sees them', async () => {
    await files.save({ sessionId: ANA, messageId: 'A1' }, media('hola'), signal);

    await db.storage.sessions.remove(ANA, []);

    expect(await files.find(ANA, 'A1')).toBeDefined();
    expect(await files.find(BEA, 'A1')).toBeUndefined();
  });

  it('are removed after the retention', async () => {
    for (let at = 0; at < 10; at += 1) {
      await files.save({ sessionId: ANA, messageId: `A${at}` }, media('old'), signal);
    }
    await db.clock.advance(30 * DAY_MS);
    await files.save({ sessionId: BEA, messageId: 'B1' }, media('new'), signal);

    await files.prune(30 * DAY_MS, signal);
    expect(await home.names()).toHaveLength(11);
    await db.clock.advance(1);
    await files.prune(30 * DAY_MS, signal);

    expect(await home.names()).toEqual([`${BEA}/B1.jpg`]);
    expect(await db.storage.mediaIndex.olderThan(Infinity)).toMatchObject([{ messageId: 'B1' }]);
  });

  it('are removed from the index even if they are gone', async () => {
    await files.save({ sessionId: ANA, messageId: 'A1' }, media('old'), signal);
    await home.remove(`${ANA}/A1.jpg`);
    await db.clock.advance(DAY_MS);

    await files.prune(1, signal);

    expect(await db.storage.mediaIndex.olderThan(Infinity)).toEqual([]);
  });

  it('stay forever with a retention of 0, and when a shutdown interrupts their removal', async () => {
    await files.save({ sessionId: ANA, messageId: 'A1' }, media('old'), signal);
    await db.clock.advance(36_500 * DAY_MS);

    await files.prune(0, signal);
    await files.prune(1, AbortSignal.abort());

    expect(await files.find(ANA, 'A1')).toBeDefined();
  });
});
