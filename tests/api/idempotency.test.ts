import request from 'supertest';
import { AppError, ERRORS, type ErrorCode } from '../../src/domain/errors.ts';
import { CONNECTED, id, startApi, viewOf } from './support.ts';

const OTHER = id('session_1705312200789_mno789pqr');
const HOLA = { number: '5491234567890', message: 'hola' };

interface Sent {
  key: string;
  body?: object;
  sessionId?: string;
}

function startSending() {
  const api = startApi();
  api.sessions.views.set(OTHER, viewOf(OTHER, 'connected'));
  const send = ({ key, body = HOLA, sessionId = CONNECTED }: Sent) =>
    request(api.app).post(`/sessions/${sessionId}/send-message`).set('Idempotency-Key', key).send(body);
  return { ...api, send };
}

describe('Idempotency-Key', () => {
  it('gives a repeated request the first answer, and sends once', async () => {
    const { send, sessions } = startSending();
    const first = await send({ key: 'order-1' });
    const second = await send({ key: 'order-1' });
    expect(first.status).toBe(200);
    expect(first.headers).not.toHaveProperty('idempotency-replayed');
    expect(second.status).toBe(200);
    expect(second.body).toEqual(first.body);
    expect(second.headers['idempotency-replayed']).toBe('true');
    expect(sessions.sent).toHaveLength(1);
  });

  it('outlives the server: the answer is in the store', async () => {
    const { send, answers } = startSending();
    const first = await send({ key: 'order-1' });
    const next = startApi({ answers });
    const again = await request(next.app)
      .post(`/sessions/${CONNECTED}/send-message`)
      .set('Idempotency-Key', 'order-1')
      .send(HOLA);
    expect(again.body).toEqual(first.body);
    expect(next.sessions.sent).toEqual([]);
  });

  it('does not matter how the same request is written', async () => {
    const { send, sessions } = startSending();
    await send({ key: 'order-1', body: { message: 'hola', number: '+54 9 123 456-7890' } }).expect(200);
    await send({ key: 'order-1', body: { number: 5491234567890, message: 'hola' } }).expect(200);
    expect(sessions.sent).toHaveLength(1);
  });

  it.each([
    ['another text', { ...HOLA, message: 'adiós' }],
    ['another number', { ...HOLA, number: '5491234567891' }],
  ])('refuses the same key with %s', async (_what, body) => {
    const { send, sessions } = startSending();
    await send({ key: 'order-1' }).expect(200);
    await send({ key: 'order-1', body }).expect(422, /idempotency_mismatch/);
    expect(sessions.sent).toHaveLength(1);
  });

  it('counts within its session', async () => {
    const { send, sessions } = startSending();
    await send({ key: 'order-1' }).expect(200);
    const other = await send({ key: 'order-1', sessionId: OTHER }).expect(200);
    expect(other.headers).not.toHaveProperty('idempotency-replayed');
    expect(sessions.sent.map((sent) => sent.sessionId)).toEqual([CONNECTED, OTHER]);
  });

  it('another key, or none, is another message', async () => {
    const { app, send, sessions } = startSending();
    await send({ key: 'order-1' }).expect(200);
    await send({ key: 'order-2' }).expect(200);
    await request(app).post(`/sessions/${CONNECTED}/send-message`).send(HOLA).expect(200);
    await request(app).post(`/sessions/${CONNECTED}/send-message`).send(HOLA).expect(200);
    expect(sessions.sent).toHaveLength(4);
  });

  it('of ten that come together one is sent, and the others hear that it is', async () => {
    const { send, sessions } = startSending();
    const whatsapp = Promise.withResolvers<'acknowledged'>();
    sessions.hold = whatsapp.promise;
    const answers = Array.from({ length: 10 }, () => send({ key: 'order-1' }).then((answer) => answer.status));
    const refused: number[] = [];
    await new Promise<void>((resolve) => {
      for (const answer of answers) {
        void answer.then((status) => {
          refused.push(status);
          if (refused.length === 9) resolve();
        });
      }
    });
    expect(refused).toEqual(Array<number>(9).fill(409));
    await send({ key: 'order-1' }).expect(409, /idempotency_in_progress/);
    await send({ key: 'order-1', body: { ...HOLA, message: 'adiós' } }).expect(422, /idempotency_mismatch/);
    whatsapp.resolve('acknowledged');
    expect((await Promise.all(answers)).sort()).toEqual([200, ...Array<number>(9).fill(409)]);
    expect(sessions.sent).toHaveLength(1);
    await send({ key: 'order-1' }).expect(200).expect('Idempotency-Replayed', 'true');
  });

  const FINAL = ['number_not_on_whatsapp', 'account_restricted', 'message_refused'] as const;
  it.each(FINAL)('keeps WhatsApp’s refusal %s, with its sentence', async (code) => {
    const { send, sessions } = startSending();
    sessions.failure = new AppError(code, { message: 'Because WhatsApp says so.' });
    const first = await send({ key: 'order-1' });
    sessions.failure = undefined;
    const second = await send({ key: 'order-1' });
    expect(second.status).toBe(ERRORS[code].status);
    expect(second.body).toEqual({ success: false, error: code, message: 'Because WhatsApp says so.' });
    expect(second.body).toEqual(first.body);
    expect(second.headers['idempotency-replayed']).toBe('true');
    expect(sessions.sent).toHaveLength(1);
  });

  const PASSING: ErrorCode[] = [
    'session_not_connected',
    'rate_limited',
    'storage_unavailable',
    'whatsapp_timeout',
    'shutting_down',
  ];
  it.each(PASSING)('lets a later try work after %s', async (code) => {
    const { send, sessions } = startSending();
    sessions.failure = new AppError(code);
    await send({ key: 'order-1' }).expect(ERRORS[code].status);
    sessions.failure = undefined;
    const second = await send({ key: 'order-1' }).expect(200);
    expect(second.headers).not.toHaveProperty('idempotency-replayed');
  });

  it('lets a later try work after a failure of ours', async () => {
    const { send, sessions } = startSending();
    sessions.failure = new Error('broken');
    await send({ key: 'order-1' }).expect(500, /internal_error/);
    sessions.failure = undefined;
    await send({ key: 'order-1' }).expect(200);
  });

  it('is not used up by a request of the wrong form', async () => {
    const { send, answers } = startSending();
    await send({ key: 'order-1', body: { ...HOLA, message: '' } }).expect(400, /invalid_message/);
    await send({ key: 'order-1', sessionId: 'session_1_unknown00' }).expect(404, /session_not_found/);
    expect(answers.answers.size).toBe(0);
    await send({ key: 'order-1' }).expect(200);
  });

  it.each([
    ['empty', ''],
    ['too long', 'k'.repeat(256)],
    ['not printable', 'clave\u00f1'],
  ])('refuses a key that is %s', async (_what, key) => {
    const { send, sessions } = startSending();
    await send({ key }).expect(400, /invalid_idempotency_key/);
    expect(sessions.sent).toEqual([]);
  });

  it('takes the longest key', async () => {
    const { send } = startSending();
    await send({ key: 'k'.repeat(255) }).expect(200);
  });

  it('tells of a message that is gone, also when the answer cannot be kept', async () => {
    const { send, answers, lines } = startSending();
    answers.failure = new Error('the disk is full');
    await send({ key: 'order-1' }).expect(200, /"status":"sent"/);
    expect(lines).toContainEqual(
      expect.objectContaining({ level: 50, msg: 'an answer could not be kept for a repeated request' }),
    );
  });

  it('does not matter elsewhere', async () => {
    const { app, sessions } = startSending();
    const restart = () => request(app).post(`/sessions/${CONNECTED}/restart`).set('Idempotency-Key', 'order-1');
    await restart().expect(200);
    await restart().expect(200);
    expect(sessions.restarted).toHaveLength(2);
  });
});
