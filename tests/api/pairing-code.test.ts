import request from 'supertest';
import { answerTo, CONNECTED, PAIRING, PAIRING_BY_CODE, startApi } from './support.ts';

function ask(body: unknown, api = startApi()) {
  return answerTo(
    request(api.app)
      .post('/sessions/pairing-code')
      .send(body as object),
  );
}

describe('POST /sessions/pairing-code', () => {
  it.each(['5491234567890', '+54 9 (123) 456-7890', 5491234567890])(
    'returns the pairing code for %s',
    async (number) => {
      const { status, body } = await ask({ number });
      expect(status).toBe(200);
      expect(body).toEqual({
        success: true,
        sessionId: PAIRING_BY_CODE,
        code: 'ABCD1234',
        formatted: 'ABCD-1234',
        expiresAt: '2024-01-15T10:33:00.000Z',
      });
    },
  );

  it.each([
    ['nothing', {}],
    ['too short', { number: '12345' }],
    ['letters', { number: 'my phone' }],
    ['a leading zero', { number: '0111555666' }],
    ['an address', { number: '5491234567890@s.whatsapp.net' }],
    ['a fraction', { number: 549123456789.5 }],
    ['a list', { number: ['5491234567890'] }],
    ['null', { number: null }],
  ])('refuses an invalid phone number: %s', async (_what, sent) => {
    const { status, body } = await ask(sent);
    expect(status).toBe(400);
    expect(body).toMatchObject({ success: false, error: 'invalid_number' });
  });

  it('refuses a body that is not an object', async () => {
    expect(await ask([])).toMatchObject({ status: 400, body: { success: false, error: 'invalid_body' } });
  });

  it('is not mistaken for a session id', async () => {
    const { app } = startApi();
    expect(await answerTo(request(app).get('/sessions/pairing-code'))).toMatchObject({
      status: 404,
      body: { error: 'session_not_found' },
    });
  });
});

describe('GET /sessions/:sessionId/pairing-code', () => {
  it('returns the current code', async () => {
    const { app } = startApi();
    const { status, body } = await answerTo(request(app).get(`/sessions/${PAIRING_BY_CODE}/pairing-code`));
    expect([status, body]).toEqual([200, expect.objectContaining({ sessionId: PAIRING_BY_CODE, code: 'ABCD1234' })]);
  });

  it.each([
    [CONNECTED, 409, 'session_not_pairing'],
    [PAIRING, 409, 'session_not_pairing'],
    ['session_1_unknown00', 404, 'session_not_found'],
    ['no id', 404, 'session_not_found'],
  ])('refuses for %s: %d %s', async (sessionId, status, error) => {
    const { app } = startApi();
    expect(await answerTo(request(app).get(`/sessions/${sessionId}/pairing-code`))).toMatchObject({
      status,
      body: { success: false, error },
    });
  });
});
