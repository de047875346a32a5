import request from 'supertest';
import { AppError, ERRORS, type ErrorCode } from '../../src/domain/errors.ts';
import { answerTo, CONNECTED, PAIRING, startApi } from './support.ts';

const READ = `/sessions/${CONNECTED}/read`;
const PRESENCE = `/sessions/${CONNECTED}/presence`;
const LINE_ERRORS = [
  ...['session_not_connected', 'not_allowed', 'whatsapp_refused', 'rate_limited', 'whatsapp_timeout'],
] as ErrorCode[];

describe.each([
  [READ, { messageIds: ['3EB01'] }, [...LINE_ERRORS, 'message_not_found']],
  [PRESENCE, { state: 'available' }, [...LINE_ERRORS, 'number_not_on_whatsapp']],
] as [string, object, ErrorCode[]][])('POST %s', (path, body, codes) => {
  it.each(codes)('passes on the refusal %s', async (code) => {
    const { app, sessions } = startApi();
    sessions.failure = new AppError(code, { message: 'Because WhatsApp says so.' });
    const answer = await answerTo(request(app).post(path).send(body));
    expect(answer.status).toBe(ERRORS[code].status);
    expect(answer.body).toEqual({ success: false, error: code, message: 'Because WhatsApp says so.' });
  });

  it('refuses a session that is not connected, and one that is unknown', async () => {
    const { app } = startApi();
    await request(app)
      .post(path.replace(CONNECTED, PAIRING))
      .send(body)
      .expect(409, /session_not_connected/);
    await request(app)
      .post(path.replace(CONNECTED, 'session_1_unknown00'))
      .send(body)
      .expect(404, /session_not_found/);
  });
});

it('asks for each message once', async () => {
  const { app, sessions } = startApi();
  const { body } = await answerTo(
    request(app)
      .post(READ)
      .send({ messageIds: ['B', 'A', 'B'] }),
  );
  expect(body).toEqual({ success: true, read: ['B', 'A'], unknown: [] });
  expect(sessions.onLine.asked).toEqual([['markRead', ['B', 'A']]]);
});

it.each([
  [{ state: 'available', to: 'ignored' }, ['show', 'available']],
  [{ state: 'unavailable' }, ['show', 'unavailable']],
  [{ state: 'paused', to: 5491122334455 }, ['type', { kind: 'number', number: '5491122334455' }, 'paused']],
  [{ state: 'recording', to: '111111@g.us' }, ['type', { kind: 'jid', jid: '111111@g.us' }, 'recording']],
])('shows %j', async (body, asked) => {
  const { app, sessions } = startApi();
  await request(app).post(PRESENCE).send(body).expect(200, { success: true });
  expect(sessions.onLine.asked).toEqual([asked]);
});
