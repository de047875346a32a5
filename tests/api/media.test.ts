import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import request from 'supertest';
import { Secret } from '../../src/kit/secret.ts';
import { answerTo, CONNECTED, fileAt, logged, MESSAGE, startApi } from './support.ts';

const BYTES = randomBytes(100_000);
let folder: string;
beforeAll(async () => {
  // A hidden folder, as DOWNLOADS_DIR may be.
  folder = await mkdtemp(join(tmpdir(), '.media-'));
  await writeFile(join(folder, 'file.ogg'), BYTES);
});
afterAll(() => rm(folder, { recursive: true }));

const GONE = 'session_1_gone00000';
const pathFor = (sessionId: string, messageId = MESSAGE) => `/sessions/${sessionId}/messages/${messageId}/media`;
const PATH = pathFor(CONNECTED);

function start(change: { mimetype?: string | null; fileName?: string | null } = {}, apiKeys: Secret[] = []) {
  const api = startApi({ apiKeys });
  Object.assign(api.media.file, { ...fileAt(join(folder, 'file.ogg')), ...change });
  return api;
}

async function headersOf(change: Parameters<typeof start>[0]): Promise<Record<string, string>> {
  return (await answerTo(request(start(change).app).get(PATH))).headers;
}

describe('the file of a message', () => {
  it('is returned unchanged, as an attachment', async () => {
    const { status, body, headers } = await answerTo(
      request(start({ mimetype: 'audio/ogg; codecs=opus', fileName: 'nota.ogg' }).app).get(PATH),
    );

    expect(status).toBe(200);
    expect(BYTES.equals(body as Buffer)).toBe(true);
    expect(headers).toMatchObject({
      'content-type': 'audio/ogg; codecs=opus',
      'content-length': '100000',
      'content-disposition': `attachment; filename="nota.ogg"; filename*=UTF-8''nota.ogg`,
      'accept-ranges': 'bytes',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    });
    expect(headers).not.toHaveProperty('etag');
  });

  it.each([
    ['bytes=0-0', 0, 1],
    ['bytes=10-19', 10, 20],
    ['bytes=99990-', 99_990, 100_000],
    ['bytes=-5', 99_995, 100_000],
    ['bytes=99990-2000000', 99_990, 100_000],
  ])('is returned in part: %s', async (range, from, to) => {
    const { status, body, headers } = await answerTo(request(start().app).get(PATH).set('Range', range));

    expect(status).toBe(206);
    expect(headers['content-range']).toBe(`bytes ${from}-${to - 1}/100000`);
    expect(headers['content-length']).toBe(String(to - from));
    expect(BYTES.subarray(from, to).equals(body as Buffer)).toBe(true);
  });

  it.each(['bytes=100000-', 'bytes=200000-300000'])('does not have the range %s', async (range) => {
    const { status, body, headers } = await answerTo(request(start().app).get(PATH).set('Range', range));

    expect(status).toBe(416);
    expect(body).toMatchObject({ success: false, error: 'range_not_satisfiable' });
    expect(headers['content-range']).toBe('bytes */100000');
    expect(headers['content-type']).toContain('application/json');
    expect(headers).not.toHaveProperty('content-disposition');
  });

  it.each(['bytes=', 'lines=1-2', 'bytes=a-b', 'bytes=0-1,5-6'])(
    'is returned whole for the range "%s"',
    async (range) => {
      const { status, headers } = await answerTo(request(start().app).get(PATH).set('Range', range));

      expect([status, headers['content-length']]).toEqual([200, '100000']);
    },
  );

  it.each([
    ['If-Match', '"x"'],
    ['If-Unmodified-Since', 'Mon, 15 Jan 2024 10:30:00 GMT'],
  ])('is returned whatever %s says, since it never changes', async (name, value) => {
    const { status } = await answerTo(request(start().app).get(PATH).set(name, value));

    expect(status).toBe(200);
  });

  it('is described by HEAD', async () => {
    const { status, headers } = await answerTo(request(start({ mimetype: 'image/jpeg' }).app).head(PATH));

    expect(status).toBe(200);
    expect(headers).toMatchObject({ 'content-type': 'image/jpeg', 'content-length': '100000' });
  });

  it('is downloaded only if it is not on disk', async () => {
    const { app, media } = start();
    await request(app).get(PATH);
    media.onDisk.add(MESSAGE);
    await request(app).get(PATH);

    expect(media.fetchedFor).toEqual([MESSAGE]);
  });

  it('is returned from disk even if the session is gone', async () => {
    const { app, media } = start();
    media.onDisk.add(MESSAGE);

    const { status, body } = await answerTo(request(app).get(pathFor(GONE)));

    expect(status).toBe(200);
    expect((body as Buffer).length).toBe(100_000);
  });

  it('requires a key', async () => {
    const { status, body } = await answerTo(request(start({}, [new Secret('llave')]).app).get(PATH));

    expect([status, body]).toMatchObject([401, { error: 'unauthorized' }]);
  });

  it('may be left half read, which is not an error', async () => {
    await writeFile(join(folder, 'large'), Buffer.alloc(50_000_000));
    const { app, media, lines } = start();
    Object.assign(media.file, fileAt(join(folder, 'large')));
    const server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;

    const answer = await fetch(`http://127.0.0.1:${port}${PATH}`);
    await answer.body!.cancel();

    await logged(lines, `[${CONNECTED}] request aborted by the client`);
    expect(lines.filter(({ level }) => level >= 40)).toEqual([]);
    // The request is over: a shutdown does not wait for it.
    await app.drain();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
});

describe('what a sender declares about a file', () => {
  it.each<[string | null, string]>([
    ['image/jpeg', 'image/jpeg'],
    ['audio/ogg; codecs=opus', 'audio/ogg; codecs=opus'],
    ['application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'application/vnd'],
    [null, 'application/octet-stream'],
    ['', 'application/octet-stream'],
    ['nonsense', 'application/octet-stream'],
    ['text/html\r\nSet-Cookie: a=b', 'application/octet-stream'],
    ['text/html; charset="<script>"', 'application/octet-stream'],
  ])('%j becomes the type %s', async (mimetype, type) => {
    expect((await headersOf({ mimetype }))['content-type']).toMatch(new RegExp(`^${type.replace('+', '\\+')}`));
  });

  it('does not make browsers display it', async () => {
    const headers = await headersOf({ mimetype: 'text/html', fileName: 'page.html' });

    expect(headers['content-disposition']).toMatch(/^attachment;/);
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
  });

  it.each<[string | null, string, string]>([
    ['informe.pdf', 'informe.pdf', 'informe.pdf'],
    ['año nuevo.pdf', 'a_o nuevo.pdf', 'a%C3%B1o%20nuevo.pdf'],
    ["it's (1)*.pdf", "it's (1) .pdf", 'it%27s%20%281%29%20.pdf'],
    ['../../etc/passwd', 'etc passwd', 'etc%20passwd'],
    ['..', `${MESSAGE}.ts`, `${MESSAGE}.ts`],
    ['', `${MESSAGE}.ts`, `${MESSAGE}.ts`],
    [null, `${MESSAGE}.ts`, `${MESSAGE}.ts`],
    ['a"; filename="b.exe', 'a _ filename= b.exe', 'a%20%3B%20filename%3D%20b.exe'],
    ['a\r\nSet-Cookie: x=y', 'a Set-Cookie  x=y', 'a%20Set-Cookie%20%20x%3Dy'],
    ['photo\u202Egpj.exe', 'photo gpj.exe', 'photo%20gpj.exe'],
    ['a\uD800.pdf', 'a .pdf', 'a%20.pdf'],
    ['100%41.pdf', '100_41.pdf', '100%2541.pdf'],
    ['x'.repeat(300), 'x'.repeat(150), 'x'.repeat(150)],
  ])('%j becomes the name %j', async (fileName, ascii, encoded) => {
    expect((await headersOf({ fileName }))['content-disposition']).toBe(
      `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`,
    );
  });
});

describe('a file that cannot be returned', () => {
  it.each([
    [pathFor(GONE), 'session_not_found'],
    [pathFor('no session'), 'session_not_found'],
    [pathFor(CONNECTED, 'x'.repeat(513)), 'message_not_found'],
    [pathFor(CONNECTED, 'unknown'), 'message_not_found'],
    [pathFor(CONNECTED, '..%2F..%2Fetc%2Fpasswd'), 'message_not_found'],
  ])('%s is %s', async (path, code) => {
    const { status, body } = await answerTo(request(start().app).get(path));

    expect([status, body]).toMatchObject([404, { error: code }]);
  });

  it('is an internal error if it has vanished from disk', async () => {
    const { app, media } = start();
    await writeFile(join(folder, 'gone'), BYTES);
    Object.assign(media.file, fileAt(join(folder, 'gone')));
    await rm(join(folder, 'gone'));

    const { status, body } = await answerTo(request(app).get(PATH));

    expect([status, body]).toMatchObject([500, { error: 'internal_error' }]);
  });
});
