import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname } from 'node:path';

import { MediaStore } from '../../../simulator/media/media-store.ts';

const NUMBER = '5491122334455';
const CHUNKS = [Buffer.from('ho'), Buffer.from('la')];

it('keeps files on disk until it is disposed of', async () => {
  const store = new MediaStore();
  const file = await store.write(CHUNKS);

  expect(readFileSync(file.path, 'utf8')).toBe('hola');
  expect(file).toMatchObject({ length: 4, sha256: createHash('sha256').update('hola').digest() });
  await store[Symbol.asyncDispose]();
  expect(existsSync(dirname(file.path))).toBe(false);
  await expect(store.write(CHUNKS)).rejects.toThrow('The media server has ended.');
});

it('leaves nothing of an incomplete or discarded file', async () => {
  await using store = new MediaStore();
  const file = await store.write(CHUNKS);
  const broken = async function* () {
    yield* CHUNKS;
    await Promise.reject(new Error('cut'));
  };

  await expect(store.write(broken())).rejects.toThrow('cut');
  expect(await readdir(dirname(file.path))).toHaveLength(1);
  await store.discard(file);
  expect(await readdir(dirname(file.path))).toEqual([]);
});

it('publishes a file under a new direct path each time, which is valid only with its signature', async () => {
  await using store = new MediaStore();
  const file = await store.write(CHUNKS);

  const first = store.publish(file, { upload: 'image', number: NUMBER });
  const second = store.publish(file, { upload: 'image', number: NUMBER, again: true });

  expect(first).not.toBe(second);
  expect(store.find(first)).toMatchObject({ file, number: NUMBER, again: false, gone: undefined });
  expect(store.find(second)).toMatchObject({ file, again: true });
  expect(store.find(first.replace('oh=', 'oh=x'))).toBeUndefined();
  expect(store.find(first.split('?')[0]!)).toBeUndefined();
});
