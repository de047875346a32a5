import { randomBytes } from 'node:crypto';
import { PageServer } from '../../harness/page-server.ts';
import type { Phone } from '../../../simulator/phones/phone.ts';
import type { ReceivedMessage } from '../../../simulator/phones/inbox.ts';
import type { Answer } from '../../harness/ask.ts';
import { startWorld, type World } from '../../harness/world.ts';

const ACCOUNT = '5491234567890';
const PERSON = '5490987654321';
const MiB = 1024 * 1024;

/** Signatures that identify the type of a file. */
const PNG = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
const WEBP = Buffer.from('RIFF\x10\x00\x00\x00WEBPVP8 ', 'latin1');
const MP3 = Buffer.from('ID3', 'latin1');
const MP4 = Buffer.from('\x00\x00\x00\x18ftypmp42', 'latin1');

/** A PNG signature and `size` random bytes. */
const picture = (size: number): Buffer => Buffer.concat([PNG, randomBytes(size)]);

/** A voice note of this duration: a first Ogg page, and a last one that says where it ends. */
function voiceNote(seconds: number): Buffer {
  const first = Buffer.alloc(64);
  first.write('OggS');
  first.write('OpusHead', 28);
  const last = Buffer.alloc(64);
  last.write('OggS');
  last.writeBigInt64LE(BigInt(seconds) * 48_000n, 6);
  return Buffer.concat([first, last]);
}

let site: PageServer;
let world: World;
let sessionId: string;
let person: Phone;
const served = new Map<string, Buffer>();

beforeAll(async () => {
  site = await PageServer.start((request, response) => {
    const bytes = served.get(request.url ?? '');
    response.writeHead(bytes ? 200 : 404, { 'content-type': 'image/png' }).end(bytes);
  });
  world = await startWorld({ environment: { MEDIA_URL_ALLOWED_HOSTS: site.host, MAX_MEDIA_BYTES: String(8 * MiB) } });
  ({ sessionId } = await world.link(world.whatsapp.phone(ACCOUNT)));
  person = world.whatsapp.phone(PERSON, 'Juan');
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await site[Symbol.asyncDispose]();
});

const path = () => `/sessions/${sessionId}/messages`;
const post = (body: Record<string, unknown>) => world.orchestrator.post(path(), { number: PERSON, ...body });

/** Sends a multipart form, as a browser or curl does. */
async function upload(fields: Record<string, string>, file: Blob, name: string): Promise<Answer> {
  const form = new FormData();
  for (const [field, text] of Object.entries({ number: PERSON, ...fields })) form.set(field, text);
  form.set('file', file, name);
  const answer = await fetch(world.orchestrator.url + path(), { method: 'POST', body: form });
  return { status: answer.status, body: await answer.json() } as Answer;
}

/** The message that the person receives, with its file as the phone decrypts it. */
async function arrived(answer: Answer): Promise<ReceivedMessage & { file: Buffer }> {
  expect(answer).toMatchObject({ status: 200, body: { success: true, status: 'sent' } });
  const received = await person.next(({ id }) => id === answer.body.messageId);
  return { ...received, file: await person.media(received) };
}

const inBase64 = (bytes: Buffer, facts: object = {}) => ({
  file: { base64: bytes.toString('base64'), ...facts },
});

describe('over the wire', () => {
  it.each([
    [
      'a picture with a caption',
      picture(3_000),
      { type: 'image', caption: 'la playa', width: 640, height: 480 },
      { imageMessage: { mimetype: 'image/png', caption: 'la playa', width: 640, height: 480 } },
    ],
    ['a video', MP4, { type: 'video', seconds: 7 }, { videoMessage: { mimetype: 'video/mp4', seconds: 7 } }],
    ['an audio file', MP3, { type: 'audio' }, { audioMessage: { mimetype: 'audio/mpeg' } }],
    [
      'a voice note with its duration',
      voiceNote(12),
      { type: 'voice' },
      { audioMessage: { mimetype: 'audio/ogg; codecs=opus', ptt: true, seconds: 12 } },
    ],
    ['a sticker', WEBP, { type: 'sticker' }, { stickerMessage: { mimetype: 'image/webp' } }],
    [
      'a document',
      Buffer.from('a,b\n1,2\n'),
      { type: 'document', caption: 'los datos' },
      { documentMessage: { mimetype: 'text/csv', caption: 'los datos', fileName: 'datos.csv', title: 'datos.csv' } },
    ],
  ])('%s arrives unchanged', async (_, bytes, body, message) => {
    const facts = body.type === 'document' ? { mimetype: 'text/csv', file_name: '../../etc/datos.csv' } : {};
    const received = await arrived(await post({ ...body, ...inBase64(bytes, facts) }));

    expect(received.message).toMatchObject(message);
    expect(received.file.equals(bytes)).toBe(true);
  });
});

