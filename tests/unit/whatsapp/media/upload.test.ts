import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { BinaryNode } from '@whiskeysockets/baileys';
import { Semaphore } from '../../../../src/kit/semaphore.ts';
import { MediaDecryption } from '../../../../src/whatsapp/media/media-decryption.ts';
import { MediaHost } from '../../../../src/whatsapp/media/media-host.ts';
import { mediaKeys } from '../../../../src/whatsapp/messages/media-kind.ts';
import { upload } from '../../../../src/whatsapp/media/upload.ts';
import { UploadHosts } from '../../../../src/whatsapp/media/upload-hosts.ts';
import { ManualClock } from '../../../harness/manual-clock.ts';
import { PageServer } from '../../../harness/page-server.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'upload-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** What the media host received, request by request. */
interface ReceivedRequest {
  url: URL;
  body: Buffer;
}

const accepting =
  (received: ReceivedRequest[]): RequestListener =>
  (request, response) => {
    void buffer(request).then((body) => {
      received.push({ url: new URL(request.url ?? '', 'http://host'), body });
      response.end(JSON.stringify({ url: 'https://mmg.whatsapp.net/v/1', direct_path: '/v/1' }));
    });
  };

const refusing =
  (status: number): RequestListener =>
  (request, response) => {
    request.resume();
    response.writeHead(status).end('no');
  };

/** Handles each request with the next of these. */
function inTurn(...answers: RequestListener[]): RequestListener {
  return (request, response) => answers.shift()!(request, response);
}

/** WhatsApp's answers to the query for upload hosts: one for each pass, `undefined` for none. */
function passes(...answers: (string[] | undefined)[]) {
  let asked = 0;
  const query = (): Promise<BinaryNode> => {
    const hostnames = answers[asked++];
    const hosts = hostnames?.map((hostname) => ({ tag: 'host', attrs: { hostname } }));
    const connection = { tag: 'media_conn', attrs: { auth: `pass ${asked}`, ttl: '60' }, content: hosts ?? [] };
    return Promise.resolve({ tag: 'iq', attrs: {}, content: hostnames ? [connection] : [] });
  };
  return { query, asked: () => asked };
}

/** The results that the metrics counted. */
const results: string[] = [];
beforeEach(() => results.splice(0));

/** Uploads a file of these bytes to the page. */
async function put(page: PageServer, bytes: Buffer, { query } = passes(['a']), clock = new ManualClock()) {
  const path = join(folder, 'file');
  await writeFile(path, bytes);
  const hosts = new UploadHosts({ query }, clock);
  const metrics = { uploaded: (result: string) => void results.push(result) };
  return upload(path, 'Image', {
    hosts,
    mediaHost: new MediaHost(page.host),
    semaphore: new Semaphore(1),
    metrics,
    clock,
  });
}

describe('an upload', () => {
  it.each([1, 15, 16, 17, 262_144, 3_000_000])(
    'of %d bytes can be decrypted and verified with its message',
    async (size) => {
      const received: ReceivedRequest[] = [];
      await using page = await PageServer.start(accepting(received));
      const bytes = randomBytes(size);

      const file = await put(page, bytes);

      const { url, body } = received[0]!;
      const keys = mediaKeys(file.mediaKey!, 'Image');
      const decryption = new MediaDecryption(keys, { plain: file.fileSha256, encrypted: file.fileEncSha256! });
      const name = createHash('sha256').update(body).digest('base64url');
      expect(url.pathname).toBe(`/mms/image/${name}`);
      expect(url.searchParams.get('auth')).toBe('pass 1');
      expect(Buffer.concat([decryption.update(body), decryption.finish()]).equals(bytes)).toBe(true);
      expect(file).toMatchObject({ url: 'https://mmg.whatsapp.net/v/1', directPath: '/v/1' });
      expect(await readdir(folder)).toEqual(['file']);
    },
  );

  it('is encrypted with a new key each time', async () => {
    const received: ReceivedRequest[] = [];
    await using page = await PageServer.start(accepting(received));

    await put(page, Buffer.from('hola'));
    await put(page, Buffer.from('hola'));

    expect(received[0]!.body.equals(received[1]!.body)).toBe(false);
  });

  it('tries the next host when one refuses it', async () => {
    const received: ReceivedRequest[] = [];
    await using page = await PageServer.start(inTurn(refusing(500), accepting(received)));

    await put(page, Buffer.from('hola'), passes(['a', 'b']));

    expect(received).toHaveLength(1);
  });

  it.each<[string, RequestListener]>([
    ['refuses it', refusing(401)],
    ['breaks off', (request) => request.socket.destroy()],
    ['does not answer with JSON', (_, response) => response.end('fine')],
    ['does not say where it is', (_, response) => response.end('{}')],
    ['answers without end', (_, response) => response.end('x'.repeat(100_000))],
  ])('is retried with a fresh pass when the host %s', async (_, failing) => {
    const received: ReceivedRequest[] = [];
    await using page = await PageServer.start(inTurn(failing, accepting(received)));
    const pass = passes(['a'], ['a']);

    await put(page, Buffer.from('hola'), pass);

    expect(pass.asked()).toBe(2);
    expect(results).toEqual(['ok']);
    expect(received[0]!.url.searchParams.get('auth')).toBe('pass 2');
  });

  it('fails with media_not_uploaded when no host accepts it, and leaves nothing behind', async () => {
    await using page = await PageServer.start(refusing(500));

    const upload = put(page, Buffer.from('hola'), passes(['a'], ['a']));

    await expect(upload).rejects.toMatchObject({ code: 'media_not_uploaded' });
    expect(results).toEqual(['failed']);
    expect(await readdir(folder)).toEqual(['file']);
  });

  it('fails with media_not_uploaded when WhatsApp names no host, and asks again the next time', async () => {
    const received: ReceivedRequest[] = [];
    await using page = await PageServer.start(accepting(received));
    const pass = passes(undefined, [], ['a']);

    await expect(put(page, Buffer.from('hola'), pass)).rejects.toMatchObject({ code: 'media_not_uploaded' });

    await put(page, Buffer.from('hola'), pass);
    expect(received).toHaveLength(1);
  });

  it('gives up a host that accepts no data for 30 s', async () => {
    const clock = new ManualClock();
    const received: ReceivedRequest[] = [];
    const silent = Promise.withResolvers<undefined>();
    await using page = await PageServer.start(inTurn(() => silent.resolve(undefined), accepting(received)));
    const uploading = put(page, Buffer.from('hola'), passes(['a', 'b']), clock);
    await silent.promise;

    await clock.advance(30_000);
    await uploading;

    expect(received).toHaveLength(1);
  });
});
