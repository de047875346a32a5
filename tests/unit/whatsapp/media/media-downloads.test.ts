import type { RequestListener } from 'node:http';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { proto } from '@whiskeysockets/baileys';
import { PageServer } from '../../../harness/page-server.ts';
import { untilTrue } from '../../../harness/until.ts';
import { Downloading, seal, type SealedFile, sha256 } from './support.ts';

const PICTURE = await seal(Buffer.from('a picture of a cat'));
const image = ({ fields }: SealedFile, change: proto.Message.IImageMessage = {}): proto.IMessage => ({
  imageMessage: { ...fields, ...change },
});

/** Handles each request with the next of these, and all further ones with the last. */
function inTurn(...answers: RequestListener[]): RequestListener {
  let turn = 0;
  return (request, response) => answers[Math.min(turn++, answers.length - 1)]!(request, response);
}

const giving =
  (bytes: Buffer): RequestListener =>
  (_, response) =>
    response.end(bytes);
const refusing =
  (status: number): RequestListener =>
  (_, response) =>
    response.writeHead(status).end('no');
const cutting =
  (bytes: Buffer): RequestListener =>
  (_, response) => {
    response.writeHead(200, { 'content-length': String(bytes.length) });
    response.write(bytes.subarray(0, bytes.length >> 1), () => response.destroy());
  };
const silent: RequestListener = () => undefined;

describe('the file of a message', () => {
  it.each<[string, Parameters<typeof seal>[1], (file: SealedFile) => proto.IMessage]>([
    ['a picture', 'image', image],
    ['a video', 'video', ({ fields }) => ({ videoMessage: fields })],
    ['a video note', 'ptv', ({ fields }) => ({ ptvMessage: fields })],
    ['a voice note', 'ptt', ({ fields }) => ({ audioMessage: { ...fields, ptt: true } })],
    ['an audio', 'audio', ({ fields }) => ({ audioMessage: fields })],
    ['a document', 'document', ({ fields }) => ({ documentMessage: fields })],
    ['a sticker', 'sticker', ({ fields }) => ({ stickerMessage: fields })],
    ['a view-once picture', 'image', (file) => ({ viewOnceMessageV2: { message: image(file) } })],
    ['one without checksums', 'image', (file) => image(file, { fileSha256: null, fileEncSha256: null })],
    ['one of unknown size', 'image', (file) => image(file, { fileLength: null })],
    ['one with only a URL', 'image', (file) => image(file, { directPath: null, url: 'https://x.net/v/file?x=1' })],
  ])('is fetched and decrypted: %s', async (_, kind, messageOf) => {
    const file = await seal(Buffer.from('what it holds'), kind);
    await using page = await PageServer.start((request, response) => {
      if (request.url === '/v/file?x=1') response.end(file.encrypted);
      else refusing(404)(request, response);
    });
    await using downloading = await Downloading.of(page, messageOf(file));

    expect(String(await downloading.outcome())).toBe('what it holds');
  });

  it.each([0, 1, 15, 16, 17, 5_000_000])('may have %i bytes', async (size) => {
    const bytes = Buffer.alloc(size, 'abcdefg');
    const { encrypted, fields } = await seal(bytes);
    await using page = await PageServer.start(giving(encrypted));
    await using downloading = await Downloading.of(page, { imageMessage: fields });

    const outcome = await downloading.outcome();

    expect(outcome).toBeInstanceOf(Buffer);
    expect(sha256(outcome as Buffer)).toEqual(sha256(bytes));
  });

  it('may come byte by byte', async () => {
    await using page = await PageServer.start((_, response) => {
      const send = (at: number) => {
        if (at === PICTURE.encrypted.length) response.end();
        else response.write(PICTURE.encrypted.subarray(at, at + 1), () => setImmediate(send, at + 1));
      };
      send(0);
    });
    await using downloading = await Downloading.of(page, image(PICTURE));

    expect(String(await downloading.outcome())).toBe('a picture of a cat');
  });

  it('has the name that its sender gave it, and is undefined for an unknown message', async () => {
    await using page = await PageServer.start(refusing(404));
    await using downloading = await Downloading.of(page, {
      documentMessage: { ...PICTURE.fields, fileName: '../a.pdf' },
    });

    expect(await downloading.find()).toMatchObject({ mimetype: 'image/jpeg', fileName: 'a.pdf' });
    expect(await downloading.find('B2')).toBeUndefined();
  });
});

