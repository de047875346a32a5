import request from 'supertest';
import { startApi } from './support.ts';

const URL = 'https://shop.example.com/';

/** The refusal of a body of `POST /webhooks`. */
async function refusal(body: object): Promise<string> {
  const { app } = startApi();
  const { status, body: answer } = await request(app).post('/webhooks').send(body);
  expect({ status, error: answer.error as string }).toEqual({ status: 400, error: 'invalid_body' });
  return answer.message as string;
}

describe('webhooks over REST', () => {
  it.each([
    ['no URL', {}, 'url'],
    ['a long URL', { url: `https://x.example/${'x'.repeat(2_048)}` }, 'at most 2048'],
    ['an unknown event', { url: URL, events: ['everything'] }, 'message-received'],
    ['no event', { url: URL, events: [] }, 'at least one'],
    ['a malformed session', { url: URL, sessions: ['../x'] }, 'sessions'],
    ['a long name', { url: URL, name: 'x'.repeat(101) }, 'at most 100'],
    ['a name that commands a terminal', { url: URL, name: '\u001b[2J' }, 'printable'],
    ['a header that is ours', { url: URL, headers: { 'Webhook-Signature': 'v1' } }, 'webhook-'],
    ['a header of the connection', { url: URL, headers: { 'Transfer-Encoding': 'chunked' } }, 'connection'],
    ['a header that ends the request', { url: URL, headers: { 'x-a': 'b\r\nhost: c' } }, 'printable ASCII'],
    ['a header without a name', { url: URL, headers: { '': 'x' } }, 'headers'],
    [
      'too many headers',
      { url: URL, headers: Object.fromEntries([...Array(21).keys()].map((at) => [`h${at}`, ''])) },
      '20',
    ],
    ['a secret that is too short', { url: URL, secret: 'whsec_YQ==' }, 'whsec_'],
    ['a secret that is no base64', { url: URL, secret: 'whsec_????????????????????????????????' }, 'whsec_'],
    ['"paused" as a text', { url: URL, paused: 'yes' }, 'true or false'],
  ])('refuse %s', async (_what, body, sentence) => {
    expect(await refusal(body)).toContain(sentence);
  });

  it('show a secret once, and of headers the names only', async () => {
    const { app } = startApi();
    const { body } = await request(app)
      .post('/webhooks')
      .send({ url: URL, headers: { Authorization: 'Bearer secreto' } });
    expect(body.secret).toMatch(/^whsec_[A-Za-z0-9+/]{32}$/);
    expect(body.data).toMatchObject({
      url: URL,
      headers: ['Authorization'],
      events: null,
      sessions: null,
      paused: false,
    });
    expect(JSON.stringify(body)).not.toContain('secreto');
    const given = `whsec_${Buffer.alloc(24, 1).toString('base64')}`;
    expect((await request(app).post('/webhooks').send({ url: URL, secret: given })).body.secret).toBe(given);
  });

  it('are changed field by field', async () => {
    const { app } = startApi();
    const path = '/webhooks/sub_4f7k2m9q1x8z3c6v';
    const { body } = await request(app).patch(path).send({ paused: true });
    expect(body.data).toMatchObject({ paused: true, url: URL });
    expect((await request(app).patch(path).send({})).body.data).toMatchObject({ paused: false });
  });
});
