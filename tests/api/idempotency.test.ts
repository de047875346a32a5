import request from 'supertest';
import { AppError, type ErrorCode } from '../../src/domain/errors.ts';
import { ERROR_STATUS } from '../../src/http/responses/error-status.ts';
import { untilTrue } from '../harness/until.ts';
import { CONNECTED, id, recordOf, startApi } from './support.ts';

const OTHER = id('session_1705312200789_mno789pqr');
const HOLA = { number: '5491234567890', message: 'hola' };

interface Sent {
  key: string;
  body?: object;
  sessionId?: string;
}

function startSending() {
  const api = startApi();
  api.sessions.records.set(OTHER, recordOf(OTHER, 'connected'));
  const send = ({ key, body = HOLA, sessionId = CONNECTED }: Sent) =>
    request(api.app).post(`/sessions/${sessionId}/send-message`).set('Idempotency-Key', key).send(body);
  return { ...api, send };
}

describe('Idempotency-Key', () => {
  it('answers a repeated request with the first answer, and sends once', async () => {
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

  it('survives a restart: the answer is stored', async () => {
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

  it('keeps the id of its message when a crash leaves it without an answer, and only for the same request', async () => {
    const { send, answers, sessions } = startSending();
    await send({ key: 'order-1' });
    answers.answers.clear();
    await send({ key: 'order-1' });
    answers.answers.clear();
    await send({ key: 'order-1', body: { ...HOLA, message: 'adiós' } });
    await send({ key: 'order-2' });

    const ids = sessions.sent.map(({ messageId }) => messageId);
    expect(ids[1]).toBe(ids[0]);
    expect(new Set(ids).size).toBe(3);
    for (const each of ids) expect(each).toMatch(/^3EB0[0-9A-F]{18}$/);
  });

  it('recognizes the same request in another notation', async () => {
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

  it('is scoped to its session', async () => {
    const { send, sessions } = startSending();
    await send({ key: 'order-1' }).expect(200);
    const other = await send({ key: 'order-1', sessionId: OTHER }).expect(200);
    expect(other.headers).not.toHaveProperty('idempotency-replayed');
    expect(sessions.sent.map((sent) => sent.sessionId)).toEqual([CONNECTED, OTHER]);
  });

  it('treats requests with another key, or none, as different messages', async () => {
    const { app, send, sessions } = startSending();
    await send({ key: 'order-1' }).expect(200);
    await send({ key: 'order-2' }).expect(200);
    await request(app).post(`/sessions/${CONNECTED}/send-message`).send(HOLA).expect(200);
    await request(app).post(`/sessions/${CONNECTED}/send-message`).send(HOLA).expect(200);
    expect(sessions.sent).toHaveLength(4);
  });

  it('sends one of ten simultaneous requests, and refuses the others', async () => {
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
  it.each(FINAL)('stores WhatsApp’s refusal %s with its sentence', async (code) => {
    const { send, sessions } = startSending();
    sessions.failure = new AppError(code, { message: 'Because WhatsApp says so.' });
    const first = await send({ key: 'order-1' });
    sessions.failure = undefined;
    const second = await send({ key: 'order-1' });
    expect(second.status).toBe(ERROR_STATUS[code]);
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
  it.each(PASSING)('lets a retry succeed after %s', async (code) => {
    const { send, sessions } = startSending();
    sessions.failure = new AppError(code);
    await send({ key: 'order-1' }).expect(ERROR_STATUS[code]);
    sessions.failure = undefined;
    const second = await send({ key: 'order-1' }).expect(200);
    expect(second.headers).not.toHaveProperty('idempotency-replayed');
  });

  it('lets a retry succeed after an internal error', async () => {
    const { send, sessions } = startSending();
    sessions.failure = new Error('broken');
    await send({ key: 'order-1' }).expect(500, /internal_error/);
    sessions.failure = undefined;
    await send({ key: 'order-1' }).expect(200);
  });

  it('is not consumed by an invalid request', async () => {
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

  it('accepts the longest key', async () => {
    const { send } = startSending();
    await send({ key: 'k'.repeat(255) }).expect(200);
  });

  it('reports a sent message even if the answer cannot be stored', async () => {
    const { send, answers, lines } = startSending();
    answers.failure = new Error('the disk is full');
    await send({ key: 'order-1' }).expect(200, /"status":"sent"/);
    expect(lines).toContainEqual(
      expect.objectContaining({ level: 50, msg: 'the answer to an idempotent request could not be stored' }),
    );
  });

  it('reports a sent message after a moment even if the storage does not answer', async () => {
    const { send, answers, clock, sessions } = startSending();
    answers.isStalled = true;
    const answer = send({ key: 'order-1' }).then(({ status, text }) => ({ status, text }));
    await untilTrue(() => Promise.resolve(clock.hasTimer(1_000)));
    expect(sessions.sent).toHaveLength(1);
    clock.move(1_000);
    expect(await answer).toMatchObject({ status: 200, text: expect.stringContaining('"status":"sent"') });
    await send({ key: 'order-1' }).expect(409, /idempotency_in_progress/);
    expect(sessions.sent).toHaveLength(1);
  });

  it('has no effect on other routes', async () => {
    const { app, sessions } = startSending();
    const restart = () => request(app).post(`/sessions/${CONNECTED}/restart`).set('Idempotency-Key', 'order-1');
    await restart().expect(200);
    await restart().expect(200);
    expect(sessions.restarted).toHaveLength(2);
  });
});
