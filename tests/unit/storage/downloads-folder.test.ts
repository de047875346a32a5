import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DownloadFailure } from '../../../src/domain/download-failure.ts';
import { type RemoteMedia } from '../../../src/ports/media.ts';
import { DownloadsFolder } from '../../../src/storage/files/downloads-folder.ts';
import { ANA, BEA, startStorage, testFolder, type TestStorage } from '../../contracts/storage/support.ts';

const DAY_MS = 24 * 3600_000;
const { signal } = new AbortController();

/** A file that somebody sent. */
function media(text: string, said: Partial<RemoteMedia> = {}): RemoteMedia {
  return {
    mimetype: 'image/jpeg',
    fileName: null,
    saveTo: async (path) => {
      await writeFile(path, text);
      return Buffer.byteLength(text);
    },
    ...said,
  };
}

async function startFolder(db: TestStorage, folder?: string) {
  const path = folder ?? join(await testFolder(), 'downloads');
  return { path, files: new DownloadsFolder({ folder: path, rows: db.storage.mediaRows, clock: db.clock }) };
}

it('keeps a file, and what its sender said of it', async () => {
  await using db = await startStorage();
  const { path, files } = await startFolder(db);
  const told = { mimetype: 'audio/ogg; codecs=opus', fileName: '../../evil.sh' };

  const saved = await files.save({ sessionId: ANA, messageId: '3EB0_a-1' }, media('hola', told), signal);

  const file = { path: `${path}/session_1_ana/3EB0_a-1.ogg`, absolutePath: `${path}/session_1_ana/3EB0_a-1.ogg` };
  expect(saved).toEqual({ ...file, ...told, size: 4 });
  expect(await files.find(ANA, '3EB0_a-1')).toEqual(saved);
  expect(await readFile(saved.absolutePath, 'utf8')).toBe('hola');
  expect(await readdir(join(path, ANA))).toEqual(['3EB0_a-1.ogg']);
});

it.each([
  ['image/jpeg', 'jpg'],
  ['video/mp4', 'mp4'],
  ['audio/ogg; codecs=opus', 'ogg'],
  ['audio/mpeg', 'mp3'],
  ['audio/mp4', 'm4a'],
  ['image/webp', 'webp'],
  ['application/pdf', 'pdf'],
  ['application/x-nobody-knows', 'bin'],
  ['../../../evil', 'bin'],
  [null, 'bin'],
])('a file of type %s ends in .%s', async (mimetype, extension) => {
  await using db = await startStorage();
  const { path, files } = await startFolder(db);

  const saved = await files.save({ sessionId: ANA, messageId: 'A1' }, media('x', { mimetype }), signal);

  expect(saved.path).toBe(`${path}/session_1_ana/A1.${extension}`);
});

it.each(['../../etc/passwd', 'a/b', '..', '.', 'a.b', 'a b', 'á', 'a\0b', 'x'.repeat(129), ''])(
  'the id %j becomes a hash, never a path',
  async (messageId) => {
    await using db = await startStorage();
    const { path, files } = await startFolder(db);

    await files.save({ sessionId: ANA, messageId }, media('x'), signal);

    const hash = createHash('sha256').update(messageId).digest('hex');
    expect(await readdir(path, { recursive: true })).toEqual([ANA, join(ANA, `${hash}.jpg`)]);
    expect(await files.find(ANA, messageId)).toMatchObject({ path: `${path}/session_1_ana/${hash}.jpg` });
  },
);

it('is told in the words of the configuration', async () => {
  await using db = await startStorage();
  const folder = await testFolder();
  const { files } = await startFolder(db, `${folder}//`);

  const { path, absolutePath } = await files.save({ sessionId: ANA, messageId: 'A1' }, media('x'), signal);

  expect(path).toBe(`${folder}/session_1_ana/A1.jpg`);
  expect(absolutePath).toBe(`${folder}/session_1_ana/A1.jpg`);
});

