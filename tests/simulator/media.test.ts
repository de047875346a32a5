import { createHash, randomBytes } from 'node:crypto';
import { Agent } from 'node:https';
import { connect } from 'node:net';
import { downloadMediaMessage, extractMessageContent, type WAMessage } from '@whiskeysockets/baileys';

import type { MediaFields, OutgoingMedia } from '../../simulator/phones/media-message.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { BaileysClient } from '../harness/baileys-client.ts';
import { startQuickSimulator } from '../harness/few-pre-keys.ts';

const ANA = '5491122334455';
const SHOP = '5491166778899';

/** The media fields of a message of any kind. */
function fieldsOf({ message }: Pick<WAMessage, 'message'>): MediaFields {
  return Object.values(extractMessageContent(message)!).find((field) => field?.mediaKey);
}

/** Downloads as stock Baileys does, from the simulator instead of `mmg.whatsapp.net`. */
function download(whatsapp: Simulator, message: WAMessage): Promise<Buffer> {
  const content = extractMessageContent(message.message)!;
  const [kind, { directPath, ...fields }] = Object.entries(content).find(([, field]) => field?.mediaKey)!;
  const url = `http://${whatsapp.mediaHost}${directPath}`;
  return downloadMediaMessage({ ...message, message: { [kind]: { ...fields, url } } }, 'buffer', {});
}

/** Baileys uploads over TLS only; the HTTP inside is the same over a plain connection. */
class PlainAgent extends Agent {
  override createConnection({ host, port }: any) {
    return connect(port, host);
  }
}

const bytes = randomBytes(100_001);
const KINDS: [string, OutgoingMedia, object][] = [
  [
    'an image',
    { kind: 'image', bytes, caption: 'mirá', width: 4, height: 3, thumbnail: Buffer.from('jpeg') },
    { imageMessage: { mimetype: 'image/jpeg', caption: 'mirá', width: 4, height: 3, fileLength: expect.anything() } },
  ],
  ['a video', { kind: 'video', bytes, seconds: 7 }, { videoMessage: { mimetype: 'video/mp4', seconds: 7 } }],
  ['an audio file', { kind: 'audio', bytes, mimetype: 'audio/mp4' }, { audioMessage: { mimetype: 'audio/mp4' } }],
  [
    'a voice message',
    { kind: 'voice', bytes, seconds: 2, fields: { waveform: Buffer.from([1, 2]) } },
    { audioMessage: { ptt: true, mimetype: 'audio/ogg; codecs=opus', waveform: Buffer.from([1, 2]) } },
  ],
  [
    'a document',
    { kind: 'document', bytes, fileName: 'ñ.pdf', mimetype: 'application/pdf' },
    { documentMessage: { title: 'ñ.pdf' } },
  ],
  [
    'a document with a caption',
    { kind: 'document', bytes, caption: 'la factura' },
    { documentWithCaptionMessage: { message: { documentMessage: { caption: 'la factura' } } } },
  ],
  ['an empty sticker', { kind: 'sticker', bytes: Buffer.alloc(0) }, { stickerMessage: { mimetype: 'image/webp' } }],
  ['a round video', { kind: 'ptv', bytes, seconds: 3 }, { ptvMessage: { seconds: 3 } }],
  [
    'a view-once image',
    { kind: 'image', bytes, viewOnce: true },
    { viewOnceMessageV2: { message: { imageMessage: { viewOnce: true } } } },
  ],
];

