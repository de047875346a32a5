import request from 'supertest';
import { CONNECTED, startApi } from './support.ts';

const PATH = `/sessions/${CONNECTED}/scheduled-messages`;
const TEXT = { type: 'text', number: '5491234567890', text: 'hola' };
const AT = '2027-01-15T10:30:00Z';

function post(body: object, headers: Record<string, string> = {}) {
  const api = startApi();
  return { api, sent: request(api.app).post(PATH).set(headers).send(body) };
}

describe('a message to be sent later', () => {
  it('is kept as it was requested, and answered with the id under which it is sent', async () => {
    const { api, sent } = post({ send_at: AT, message: TEXT }, { 'Idempotency-Key': 'turno-7' });

    const { status, body } = await sent;

    const [{ messageId, ...kept }] = api.scheduled.requests as [(typeof api.scheduled.requests)[0]];
    expect(kept).toEqual({ body: JSON.stringify(TEXT), sendAtMs: Date.parse(AT), ownId: undefined });
    expect({ status, body: body as unknown }).toMatchObject({
      status: 200,
      body: {
        success: true,
        data: { messageId, sendAt: '2027-01-15T10:30:00.000Z', state: 'scheduled', message: TEXT },
      },
    });
  });

  it.each<[string, object, string]>([
    ['a time that is none', { send_at: 'mañana', message: TEXT }, 'invalid_body'],
    ['no message', { send_at: AT }, 'invalid_body'],
    ['a message without a number', { send_at: AT, message: { ...TEXT, number: 'x' } }, 'invalid_number'],
    ['a message without a text', { send_at: AT, message: { ...TEXT, text: ' ' } }, 'invalid_message'],
    ['a type that is not shown', { send_at: AT, message: { ...TEXT, type: 'template' } }, 'message_type_not_shown'],
    [
      'a file in base64',
      { send_at: AT, message: { ...TEXT, type: 'image', file: { base64: 'aGk=' } } },
      'invalid_file',
    ],
    [
      'a file on this machine',
      { send_at: AT, message: { ...TEXT, type: 'image', file: { url: 'http://10.0.0.1/a.png' } } },
      'url_not_allowed',
    ],
  ])('is refused with %s', async (_, body, error) => {
    const { api, sent } = post(body);

    expect((await sent).body).toMatchObject({ success: false, error });
    expect(api.scheduled.requests).toEqual([]);
  });
});
