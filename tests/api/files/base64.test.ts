import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { json } from 'node:stream/consumers';
import { post, startFilesServer } from './support.ts';

const PNG = Buffer.from('\x89PNG\r\n\x1a\n \u00fb\u00ff\u00fe and what follows', 'latin1');

const MEBIBYTE = 1024 * 1024;

/** The JSON of a file of this size. It is so large that text of it would take longer than the server's work. */
function jsonWith(size: number): Buffer {
  const base64 = Buffer.alloc(Math.ceil(size / 3) * 4, 'A');
  base64.fill('=', base64.length - (size % 3 === 0 ? 0 : 3 - (size % 3)));
  return Buffer.concat([Buffer.from('{"file":{"base64":"'), base64, Buffer.from('"}}')]);
}

async function bodySent(url: string, body: Buffer): Promise<{ status: number | undefined; answer: unknown }> {
  const headers = { 'content-type': 'application/json', 'content-length': body.length };
  const posting = request(url, { method: 'POST', headers });
  const answered = once(posting, 'response') as Promise<[IncomingMessage]>;
  posting.end(body);
  const [response] = await answered;
  const answer: unknown = await json(response);
  return { status: response.statusCode, answer };
}

describe('a file in base64', () => {
  it.each([
    ['plain', PNG.toString('base64')],
    ['in the alphabet of URLs', PNG.toString('base64url')],
    ['without = at its end', PNG.toString('base64').replace(/=+$/, '')],
    ['in lines', `${PNG.toString('base64').slice(0, 8)}\r\n${PNG.toString('base64').slice(8)}\n`],
    ['as a data: URL', `data:image/png;base64,${PNG.toString('base64')}`],
  ])('%s is on disk while the request is answered, and gone with the answer', async (_what, base64) => {
    await using server = await startFilesServer();
    expect(await post(server.url, { caption: 'hola', file: { base64 } })).toEqual({ status: 200 });
    expect(server.seen).toMatchObject([
      {
        body: { caption: 'hola' },
        file: {
          content: PNG,
          size: PNG.length,
          sha256: createHash('sha256').update(PNG).digest('hex'),
          mimetype: 'image/png',
          fileName: null,
          modes: ['600', '700'],
        },
      },
    ]);
    expect(await server.leftovers()).toEqual([]);
  });

  it('has the declared type and name', async () => {
    await using server = await startFilesServer();
    const facts = { mimetype: 'Audio/Ogg; codecs=opus', file_name: '../note.ogg' };
    await post(server.url, { file: { base64: PNG.toString('base64'), ...facts } });
    await post(server.url, { file: { base64: `data:image/x-odd;base64,${PNG.toString('base64')}` } });
    expect(server.seen.map(({ file }) => [file?.mimetype, file?.fileName])).toEqual([
      ['audio/ogg; codecs=opus', 'note.ogg'],
      ['image/x-odd', null],
    ]);
  });

  it.each([
    ['invalid base64', { base64: 'no, this is not' }],
    ['truncated base64', { base64: 'AAAAA' }],
    ['= in the middle', { base64: 'AA==AAAA' }],
    ['no content', { base64: '' }],
    ['a data: URL without base64', { base64: 'data:text/plain,hola' }],
    ['a truncated data: URL', { base64: 'data:image/png;base64' }],
    ['an invalid type', { base64: 'AAAA', mimetype: 'picture' }],
    ['an unknown field', { base64: 'AAAA', name: 'x' }],
    ['base64 and a URL', { base64: 'AAAA', url: 'https://example.com/' }],
    ['a number', 7],
    ['a text', 'https://example.com/'],
    ['a path', { path: '/etc/passwd' }],
    ['the internal form of an upload', { file: { path: '/etc/passwd', size: 9, sha256: '', mimetype: 'a/b' } }],
  ])('with %s is refused', async (_what, file) => {
    await using server = await startFilesServer();
    expect(await post(server.url, { file })).toMatchObject({ status: 400, error: 'invalid_file' });
    expect(server.seen).toEqual([]);
    expect(await server.leftovers()).toEqual([]);
  });

  it('may be as large as the limit, also as a data: URL', async () => {
    await using server = await startFilesServer({ maxBytes: 1_000 });
    const base64 = (size: number) => Buffer.alloc(size, 1).toString('base64');
    expect(await post(server.url, { file: { base64: base64(1_000) } })).toEqual({ status: 200 });
    const tooLarge = { status: 413, error: 'file_too_large' };
    expect(await post(server.url, { file: { base64: base64(1_001) } })).toMatchObject(tooLarge);
    expect(await post(server.url, { file: { base64: `data:;base64,${base64(1_001)}` } })).toMatchObject(tooLarge);
    expect(await server.leftovers()).toEqual([]);
  });

  it('may come in a body of up to 32 MiB', async () => {
    await using server = await startFilesServer({ maxBytes: 40 * 1024 * 1024 });
    expect(await bodySent(server.url, jsonWith(23 * MEBIBYTE))).toEqual({
      status: 200,
      answer: { success: true, count: 1 },
    });
    expect(server.seen[0]?.file?.size).toBe(23 * MEBIBYTE);
    expect(await bodySent(server.url, jsonWith(25 * MEBIBYTE))).toEqual({
      status: 413,
      answer: {
        success: false,
        error: 'body_too_large',
        message: 'The body is larger than 32 MiB: upload the file as multipart/form-data, or send its URL.',
      },
    });
  });

  it('with an Idempotency-Key is recognized in any notation', async () => {
    await using server = await startFilesServer();
    const headers = { 'Idempotency-Key': 'order-1' };
    await post(server.url, { file: { base64: PNG.toString('base64') } }, headers);
    await post(server.url, { file: { base64: PNG.toString('base64url') } }, headers);
    expect(server.seen).toHaveLength(1);
    expect(await post(server.url, { file: { base64: 'AAAA' } }, headers)).toMatchObject({
      status: 422,
      error: 'idempotency_mismatch',
    });
  });
});

