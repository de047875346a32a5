import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { type RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { type BinaryNode } from '@whiskeysockets/baileys';
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

/** What the media host got, request by request. */
interface Taken {
  url: URL;
  body: Buffer;
}

const taking =
  (taken: Taken[]): RequestListener =>
  (request, response) => {
    void buffer(request).then((body) => {
      taken.push({ url: new URL(request.url ?? '', 'http://host'), body });
      response.end(JSON.stringify({ url: 'https://mmg.whatsapp.net/v/1', direct_path: '/v/1' }));
    });
  };

const refusing =
  (status: number): RequestListener =>
  (request, response) => {
    request.resume();
    response.writeHead(status).end('no');
  };

/** Answers each request as the next of these says. */
function inTurn(...answers: RequestListener[]): RequestListener {
  return (request, response) => answers.shift()!(request, response);
}

/** WhatsApp's answers to the question where to upload: one for each pass, `undefined` for a silence. */
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

/** What was counted of the uploads of a test. */
const fates: string[] = [];
beforeEach(() => fates.splice(0));

/** Uploads a file of these bytes to the page. */
async function put(page: PageServer, bytes: Buffer, { query } = passes(['a']), clock = new ManualClock()) {
  const path = join(folder, 'file');
  await writeFile(path, bytes);
  const hosts = new UploadHosts({ query }, clock);
  const metrics = { uploaded: (fate: string) => void fates.push(fate) };
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
    'of %d bytes can be decrypted and checked by its message',
    async (size) => {
      const taken: Taken[] = [];
      await using page = await PageServer.start(taking(taken));
      const bytes = randomBytes(size);

      const file = await put(page, bytes);

      const { url, body } = taken[0]!;
      const keys = mediaKeys(file.mediaKey, 'Image');
      const decryption = new MediaDecryption(keys, { plain: file.fileSha256, encrypted: file.fileEncSha256 });
      const name = createHash('sha256').update(body).digest('base64url');
      expect(url.pathname).toBe(`/mms/image/${name}`);
      expect(url.searchParams.get('auth')).toBe('pass 1');
      expect(Buffer.concat([decryption.update(body), decryption.finish()]).equals(bytes)).toBe(true);
      expect(file).toMatchObject({ url: 'https://mmg.whatsapp.net/v/1', directPath: '/v/1' });
      expect(await readdir(folder)).toEqual(['file']);
    },
  );

  it('is encrypted with another key each time', async () => {
    const taken: Taken[] = [];
    await using page = await PageServer.start(taking(taken));

    await put(page, Buffer.from('hola'));
    await put(page, Buffer.from('hola'));

    expect(taken[0]!.body.equals(taken[1]!.body)).toBe(false);
  });

  it('goes to the next host when one refuses it', async () => {
    const taken: Taken[] = [];
    await using page = await PageServer.start(inTurn(refusing(500), taking(taken)));

    await put(page, Buffer.from('hola'), passes(['a', 'b']));

    expect(taken).toHaveLength(1);
  });

  it.each<[string, RequestListener]>([
    ['refuses it', refusing(401)],
    ['breaks off', (request) => request.socket.destroy()],
    ['answers with no JSON', (_, response) => response.end('fine')],
    ['does not say where it is', (_, response) => response.end('{}')],
    ['answers without end', (_, response) => response.end('x'.repeat(100_000))],
  ])('is tried again with a fresh pass when the host %s', async (_, failing) => {
    const taken: Taken[] = [];
    await using page = await PageServer.start(inTurn(failing, taking(taken)));
    const pass = passes(['a'], ['a']);

    await put(page, Buffer.from('hola'), pass);

    expect(pass.asked()).toBe(2);
    expect(fates).toEqual(['ok']);
    expect(taken[0]!.url.searchParams.get('auth')).toBe('pass 2');
  });

  it('fails by its name when no host takes it, and leaves nothing behind', async () => {
    await using page = await PageServer.start(refusing(500));

    const upload = put(page, Buffer.from('hola'), passes(['a'], ['a']));

    await expect(upload).rejects.toMatchObject({ code: 'media_not_uploaded' });
    expect(fates).toEqual(['failed']);
    expect(await readdir(folder)).toEqual(['file']);
  });

  it('fails by its name when WhatsApp names no host, and asks again the next time', async () => {
    const taken: Taken[] = [];
    await using page = await PageServer.start(taking(taken));
    const pass = passes(undefined, [], ['a']);

    await expect(put(page, Buffer.from('hola'), pass)).rejects.toMatchObject({ code: 'media_not_uploaded' });

    await put(page, Buffer.from('hola'), pass);
    expect(taken).toHaveLength(1);
  });

  it('gives up a host that takes nothing for 30 s', async () => {
    const clock = new ManualClock();
    const taken: Taken[] = [];
    const silent = Promise.withResolvers<undefined>();
    await using page = await PageServer.start(inTurn(() => silent.resolve(undefined), taking(taken)));
    const uploading = put(page, Buffer.from('hola'), passes(['a', 'b']), clock);
    await silent.promise;

    await clock.advance(30_000);
    await uploading;

    expect(taken).toHaveLength(1);
  });
});