describe('with a linked client', () => {
  let whatsapp: Simulator;
  let client: BaileysClient;

  beforeAll(async () => {
    whatsapp = await startQuickSimulator();
    client = new BaileysClient(whatsapp, { fetchAgent: new PlainAgent() });
    await client.pairWith(whatsapp.phone(SHOP));
  });

  afterAll(async () => {
    await client[Symbol.asyncDispose]();
    await whatsapp[Symbol.asyncDispose]();
  });

  it.each(KINDS)('delivers %s from a phone to a client, which downloads the file', async (_name, media, content) => {
    const id = await whatsapp.phone(ANA).sendMedia(SHOP, media);
    const { message } = await client.message(({ key }) => key.id === id);

    expect(message.message).toMatchObject(content);
    expect(fieldsOf(message).url).toBe(`https://mmg.whatsapp.net${fieldsOf(message).directPath}`);
    expect((await download(whatsapp, message)).equals(media.bytes)).toBe(true);
  });

  it.each([
    ['image', { image: bytes, caption: 'hola', jpegThumbnail: 'AAAA', width: 1, height: 1 }],
    ['video', { video: bytes, jpegThumbnail: 'AAAA' }],
    ['voice', { audio: bytes, ptt: true, seconds: 1, waveform: new Uint8Array(64) }],
    ['document', { document: bytes, mimetype: 'text/plain', fileName: 'a.txt' }],
    ['sticker', { sticker: bytes }],
  ] as const)('delivers %s from a client to a phone, which downloads the file', async (_kind, content) => {
    const ana = whatsapp.phone(ANA);
    const { uploadsFromClients } = whatsapp.stats();

    const sent = await client.sock!.sendMessage(ana.jid, content);
    const received = await ana.next(({ id }) => id === sent!.key.id);

    expect((await ana.media(received)).equals(bytes)).toBe(true);
    expect(whatsapp.stats().uploadsFromClients).toBe(uploadsFromClients + 1);
  });

  it('uploads a file again under another path when the client asks for it', async () => {
    const ana = whatsapp.phone(ANA);
    whatsapp.fault('media-gone', { code: 410 });
    const id = await ana.sendMedia(SHOP, { kind: 'video', bytes });
    const { message } = await client.message(({ key }) => key.id === id);
    const before = fieldsOf(message).directPath;
    await expect(download(whatsapp, message)).rejects.toThrow('Failed to fetch stream');

    await client.sock!.updateMediaMessage(message);

    expect(fieldsOf(message).directPath).not.toBe(before);
    expect((await download(whatsapp, message)).equals(bytes)).toBe(true);
    await whatsapp.until((server) => server.devices()[0]?.waiting === 0);
    whatsapp.clearFaults();
  });

  it('uploads a file again that was sent to a group, or by another client', async () => {
    const ana = whatsapp.phone(ANA);
    const group = whatsapp.group({ subject: 'Neighbours', members: [ana, whatsapp.phone(SHOP)] });
    await using other = new BaileysClient(whatsapp, { fetchAgent: new PlainAgent() });
    await other.pairWith(ana);

    const fromPhone = await ana.sendMedia(group, { kind: 'image', bytes });
    const fromClient = await other.sock!.sendMessage(whatsapp.phone(SHOP).jid, { audio: bytes, seconds: 1 });
    for (const id of [fromPhone, fromClient!.key.id]) {
      const { message } = await client.message(({ key }) => key.id === id);
      const before = fieldsOf(message).directPath;
      await client.sock!.updateMediaMessage(message);
      expect(fieldsOf(message).directPath).not.toBe(before);
      expect((await download(whatsapp, message)).equals(bytes)).toBe(true);
    }
  });

  it('answers that a file is gone, or not at all', async () => {
    const ana = whatsapp.phone(ANA);
    const id = await ana.sendMedia(SHOP, { kind: 'sticker', bytes });
    const { message } = await client.message(({ key }) => key.id === id);
    const { mediaRequests } = whatsapp.stats();

    ana.forgetMedia(id);
    await expect(client.sock!.updateMediaMessage(message)).rejects.toThrow('Failed to re-upload media (2)');
    expect(() => ana.forgetMedia(id)).toThrow(RangeError);
    const unknown = { ...message, key: { ...message.key, id: 'UNKNOWN', remoteJid: '1@lid' } };
    await expect(client.sock!.updateMediaMessage(unknown)).rejects.toThrow('Failed to re-upload media (2)');

    whatsapp.fault('no-media-retry', { number: ANA, times: 1 });
    const first = client.sock!.updateMediaMessage(message);
    await whatsapp.until((server) => server.activeFaults().length === 0);
    expect(client.stanzas.filter(({ attrs }) => attrs.type === 'mediaretry' && attrs.id === id)).toHaveLength(1);
    // Baileys waits indefinitely; the answer to a second request settles both.
    const second = client.sock!.updateMediaMessage(message);
    const answers = await Promise.allSettled([first, second]);
    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(whatsapp.stats().mediaRequests).toBe(mediaRequests + 4);
  });

  it('delivers a file of many chunks in both directions', async () => {
    const large = Buffer.alloc(10_000_000, 'large ');
    const ana = whatsapp.phone(ANA);

    const id = await ana.sendMedia(SHOP, { kind: 'document', bytes: large });
    const { message } = await client.message(({ key }) => key.id === id);
    expect((await download(whatsapp, message)).equals(large)).toBe(true);

    const sent = await client.sock!.sendMessage(ana.jid, { document: large, mimetype: 'text/plain' });
    const received = await ana.next((each) => each.id === sent!.key.id);
    expect((await ana.media(received)).equals(large)).toBe(true);
  });
});