describe('a body that is neither JSON nor a form', () => {
  it('is refused with a sentence that names both', async () => {
    await using server = await startFilesServer();
    const response = await fetch(server.url, {
      method: 'POST',
      body: 'caption=hola',
      headers: { 'Content-Type': 'text/plain' },
    });
    expect(response.status).toBe(415);
    expect(await response.json()).toMatchObject({
      error: 'unsupported_media_type',
      message: expect.stringMatching(/application\/json.*multipart\/form-data/),
    });
  });
});

const ROOMY = { maxBytes: 4_000_000 };
const LARGE = { file: { base64: Buffer.alloc(2_000_000, 'grande').toString('base64') } };

/** Posts a body except for its last byte, and waits until the server reads it. */
async function begin(url: string, body: string): Promise<ClientRequest> {
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    expect: '100-continue',
  };
  const posting = request(url, { method: 'POST', headers });
  posting.flushHeaders();
  await once(posting, 'continue');
  posting.write(body.slice(0, -1));
  return posting;
}

async function finish(posting: ClientRequest, body: string): Promise<number> {
  const answered = once(posting, 'response') as Promise<[IncomingMessage]>;
  posting.end(body.slice(-1));
  const [answer] = await answered;
  answer.resume();
  return answer.statusCode ?? 0;
}

describe('large bodies', () => {
  it('are read two at a time; others wait, except small ones and forms', async () => {
    await using server = await startFilesServer(ROOMY);
    const text = JSON.stringify(LARGE);
    const slow = [await begin(server.url, text), await begin(server.url, text)];
    const answered: string[] = [];
    const third = post(server.url, LARGE).then(({ status }) => answered.push(`large ${status}`));
    const form = new FormData();
    form.set('file', new Blob([PNG]), 'foto.png');

    expect(await post(server.url, { file: { base64: PNG.toString('base64') } })).toEqual({ status: 200 });
    expect(await post(server.url, form)).toEqual({ status: 200 });
    expect(answered).toEqual([]);
    for (const posting of slow) expect(await finish(posting, text)).toBe(200);
    await third;

    expect(answered).toEqual(['large 200']);
    expect(await server.leftovers()).toEqual([]);
  });

  it('stop counting when their file is on disk, or when they are refused', async () => {
    await using server = await startFilesServer(ROOMY);
    const gate = Promise.withResolvers<undefined>();
    server.during.lookingAt = () => gate.promise;
    const waiting = [1, 2, 3].map(() => post(server.url, LARGE));
    await server.untilSeen(3);
    const bad = { file: { base64: `!${LARGE.file.base64}` } };

    for (let time = 0; time < 3; time += 1) expect(await post(server.url, bad)).toMatchObject({ status: 400 });
    gate.resolve(undefined);

    expect(await Promise.all(waiting)).toEqual([{ status: 200 }, { status: 200 }, { status: 200 }]);
  });

  it('stop counting when their client disconnects', async () => {
    await using server = await startFilesServer(ROOMY);
    const text = JSON.stringify(LARGE);
    for (const posting of [await begin(server.url, text), await begin(server.url, text)]) {
      posting.on('error', () => undefined);
      posting.destroy();
    }

    expect(await post(server.url, LARGE)).toEqual({ status: 200 });
  });
});
