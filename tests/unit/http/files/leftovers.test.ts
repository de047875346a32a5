import { mkdir, mkdtemp, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeLeftovers } from '../../../../src/http/files/leftovers.ts';
import { TemporaryFolder } from '../../../../src/http/files/temporary-folder.ts';

async function startFolder() {
  const path = await mkdtemp(join(tmpdir(), 'leftovers-test-'));
  return {
    path,
    /** Creates a folder with a file, last written to this many hours ago. */
    async old(name: string, hours: number) {
      await mkdir(join(path, name));
      await writeFile(join(path, name, '1'), 'content');
      const time = Date.now() / 1_000 - hours * 3_600;
      await utimes(join(path, name), time, time);
    },
    names: async () => (await readdir(path)).sort(),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true }),
  };
}

it('removes what a process left more than a day ago', async () => {
  await using folder = await startFolder();
  await folder.old('whatsapp-orchestrator-file-AAAAAA', 24.1);
  await folder.old('whatsapp-orchestrator-file-BBBBBB', 600);
  await removeLeftovers(folder.path);
  expect(await folder.names()).toEqual([]);
});

it('keeps what may be in use or is not ours', async () => {
  await using folder = await startFolder();
  await folder.old('whatsapp-orchestrator-file-AAAAAA', 23.9);
  await folder.old('somebody-elses', 600);
  await writeFile(join(folder.path, 'whatsapp-orchestrator-file-BBBBBB'), 'a file');
  await symlink(join(folder.path, 'somebody-elses'), join(folder.path, 'whatsapp-orchestrator-file-CCCCCC'));
  const before = await folder.names();
  await removeLeftovers(folder.path);
  expect(await folder.names()).toEqual(before);
  expect(await readdir(join(folder.path, 'somebody-elses'))).toEqual(['1']);
});

it('recognizes the folders that TemporaryFolder creates', async () => {
  await using folder = await startFolder();
  const temporary = new TemporaryFolder(folder.path);
  await temporary.save([Buffer.from('content')], 100);
  const [name = ''] = await folder.names();
  await utimes(join(folder.path, name), 0, 0);
  await removeLeftovers(folder.path);
  expect(await folder.names()).toEqual([]);
  await temporary[Symbol.asyncDispose]();
});

it('rejects for a folder that cannot be read', async () => {
  await expect(removeLeftovers('/nowhere/at/all')).rejects.toThrow(/ENOENT/);
});
