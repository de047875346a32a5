import { readdir, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { silentLogger } from '../../../src/kit/logger.ts';
import type { MediaStore } from '../../../src/ports/media.ts';
import { DownloadsFolder } from '../../../src/storage/files/downloads-folder.ts';
import { openMediaBucket } from '../../../src/storage/s3/open-media-bucket.ts';
import { TestBucket } from '../../harness/test-bucket.ts';
import { testFolder, type TestStorage } from '../storage/support.ts';

/** Where an implementation of `MediaStore` keeps its files; empty at first. */
export interface MediaHome extends AsyncDisposable {
  /** What the path of every file begins with. */
  prefix: string;
  open(db: TestStorage): Promise<MediaStore>;
  /** The files that are there, as `<session>/<message>.<extension>`, in order. */
  names(): Promise<string[]>;
  remove(name: string): Promise<void>;
  cut(name: string, bytes: number): Promise<void>;
}

async function folderHome(): Promise<MediaHome> {
  const folder = join(await testFolder(), 'downloads');
  return {
    prefix: `${folder}/`,
    open: (db) => Promise.resolve(new DownloadsFolder({ folder, index: db.storage.mediaIndex, clock: db.clock })),
    names: async () => {
      const names = await readdir(folder, { recursive: true }).catch(() => []);
      const files = await Promise.all(names.map((name) => stat(join(folder, name))));
      return names.filter((_, at) => files[at]!.isFile()).sort();
    },
    remove: (name) => rm(join(folder, name)),
    cut: (name, bytes) => truncate(join(folder, name), bytes),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** The bucket has a prefix, which no path mentions. */
async function bucketHome(): Promise<MediaHome> {
  const bucket = await TestBucket.start();
  const folder = `${bucket.settings.prefix}/downloads/`;
  const temporary = join(await testFolder(), 'temporary-');
  return {
    prefix: 'downloads/',
    open: ({ storage, clock }) =>
      openMediaBucket(bucket.settings, { index: storage.mediaIndex, temporary, clock, log: silentLogger }),
    names: async () => (await bucket.keys()).map((key) => key.slice(folder.length)).sort(),
    remove: (name) => bucket.remove(folder + name),
    cut: (name, bytes) => bucket.cut(folder + name, bytes),
    [Symbol.asyncDispose]: () => bucket[Symbol.asyncDispose](),
  };
}

/** Every implementation that must pass the contract suite. */
export const IMPLEMENTATIONS: readonly { name: string; createHome: () => Promise<MediaHome> }[] = [
  { name: 'a folder', createHome: folderHome },
  { name: 'a bucket', createHome: bucketHome },
];