describe('a file is corrupt when', () => {
  const { encrypted } = PICTURE;
  const flipped = (at: number) => encrypted.map((byte, index) => (index === at ? byte ^ 1 : byte));
  const wrong = Buffer.alloc(32, 1);
  it.each<[string, Uint8Array, proto.Message.IImageMessage]>([
    ['a bit is wrong', flipped(3), {}],
    ['a bit is wrong, and there are no checksums', flipped(3), { fileSha256: null, fileEncSha256: null }],
    ['its authentication code is wrong', flipped(encrypted.length - 1), { fileSha256: null, fileEncSha256: null }],
    ['the checksum of the file differs', encrypted, { fileSha256: wrong }],
    ['the checksum of the transferred bytes differs', encrypted, { fileEncSha256: wrong }],
    ['the key is wrong', encrypted, { mediaKey: wrong, fileEncSha256: null }],
    ['the end is missing', encrypted.subarray(0, 16), {}],
    ['it has only three bytes', encrypted.subarray(0, 3), {}],
    ['it is empty', encrypted.subarray(0, 0), {}],
  ])('%s', async (_, bytes, change) => {
    await using page = await PageServer.start(giving(Buffer.from(bytes)));
    await using downloading = await Downloading.of(page, image(PICTURE, change));

    expect(await downloading.outcome()).toBe('corrupt');
    expect(page.asked).toBe(1);
  });

  it('its authentication code is right, but its last block is incomplete', async () => {
    const { getMediaKeys } = await import('@whiskeysockets/baileys');
    const { createHmac } = await import('node:crypto');
    const { iv, macKey } = await getMediaKeys(PICTURE.fields.mediaKey, 'image');
    const ciphertext = encrypted.subarray(0, 20);
    const mac = createHmac('sha256', macKey!).update(iv).update(ciphertext).digest().subarray(0, 10);
    await using page = await PageServer.start(giving(Buffer.concat([ciphertext, mac])));
    await using downloading = await Downloading.of(page, image(PICTURE, { fileSha256: null, fileEncSha256: null }));

    expect(await downloading.outcome()).toBe('corrupt');
  });
});

describe('a transfer that fails', () => {
  it.each([
    ['cut off', cutting(PICTURE.encrypted)],
    ['refused for now', refusing(503)],
    ['refused for too many requests', refusing(429)],
    ['redirected', (_, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()],
  ] satisfies [string, RequestListener][])('is attempted three times when it is %s', async (_, answer) => {
    await using page = await PageServer.start(answer);
    await using downloading = await Downloading.of(page, image(PICTURE));
    const outcome = downloading.outcome();

    await downloading.clock.untilTimer(1_000);
    await downloading.clock.advance(1_000);
    await downloading.clock.untilTimer(4_000);
    await downloading.clock.advance(4_000);

    expect(await outcome).toBe('network');
    expect(page.asked).toBe(3);
    expect(downloading.clock.timers).toEqual([]);
  });

  it('succeeds when a later attempt does', async () => {
    await using page = await PageServer.start(inTurn(cutting(PICTURE.encrypted), giving(PICTURE.encrypted)));
    await using downloading = await Downloading.of(page, image(PICTURE));
    const outcome = downloading.outcome();

    await downloading.clock.untilTimer(1_000);
    await downloading.clock.advance(1_000);

    expect(String(await outcome)).toBe('a picture of a cat');
  });

  it('is a network failure when nothing listens at the address', async () => {
    await using downloading = await Downloading.of({ host: '127.0.0.1:1' }, image(PICTURE));
    const outcome = downloading.outcome();

    for (const pauseMs of [1_000, 4_000]) {
      await downloading.clock.untilTimer(pauseMs);
      await downloading.clock.advance(pauseMs);
    }

    expect(await outcome).toBe('network');
  });

  it.each([
    ['says nothing at all', silent],
    ['stops in the middle', (_, response) => response.write(PICTURE.encrypted.subarray(0, 20))],
  ] satisfies [string, RequestListener][])('is given up when the host %s for 30 s, three times', async (_, answer) => {
    await using page = await PageServer.start(answer);
    await using downloading = await Downloading.of(page, image(PICTURE));
    const outcome = downloading.outcome();

    for (const [tries, pauseMs] of [1_000, 4_000, undefined].entries()) {
      await untilTrue(() => Promise.resolve(page.asked === tries + 1));
      await downloading.clock.advance(30_000);
      if (pauseMs === undefined) break;
      await downloading.clock.untilTimer(pauseMs);
      await downloading.clock.advance(pauseMs);
    }

    expect(await outcome).toBe('timeout');
  });

  it('is given up after ten minutes, even if a little arrives now and then', async () => {
    let answer: Parameters<RequestListener>[1] | undefined;
    await using page = await PageServer.start((_, response) => {
      answer = response;
      response.flushHeaders();
    });
    await using downloading = await Downloading.of(page, image(PICTURE, { fileLength: 1 }));
    const { clock } = downloading;
    // Each chunk that arrives restarts the stall timer.
    let pieces = 0;
    const after = clock.after.bind(clock);
    clock.after = (delayMs, task) => {
      if (delayMs === 30_000) pieces += 1;
      return after(delayMs, task);
    };
    const outcome = downloading.outcome();
    await untilTrue(() => Promise.resolve(answer !== undefined));

    for (let piece = 1; piece <= 31; piece += 1) {
      answer!.write('x');
      if (piece <= 30) await untilTrue(() => Promise.resolve(pieces > piece));
      await clock.advance(20_000);
    }

    expect(await outcome).toBe('timeout');
    expect(page.asked).toBe(1);
  }, 20_000);

  it('ends at once when it is aborted, and closes its connection to the host', async () => {
    const left = Promise.withResolvers<undefined>();
    const begun = Promise.withResolvers<undefined>();
    await using page = await PageServer.start((_, response) => {
      response.on('close', () => left.resolve(undefined));
      response.write(PICTURE.encrypted.subarray(0, 20), () => begun.resolve(undefined));
    });
    await using downloading = await Downloading.of(page, image(PICTURE));
    const outcome = downloading.outcome();
    await begun.promise;

    downloading.stop.abort();

    expect(await outcome).toBe('network');
    await left.promise;
    expect(page.asked).toBe(1);
    expect(downloading.clock.timers).toEqual([]);
  });

  it('ends at once between two attempts too', async () => {
    await using page = await PageServer.start(refusing(500));
    await using downloading = await Downloading.of(page, image(PICTURE));
    const outcome = downloading.outcome();
    await downloading.clock.untilTimer(1_000);

    downloading.stop.abort();

    expect(await outcome).toBe('network');
    expect(page.asked).toBe(1);
  });
});

describe('a file that is too large', () => {
  it('is not even requested when its sender says its size', async () => {
    await using page = await PageServer.start(giving(PICTURE.encrypted));
    await using downloading = await Downloading.of(page, image(PICTURE), { maxBytes: 17 });

    expect(await downloading.outcome()).toBe('too_large');
    expect(page.asked).toBe(0);
  });

  it('is accepted at exactly the limit', async () => {
    await using page = await PageServer.start(giving(PICTURE.encrypted));
    await using downloading = await Downloading.of(page, image(PICTURE), { maxBytes: 18 });

    expect(String(await downloading.outcome())).toBe('a picture of a cat');
  });

  it('is given up when it proves to be, even if it never ends', async () => {
    const left = Promise.withResolvers<undefined>();
    await using page = await PageServer.start((_, response) => {
      response.on('close', () => left.resolve(undefined));
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536)));
        response.once('drain', more);
      };
      more();
    });
    await using downloading = await Downloading.of(page, image(PICTURE, { fileLength: 1 }), { maxBytes: 1_000_000 });

    expect(await downloading.outcome()).toBe('too_large');
    await left.promise;
    expect((await stat(downloading.path)).size).toBeLessThanOrEqual(1_000_000);
  });
});

