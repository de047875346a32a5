import { ownBytes } from '../../../src/kit/own-bytes.ts';

it('moves bytes out of memory that they share, and leaves their values, classes and everything else', () => {
  const frame = Uint8Array.from({ length: 300 }, (_, index) => index % 256);
  const value = {
    pooled: Buffer.from('secret'),
    keys: { public: frame.subarray(10, 42), list: [Buffer.from([1, 2]), 'text', 5, null, undefined, true] },
    nothing: null,
    empty: Buffer.from(''),
  };
  const before = structuredClone({ public: value.keys.public, pooled: value.pooled });

  ownBytes(value);

  for (const bytes of [value.pooled, value.keys.public, value.keys.list[0] as Buffer, value.empty]) {
    expect(bytes.buffer.byteLength).toBe(bytes.byteLength);
  }
  expect([Buffer.isBuffer(value.pooled), Buffer.isBuffer(value.keys.public)]).toEqual([true, false]);
  expect([...value.pooled]).toEqual([...before.pooled]);
  expect([...value.keys.public]).toEqual([...before.public]);
  expect(value.keys.list.slice(1)).toEqual(['text', 5, null, undefined, true]);
});
