import { readRange } from '../../../simulator/media/byte-range.ts';

it.each([
  [undefined, 0, 10, true],
  ['bytes=0-3', 0, 4, false],
  ['bytes=4-', 4, 10, false],
  ['bytes=4-100', 4, 10, false],
  ['bytes=-3', 7, 10, false],
  ['bytes=-100', 0, 10, false],
])('parses the range %s of ten bytes', (header, start, end, whole) => {
  expect(readRange(header, 10)).toEqual({ start, end, whole });
});

it.each(['bytes=10-', 'bytes=5-4', 'bytes=-', 'bytes=-0', 'bytes=0-1,3-4', 'lines=1-2', ''])('refuses %j', (header) => {
  expect(() => readRange(header, 10)).toThrow(expect.objectContaining({ status: 416 }));
});
