import request from 'supertest';
import { CONNECTED, startApi } from './support.ts';

const MP3 = Buffer.from('ID3 sound').toString('base64');
const NOTE = { type: 'voice', number: '5491234567890', file: { base64: MP3 } };

const post = (body: object) => request(startApi().app).post(`/sessions/${CONNECTED}/messages`).send(body);

it('a file that needs ffmpeg is refused where there is none, and only when a conversion was asked for', async () => {
  const { status, body } = await post({ ...NOTE, convert: true });

  expect({ status, body: body as unknown }).toMatchObject({ status: 422, body: { error: 'conversion_unavailable' } });
  expect((await post(NOTE)).status).toBe(200);
});

it('a file that fits already is not converted, and some types never are', async () => {
  const ogg = { ...NOTE.file, mimetype: 'audio/ogg' };

  expect((await post({ ...NOTE, file: ogg, convert: true })).status).toBe(200);
  expect((await post({ ...NOTE, type: 'audio', convert: true })).body).toMatchObject({ error: 'invalid_body' });
});

it('a picture that cannot be read becomes no sticker', async () => {
  const file = { base64: Buffer.from('\x89PNG\r\n\x1a\nno picture', 'latin1').toString('base64') };

  expect((await post({ ...NOTE, type: 'sticker', file })).body).toMatchObject({ error: 'unsupported_media' });
});