describe('a file', () => {
  it.each([
    [1, Buffer.from('x')],
    [5 * MiB, picture(5 * MiB)],
  ])('of %d bytes may be uploaded as a form', async (_, bytes) => {
    const answer = await upload({ type: 'document', caption: 'toma' }, new Blob([new Uint8Array(bytes)]), 'algo.bin');

    const { file, message } = await arrived(answer);
    expect(file.equals(bytes)).toBe(true);
    expect(message.documentMessage).toMatchObject({ fileName: 'algo.bin', caption: 'toma' });
  });

  it('may be given by its URL', async () => {
    const bytes = picture(10_000);
    served.set('/foto.png?v=2', bytes);

    const { file, message } = await arrived(
      await post({ type: 'image', file: { url: `http://${site.host}/foto.png?v=2` }, caption: 'esta' }),
    );

    expect(file.equals(bytes)).toBe(true);
    expect(message.imageMessage).toMatchObject({ mimetype: 'image/png', caption: 'esta' });
  });

  it('may be a reply, be forwarded and get a new caption with a single upload', async () => {
    const questionId = await person.sendText(ACCOUNT, '¿fotos?');
    await world.backend.next(({ body }) => body.message_id === questionId);
    const bytes = picture(100);
    const first = await arrived(
      await post({ type: 'image', ...inBase64(bytes), caption: 'uno', reply_to: questionId }),
    );
    const { uploadsFromClients } = world.whatsapp.stats();

    const forward = await arrived(await post({ type: 'forward', message_id: first.id }));
    const edit = await post({ type: 'edit', message_id: first.id, text: 'dos' });
    const edited = await person.next(({ id }) => id === edit.body.messageId);

    expect(first.message.imageMessage?.contextInfo).toMatchObject({ stanzaId: questionId });
    expect(forward.file.equals(bytes)).toBe(true);
    expect(edited.message.protocolMessage?.editedMessage).toMatchObject({ imageMessage: { caption: 'dos' } });
    expect(world.whatsapp.stats().uploadsFromClients).toBe(uploadsFromClients);
  });

  it('is sent once when the request is repeated', async () => {
    const body = { number: PERSON, type: 'image', ...inBase64(picture(10)) };
    const headers = { 'idempotency-key': 'foto-1' };

    const first = await world.orchestrator.post(path(), body, headers);
    const second = await world.orchestrator.post(path(), body, headers);

    expect(second.body).toEqual(first.body);
    expect(await world.orchestrator.post(path(), { ...body, ...inBase64(picture(11)) }, headers)).toMatchObject({
      status: 422,
      body: { error: 'idempotency_mismatch' },
    });
  });
});

describe('the API refuses', () => {
  it.each([
    ['an audio file as a voice note', { type: 'voice', ...inBase64(MP3) }, 422, 'unsupported_media'],
    ['a picture as a sticker', { type: 'sticker', ...inBase64(PNG) }, 422, 'unsupported_media'],
    ['a picture as a video', { type: 'video', ...inBase64(PNG) }, 422, 'unsupported_media'],
    ['a text as a picture', { type: 'image', ...inBase64(Buffer.from('hola')) }, 422, 'unsupported_media'],
    ['a picture without its file', { type: 'image' }, 400, 'invalid_file'],
    ['a file that is not base64', { type: 'image', file: { base64: '¡hola!' } }, 400, 'invalid_file'],
    [
      'a caption that nobody would see',
      { type: 'voice', ...inBase64(voiceNote(1)), caption: 'oye' },
      400,
      'invalid_message',
    ],
    ['a duration that is not a number', { type: 'audio', ...inBase64(MP3), seconds: 'mucho' }, 400, 'invalid_body'],
    [
      'a URL with a private address',
      { type: 'image', file: { url: 'http://127.0.0.1:1/x.png' } },
      400,
      'url_not_allowed',
    ],
    ['a file that is too large', { type: 'document', ...inBase64(Buffer.alloc(8 * MiB + 1)) }, 413, 'file_too_large'],
  ])('%s', async (_, body, status, error) => {
    const { messagesFromClients, uploadsFromClients } = world.whatsapp.stats();

    expect(await post(body)).toMatchObject({ status, body: { success: false, error } });

    expect(world.whatsapp.stats()).toMatchObject({ messagesFromClients, uploadsFromClients });
  });

  it('a URL that has no file', async () => {
    const answer = await post({ type: 'image', file: { url: `http://${site.host}/nada.png` } });

    expect(answer.body).toMatchObject({ success: false, error: 'url_not_reachable' });
  });

  it.each(['upload-status', 'upload-cut'] as const)(
    'a file while the media host fails (%s), and sends it once the host recovers',
    async (fault) => {
      world.whatsapp.fault(fault, { ...(fault === 'upload-status' && { code: 503 }) });
      const body = { type: 'image', ...inBase64(picture(1_000)) };

      expect(await post(body)).toMatchObject({ status: 502, body: { success: false, error: 'media_not_uploaded' } });

      world.whatsapp.clearFaults();
      await arrived(await post(body));
    },
  );
});