interface Upload {
  auth?: string;
  token?: string;
  /** The bytes whose hash is in the path. */
  named?: Uint8Array;
}

async function upload(whatsapp: Simulator, { auth = 'wrong', token, named = bytes }: Upload): Promise<Response> {
  const hash = createHash('sha256').update(named).digest('base64url');
  const query = new URLSearchParams({ token: token ?? hash, ...(auth && { auth }) }).toString();
  return fetch(`http://${whatsapp.mediaHost}/mms/image/${hash}?${query}`, { method: 'POST', body: bytes });
}

it('accepts an upload only with a pass and the right hash, and serves it only at its direct path', async () => {
  await using whatsapp = await startQuickSimulator();
  await using client = new BaileysClient(whatsapp);
  await client.pairWith(whatsapp.phone(SHOP));
  const { auth } = await client.sock!.refreshMediaConn();

  const answers = await Promise.all([
    upload(whatsapp, { auth: '' }),
    upload(whatsapp, { auth: 'wrong' }),
    upload(whatsapp, { auth, named: Buffer.from('something else') }),
    upload(whatsapp, { auth, token: 'wrong' }),
    upload(whatsapp, { auth }),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([401, 401, 400, 400, 200]);
  expect(await answers[2].json()).toEqual({
    error: { code: 400, message: 'The hash in the path is not that of the file.' },
  });
  expect(whatsapp.stats().uploadsFromClients).toBe(1);
  const { url, direct_path } = (await answers[4].json()) as Record<string, string>;
  expect(url).toBe(`https://mmg.whatsapp.net${direct_path}`);

  const get = (path: string, range?: string) =>
    fetch(`http://${whatsapp.mediaHost}${path}`, range ? { headers: { range } } : {});
  const whole = await get(direct_path!);
  expect(whole.headers.get('content-length')).toBe('100001');
  expect(Buffer.from(await whole.arrayBuffer()).equals(bytes)).toBe(true);
  const part = await get(direct_path!, 'bytes=100000-');
  expect([part.status, part.headers.get('content-range')]).toEqual([206, 'bytes 100000-100000/100001']);
  expect(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(100_000))).toBe(true);
  const refused = await Promise.all([
    get(direct_path!, 'bytes=100001-'),
    get('/v/other'),
    get(direct_path!.split('?')[0]!),
  ]);
  expect(refused.map(({ status }) => status)).toEqual([416, 404, 404]);
});

it.each([
  ['its fileLength is not 100001.', { fileLength: 5 }],
  ['its fileSha256 is not that of the plain file.', { fileSha256: Buffer.alloc(32) }],
  ['its fileEncSha256 is not that of the file.', { fileEncSha256: Buffer.alloc(32) }],
  ['its MAC is wrong for its key and the kind image.', { mediaKey: Buffer.alloc(32) }],
  ['its key does not have 32 bytes.', { mediaKey: Buffer.alloc(31) }],
  ['it has no direct path.', { directPath: '' }],
  ['it is not on the media server.', { directPath: '/v/other' }],
])('does not download a file when %s', async (what, fields) => {
  await using whatsapp = await startQuickSimulator();
  const bea = whatsapp.phone(SHOP);
  await whatsapp.phone(ANA).sendMedia(SHOP, { kind: 'image', bytes, fields });

  await expect(bea.media(await bea.next())).rejects.toThrow(`The media of this message cannot be read: ${what}`);
});

it('finds no file in a text', async () => {
  await using whatsapp = await startQuickSimulator();
  const bea = whatsapp.phone(SHOP);
  await whatsapp.phone(ANA).sendText(SHOP, 'hola');

  await expect(bea.media(await bea.next())).rejects.toThrow('there is none in it.');
});