describe.each([403, 404, 410])('a file that WhatsApp no longer has (%i)', (status) => {
  it('is uploaded again by the phone, and fetched from its new path', async () => {
    await using page = await PageServer.start((request, response) =>
      (request.url === '/again' ? giving(PICTURE.encrypted) : refusing(status))(request, response),
    );
    await using downloading = await Downloading.of(page, image(PICTURE));
    downloading.phone.push('/again');

    expect(String(await downloading.outcome())).toBe('a picture of a cat');
    expect(downloading.asked).toBe(1);
  });

  it('is expired when the phone refuses, or its upload is gone too', async () => {
    await using page = await PageServer.start(refusing(status));
    await using downloading = await Downloading.of(page, image(PICTURE));

    expect(await downloading.outcome()).toBe('expired');
    downloading.phone.push('/again');
    expect(await downloading.outcome()).toBe('expired');
    expect(downloading).toMatchObject({ asked: 2, gone: 2 });
  });
});

describe('a message without a file to fetch is unsupported', () => {
  it.each<[string, proto.IMessage]>([
    ['a text', { conversation: 'hello' }],
    ['nothing', {}],
    ['a picture without a key', image(PICTURE, { mediaKey: null })],
    ['a picture with an empty key', image(PICTURE, { mediaKey: new Uint8Array() })],
    ['a picture without a location', image(PICTURE, { directPath: null })],
    ['a picture that leads elsewhere', image(PICTURE, { directPath: '//127.0.0.1:1/x' })],
  ])('%s', async (_, message) => {
    await using page = await PageServer.start(giving(PICTURE.encrypted));
    await using downloading = await Downloading.of(page, message);

    expect(await downloading.outcome()).toBe('unsupported');
    expect(page.asked).toBe(0);
  });
});

it('a folder that cannot be written to is a disk failure', async () => {
  await using page = await PageServer.start(giving(PICTURE.encrypted));
  await using downloading = await Downloading.of(page, image(PICTURE));

  expect(await downloading.outcome(join(downloading.path, 'not', 'there'))).toBe('disk');
});

it('four files are fetched at once, and the others wait', async () => {
  const waiting: (() => void)[] = [];
  await using page = await PageServer.start((_, response) => {
    waiting.push(() => response.end(PICTURE.encrypted));
  });
  await using downloading = await Downloading.of(page, image(PICTURE));
  const outcomes = Array.from({ length: 6 }, (_, at) => downloading.outcome(`${downloading.path}${at}`));

  await untilTrue(() => Promise.resolve(waiting.length === 4));
  for (const answer of waiting.splice(0)) answer();
  await untilTrue(() => Promise.resolve(waiting.length === 2));
  for (const answer of waiting.splice(0)) answer();

  expect((await Promise.all(outcomes)).map(String)).toEqual(Array(6).fill('a picture of a cat'));
});
