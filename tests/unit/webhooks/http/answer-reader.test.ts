import http from 'node:http';
import { Duplex } from 'node:stream';
import fc from 'fast-check';
import { AnswerReader } from '../../../../src/webhooks/http/answer-reader.ts';
import { BadAnswerError } from '../../../../src/webhooks/http/bad-answer.ts';

/** What a client makes of what arrives: the fields that count, or that there is no complete response. */
type Reading = { status: number; date: string | undefined; retryAfter: string | undefined } | 'bad' | 'not complete';

function ourReading(pieces: readonly Buffer[], ends: boolean): Reading {
  const reader = new AnswerReader();
  try {
    if (!pieces.some((piece) => reader.read(piece)) && !(ends && reader.end())) return ends ? 'bad' : 'not complete';
  } catch (error) {
    expect(error).toBeInstanceOf(BadAnswerError);
    return 'bad';
  }
  const { status, date, retryAfter } = reader.answer();
  return { status, date, retryAfter };
}

/** Node's own client, on a connection on which this arrives. */
async function nodesReading(pieces: readonly Buffer[], ends: boolean): Promise<Reading> {
  const wire = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() });
  const { promise, resolve } = Promise.withResolvers<Reading>();
  const request = http.request({ method: 'POST', createConnection: () => wire }, (response) => {
    const { statusCode: status = 0, headers } = response;
    response.on('data', () => undefined);
    response.on('error', () => resolve('bad'));
    response.on('end', () => resolve({ status, date: headers.date, retryAfter: headers['retry-after'] }));
  });
  request.on('error', () => resolve('bad'));
  request.on('upgrade', () => resolve('bad'));
  request.end();
  await turns(1);
  for (const piece of pieces) wire.push(piece);
  if (ends) wire.push(null);
  // Nothing but turns of the event loop lies between what arrives and what is made of it.
  await turns(5);
  resolve('not complete');
  wire.destroy();
  return promise;
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}

const DATE = 'Date: Mon, 15 Jan 2024 10:30:00 GMT';
const text = (length: number) => fc.string({ unit: fc.constantFrom('x', '\n', '\r'), maxLength: length });

/** A body with the fields that say where it ends; sometimes they lie. */
const framed = fc.oneof(
  fc
    .tuple(text(40), fc.constantFrom(0, 0, 0, 1), fc.constantFrom('', '', '', ' ', 'x'))
    .map(([body, more, end]) => ({ fields: [`Content-Length: ${body.length + more}${end}`], body })),
  fc
    .tuple(fc.array(text(20)), fc.constantFrom('', '', ';a=b', 'g'), fc.boolean())
    .map(([chunks, more, hasTrailer]) => ({
      fields: ['Transfer-Encoding: chunked'],
      body: `${chunks
        .filter((chunk) => chunk !== '')
        .map((chunk) => `${chunk.length.toString(16)}${more}\r\n${chunk}\r\n`)
        .join('')}0\r\n${hasTrailer ? 'A: b\r\n' : ''}\r\n`,
    })),
  text(40).map((body) => ({ fields: [], body })),
  text(40).map((body) => ({ fields: ['transfer-encoding: gzip'], body })),
  fc.constant({ fields: ['Content-Length: 0', 'content-length: 0'], body: '' }),
  fc.constant({ fields: ['Content-Length: 0', 'Transfer-Encoding: chunked'], body: '0\r\n\r\n' }),
);
const fields = fc.subarray([DATE, 'Retry-After: 17', 'Keep-Alive: timeout=5', 'X: y', 'Empty:']);
const oddFields = fc.constantFrom(
  [],
  [],
  [],
  [],
  ['no colon'],
  [' folded'],
  ['a b: c'],
  ['A : b'],
  [': b'],
  ['Connection: close'],
);
const statusLine = fc
  .tuple(
    fc.constantFrom('1.1', '1.1', '1.0', '1.5'),
    fc.constantFrom(200, 201, 204, 304, 404, 503),
    fc.constantFrom('', ' ', ' OK'),
  )
  .map(([version, status, reason]) => `HTTP/${version} ${status}${reason}`);
const before = fc.constantFrom(
  '',
  '',
  '',
  '\r\n',
  'garbage',
  'HTTP/1.1 100 Continue\r\n\r\n',
  'HTTP/1.1 103 Hints\r\nLink: x\r\n\r\n',
);
const newline = fc.constantFrom('\r\n', '\r\n', '\r\n', '\n');

const answers = fc
  .tuple(before, statusLine, fields, oddFields, framed, newline)
  // What follows a response that has no body is the next one's trouble.
  .filter(([, line, , , { body }]) => body === '' || !/ (?:204|304)/.test(line))
  .map(([first, line, some, odd, { fields: framing, body }, end]) => {
    return `${first}${[line, ...some, ...framing, ...odd].join(end)}${end}${end}${body}`;
  });

describe('an answer', () => {
  it('is what it is to the client of Node, wherever it is cut', async () => {
    const cuts = fc.array(fc.nat({ max: 60 }), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(answers, cuts, fc.boolean(), async (answer, sizes, ends) => {
        const pieces = cut(Buffer.from(answer, 'latin1'), sizes);
        expect(ourReading(pieces, ends)).toEqual(await nodesReading(pieces, ends));
      }),
      { numRuns: 400 },
    );
  });

  it.each([
    ['with a clean end', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx', true],
    ['in chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n', true],
    ['without a body', 'HTTP/1.1 204 No Content\r\n\r\n', true],
    ['followed by something', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxx', false],
    ['that says it is the last', 'HTTP/1.1 200 OK\r\nConnection: a, Close\r\nContent-Length: 0\r\n\r\n', false],
    ['of HTTP/1.0', 'HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n', false],
  ])('%s lets the connection be used again or not', (_what, answer, isReusable) => {
    const reader = new AnswerReader();
    expect(reader.read(Buffer.from(answer))).toBe(true);
    expect(reader.answer()).toMatchObject({ isReusable });
  });

  it.each([
    ['a head that is too long', `HTTP/1.1 200 OK\r\n${'A: b\r\n'.repeat(3_000)}`],
    [
      'a line before a chunk that is too long',
      `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;${'x'.repeat(5_000)}`,
    ],
    [
      'too many fields behind the chunks',
      `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n${'A: b\r\n'.repeat(2_000)}`,
    ],
    [
      'chunks that are too large together',
      `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8000\r\n${'x'.repeat(0x8000)}\r\n8001\r\n`,
    ],
    ['a length that is too large', 'HTTP/1.1 200 OK\r\nContent-Length: 65537\r\n\r\n'],
    ['an endless body without a length', `HTTP/1.1 200 OK\r\n\r\n${'x'.repeat(65_537)}`],
    ['another protocol', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
    ['no HTTP', 'SSH-2.0-x'],
  ])('is refused with %s, before more of it is kept', (_what, answer) => {
    expect(() => new AnswerReader().read(Buffer.from(answer))).toThrow(BadAnswerError);
  });
});

/** Cuts into pieces of these sizes, and the rest. */
function cut(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const ends = sizes.reduce<number[]>((all, size) => [...all, (all.at(-1) ?? 0) + size], []);
  return [...ends, bytes.length]
    .map((end, at) => bytes.subarray(ends[at - 1] ?? 0, end))
    .filter(({ length }) => length > 0);
}
