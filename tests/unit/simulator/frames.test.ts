import { frame, FrameReader, INTRO } from '../../../simulator/transport/frames.ts';

const bytes = Buffer.concat([
  INTRO,
  frame(Buffer.from('one')),
  frame(Buffer.alloc(300, 7)),
  frame(Buffer.from('three')),
]);

function read(chunks: Buffer[]): string[] {
  const reader = new FrameReader();
  return chunks.flatMap((chunk) => reader.push(chunk)).map((payload) => payload.toString('latin1'));
}

const whole = ['one', Buffer.alloc(300, 7).toString('latin1'), 'three'];

it('reads several frames from one message', () => {
  expect(read([bytes])).toEqual(whole);
});

it.each([1, 2, 3, 5, 64])('reads frames that arrive in chunks of %d bytes', (size) => {
  const count = Math.ceil(bytes.byteLength / size);
  const chunks = Array.from({ length: count }, (_, index) => bytes.subarray(index * size, (index + 1) * size));

  expect(read(chunks)).toEqual(whole);
});

it('skips leading routing information', () => {
  const routing = Buffer.concat([Buffer.from([0x45, 0x44, 0, 1, 0, 0, 5]), Buffer.from('route')]);

  expect(read([Buffer.concat([routing, bytes])])).toEqual(whole);
  expect(read([routing.subarray(0, 6), routing.subarray(6), bytes])).toEqual(whole);
});

it('refuses a connection that begins with something else', () => {
  expect(() => read([Buffer.from('GET / HTTP/1.1')])).toThrow('The connection does not begin with "WA" 6 3.');
});
