import { giveBack } from '../../../src/kit/give-back.ts';

it('frees the memory of bytes that do not share it', () => {
  const bytes = Buffer.from(new ArrayBuffer(1_000_000));

  giveBack(bytes);
  giveBack(bytes);

  expect(bytes).toHaveLength(0);
  expect(bytes.buffer.byteLength).toBe(0);
});

it.each([
  ['a part of a larger buffer', Buffer.alloc(1_000_000).subarray(1)],
  ['the beginning of a larger buffer', Buffer.alloc(1_000_000).subarray(0, 10)],
  ['few, in the common pool', Buffer.from('hola')],
  ['shared between threads', new Uint8Array(new SharedArrayBuffer(10))],
])('leaves bytes alone that are %s', (_, bytes) => {
  const { length } = bytes;

  giveBack(bytes);

  expect(bytes).toHaveLength(length);
});
