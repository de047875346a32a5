import request from 'supertest';
import { ERRORS } from '../../src/domain/errors.ts';
import { answerTo, CONNECTED, startApi } from './support.ts';

const PATH = `/sessions/${CONNECTED}/send-message`;

describe('POST /sessions/:sessionId/send-message', () => {
  it('sends the text and reports the result', async () => {
    const { app, sessions } = startApi();
    const { status, body } = await answerTo(
      request(app).post(PATH).send({ number: '5491234567890', message: ' ¿Cómo estás? ' }),
    );
    expect(status).toBe(200);
    expect(body).toEqual({ success: true, messageId: '3EB01', status: 'sent', to: '5491234567890@s.whatsapp.net' });
    expect(sessions.sent).toEqual([
      {
        sessionId: CONNECTED,
        to: { kind: 'number', number: '5491234567890' },
        content: { type: 'text', text: ' ¿Cómo estás? ' },
        replyTo: null,
        mentions: [],
      },
    ]);
  });

  it('passes on the request id', async () => {
    const { app, sessions } = startApi();
    const text = { number: '5491234567890', message: 'hola' };
    await request(app)
      .post(PATH)
      .set('X-Request-Id', 'order-1')
      .send(text)
      .expect(200)
      .expect('X-Request-Id', 'order-1');
    const { headers } = await request(app)
      .post(`/sessions/${CONNECTED}/messages`)
      .send({ type: 'text', number: text.number, text: 'hola' });
    expect(sessions.requestIds).toEqual(['order-1', (headers as Record<string, string>)['x-request-id']]);
  });

  it.each([
    ['formatted', '+54 9 (123) 456-7890', { kind: 'number', number: '5491234567890' }],
    ['a JSON number', 5491234567890, { kind: 'number', number: '5491234567890' }],
    ['a group', '120363012345678901@g.us', { kind: 'jid', jid: '120363012345678901@g.us' }],
    ['a LID', '123456789012345@lid', { kind: 'jid', jid: '123456789012345@lid' }],
  ])('accepts a number that is %s', async (_name, number, to) => {
    const { app, sessions } = startApi();
    await request(app).post(PATH).send({ number, message: 'hola' }).expect(200);
    expect(sessions.sent).toMatchObject([{ to }]);
  });

  it.each([
    ['missing', undefined],
    ['null', null],
    ['empty', ''],
    ['words', 'Ana'],
    ['too short', '123'],
    ['a fraction', 549123456.5],
    ['negative', -5491234567890],
    ['beyond the precision of JSON', 5e20],
    ['a list', ['5491234567890']],
    ['an object', { digits: '5491234567890' }],
    ['an e-mail address', 'ana@example.org'],
  ])('refuses a number that is %s', async (_name, number) => {
    const { app, sessions } = startApi();
    const answer = await request(app).post(PATH).send({ number, message: 'hola' });
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual({
      success: false,
      error: 'invalid_number',
      message: ERRORS.invalid_number,
      field: 'number',
    });
    expect(sessions.sent).toEqual([]);
  });

  it.each([
    ['missing', undefined],
    ['null', null],
    ['empty', ''],
    ['blank', ' \n\t\u00a0'],
    ['a number', 42],
    ['an object', { text: 'hola' }],
    ['too long by one', 'a'.repeat(65_537)],
  ])('refuses a message that is %s', async (_name, message) => {
    const { app, sessions } = startApi();
    const answer = await request(app).post(PATH).send({ number: '5491234567890', message });
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual({
      success: false,
      error: 'invalid_message',
      message: ERRORS.invalid_message,
      field: 'message',
    });
    expect(sessions.sent).toEqual([]);
  });

  it.each([
    ['plain', 'a'.repeat(65_536), (json: string) => json],
    ['escaped', 'á'.repeat(65_536), (json: string) => json.replaceAll('á', '\\u00e1')],
    ['of emojis, escaped', '👋'.repeat(32_768), (json: string) => json.replaceAll('👋', '\\ud83d\\udc4b')],
  ])('accepts the longest message, %s', async (_name, message, escaped) => {
    const { app, sessions } = startApi();
    const body = escaped(JSON.stringify({ number: '5491234567890', message }));
    await request(app).post(PATH).type('json').send(body).expect(200);
    expect(sessions.sent[0]?.content).toEqual({ type: 'text', text: message });
  });

  it('replaces half an emoji, which UTF-8 cannot encode', async () => {
    const { app, sessions } = startApi();
    const body = '{"number":"5491234567890","message":"hola \\ud83d"}';
    await request(app).post(PATH).type('json').send(body).expect(200);
    expect(sessions.sent[0]?.content).toEqual({ type: 'text', text: 'hola \ufffd' });
  });
});