describe('a file that does not come', () => {
  it('leaves nothing behind, whatever was there of it', async () => {
    await using db = await startStorage();
    const { path, files } = await startFolder(db);
    const saveTo = async (to: string): Promise<number> => {
      await writeFile(to, 'half of it');
      expect(await files.find(ANA, 'A1')).toBeUndefined();
      throw new DownloadFailure('corrupt');
    };

    const saving = files.save({ sessionId: ANA, messageId: 'A1' }, media('', { saveTo }), signal);

    await expect(saving).rejects.toMatchObject({ word: 'corrupt' });
    expect(await readdir(join(path, ANA))).toEqual([]);
    expect(await files.find(ANA, 'A1')).toBeUndefined();
  });

  it('is a failure of the disk where there can be no folder', async () => {
    await using db = await startStorage();
    const folder = await testFolder();
    await writeFile(join(folder, 'taken'), '');
    const { files } = await startFolder(db, join(folder, 'taken'));

    const saving = files.save({ sessionId: ANA, messageId: 'A1' }, media('x'), signal);

    await expect(saving).rejects.toMatchObject({ word: 'disk' });
  });
});

describe('a file that is not as it was', () => {
  it.each([
    ['removed', (path: string) => rm(path)],
    ['cut short', (path: string) => truncate(path, 2)],
    ['replaced by a folder', (path: string) => rm(path).then(() => mkdir(path))],
  ])('is not there when it was %s, and can be fetched again', async (_, change) => {
    await using db = await startStorage();
    const { files } = await startFolder(db);
    const { absolutePath } = await files.save({ sessionId: ANA, messageId: 'A1' }, media('hola'), signal);

    await change(absolutePath);

    expect(await files.find(ANA, 'A1')).toBeUndefined();
    await rm(absolutePath, { recursive: true, force: true });
    await files.save({ sessionId: ANA, messageId: 'A1' }, media('hola'), signal);
    expect(await files.find(ANA, 'A1')).toMatchObject({ size: 4 });
  });
});

it('a session keeps its files when it is removed, and another one does not see them', async () => {
  await using db = await startStorage();
  const { files } = await startFolder(db);
  await files.save({ sessionId: ANA, messageId: 'A1' }, media('hola'), signal);

  await db.storage.sessions.remove(ANA, []);

  expect(await files.find(ANA, 'A1')).toBeDefined();
  expect(await files.find(BEA, 'A1')).toBeUndefined();
});

it('what has been kept long enough is removed, with its folder when that is empty then', async () => {
  await using db = await startStorage();
  const { path, files } = await startFolder(db);
  await files.save({ sessionId: ANA, messageId: 'A1' }, media('old'), signal);
  await files.save({ sessionId: BEA, messageId: 'B1' }, media('old'), signal);
  await writeFile(join(path, 'somebody else’s'), '');
  await db.clock.advance(30 * DAY_MS);
  await files.save({ sessionId: BEA, messageId: 'B2' }, media('new'), signal);

  await files.prune(30 * DAY_MS);
  expect(await files.find(ANA, 'A1')).toBeDefined();
  await db.clock.advance(1);
  await files.prune(30 * DAY_MS);

  expect(await files.find(ANA, 'A1')).toBeUndefined();
  expect((await readdir(path, { recursive: true })).sort()).toEqual(
    [BEA, join(BEA, 'B2.jpg'), 'somebody else’s'].sort(),
  );
  expect(await db.storage.mediaRows.olderThan(db.clock.now())).toMatchObject([{ messageId: 'B2' }]);
});

it('with 0 everything is kept for ever', async () => {
  await using db = await startStorage();
  const { files } = await startFolder(db);
  await files.save({ sessionId: ANA, messageId: 'A1' }, media('old'), signal);
  await db.clock.advance(36_500 * DAY_MS);

  await files.prune(0);

  expect(await files.find(ANA, 'A1')).toBeDefined();
});

it('what an earlier process left incomplete is removed, and nothing else', async () => {
  await using db = await startStorage();
  const { path, files } = await startFolder(db);
  await files.removeIncomplete();
  await files.save({ sessionId: ANA, messageId: 'A1' }, media('hola'), signal);
  await writeFile(join(path, ANA, 'A2.jpg.incomplete'), 'half');
  await mkdir(join(path, 'not a session'));
  await writeFile(join(path, 'not a session', 'x.incomplete'), 'somebody else’s');

  await files.removeIncomplete();

  expect(await readdir(join(path, ANA))).toEqual(['A1.jpg']);
  expect(await readdir(join(path, 'not a session'))).toEqual(['x.incomplete']);
});
