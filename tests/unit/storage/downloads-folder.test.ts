import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RemoteMedia } from '../../../src/ports/media.ts';
import { DownloadsFolder } from '../../../src/storage/files/downloads-folder.ts';
import { ANA, BEA, startStorage, testFolder, type TestStorage } from '../../contracts/storage/support.ts';

const DAY_MS = 24 * 3600_000;
const { signal } = new AbortController();

/** A file to be downloaded. */
function media(text: string, fields: Partial<RemoteMedia> = {}): RemoteMedia {
  return {
    mimetype: 'image/jpeg',
    fileName: null,
    saveTo: async (path) => {
      await writeFile(path, text);
      return Buffer.byteLength(text);
    },
    ...fields,
  };
}

async function startFolder(db: TestStorage, folder?: string) {
  const path = folder ?? join(await testFolder(), 'downloads');
  return { path, files: new DownloadsFolder({ folder: path, index: db.storage.mediaIndex, clock: db.clock }) };
}

it('keeps a file, and what its sender said about it', async () => {
  await using db = await startStorage();
  const { path, files } = await startFolder(db);
  const described = { mimetype: 'audio/ogg; codecs=opus', fileName: '../../evil.sh' };

  const saved = await files.save({ sessionId: ANA, messageId: '3EB0_a-1' }, media('hola', described), signal);

  expect(saved).toMatchObject({ path: `${path}/session_1_ana/3EB0_a-1.ogg`, ...described, size: 4 });
  expect(await readFile(saved.path, 'utf8')).toBe('hola');
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

it('gives the path below the folder as it was configured', async () => {
  await using db = await startStorage();
  const folder = await testFolder();
  const { files } = await startFolder(db, `${folder}//`);

  const { path } = await files.save({ sessionId: ANA, messageId: 'A1' }, media('x'), signal);

  expect(path).toBe(`${folder}/session_1_ana/A1.jpg`);
  expect(await readdir(join(folder, ANA))).toEqual(['A1.jpg']);
});

describe('a failed download', () => {
  it('is a failure of the disk when the folder cannot be created', async () => {
    await using db = await startStorage();
    const folder = await testFolder();
    await writeFile(join(folder, 'taken'), '');
    const { files } = await startFolder(db, join(folder, 'taken'));

    const saving = files.save({ sessionId: ANA, messageId: 'A1' }, media('x'), signal);

    await expect(saving).rejects.toMatchObject({ reason: 'disk' });
  });
});

describe('a file that was changed', () => {
  it.each([['replaced by a folder', (path: string) => rm(path).then(() => mkdir(path))]])(
    'is not found when it was %s, and can be downloaded again',
    async (_, change) => {
      await using db = await startStorage();
      const { files } = await startFolder(db);
      const { path } = await files.save({ sessionId: ANA, messageId: 'A1' }, media('hola'), signal);

      await change(path);

      expect(await files.find(ANA, 'A1')).toBeUndefined();
      await rm(path, { recursive: true, force: true });
      await files.save({ sessionId: ANA, messageId: 'A1' }, media('hola'), signal);
      expect(await files.find(ANA, 'A1')).toMatchObject({ size: 4 });
    },
  );
});

it('files are removed after the retention, and their folders when they become empty', async () => {
  await using db = await startStorage();
  const { path, files } = await startFolder(db);
  await files.save({ sessionId: ANA, messageId: 'A1' }, media('old'), signal);
  await files.save({ sessionId: BEA, messageId: 'B1' }, media('old'), signal);
  await writeFile(join(path, 'somebody else’s'), '');
  await db.clock.advance(30 * DAY_MS);
  await files.save({ sessionId: BEA, messageId: 'B2' }, media('new'), signal);

  await files.prune(30 * DAY_MS, signal);
  expect(await files.find(ANA, 'A1')).toBeDefined();
  await db.clock.advance(1);
  await files.prune(30 * DAY_MS, signal);

  expect(await files.find(ANA, 'A1')).toBeUndefined();
  expect((await readdir(path, { recursive: true })).sort()).toEqual(
    [BEA, join(BEA, 'B2.jpg'), 'somebody else’s'].sort(),
  );
  expect(await db.storage.mediaIndex.olderThan(db.clock.now())).toMatchObject([{ messageId: 'B2' }]);
});

it('incomplete files of an earlier process are removed, and nothing else', async () => {
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

it('keeps files and folders for their owner only, also those of an earlier version', async () => {
  await using db = await startStorage();
  const { path, files } = await startFolder(db);
  const mode = async (name: string) => ((await stat(join(path, name))).mode & 0o777).toString(8);
  await mkdir(join(path, BEA), { recursive: true, mode: 0o755 });

  await files.removeIncomplete();
  await files.save({ sessionId: ANA, messageId: 'M1' }, media('hola'), signal);

  expect([await mode(ANA), await mode(`${ANA}/M1.jpg`), await mode(BEA)]).toEqual(['700', '600', '700']);
});
