import request from 'supertest';
import { answerTo, CONNECTED, PAIRING, startApi, viewOf } from './support.ts';

const PNG = /^data:image\/png;base64,iVBORw0KGgo/;

describe('GET /generate-qr', () => {
  it('returns the five fields of the seed', async () => {
    const { app } = startApi();
    const { status, body } = await answerTo(request(app).get('/generate-qr'));
    expect(status).toBe(200);
    expect(body).toEqual({
      success: true,
      sessionId: 'session_1705314600000_made00001',
      qr: expect.stringMatching(PNG) as string,
      qrText: '2@session_1705314600000_made00001,a,b,c,1',
      message: 'QR generado. Escanea con WhatsApp para conectar.',
    });
  });

  it('creates a session for each call', async () => {
    const { app, sessions } = startApi();
    const answers = await Promise.all([request(app).get('/generate-qr'), request(app).get('/generate-qr')]);
    const ids = answers.map(({ body }) => (body as { sessionId: string }).sessionId);
    expect(new Set(ids).size).toBe(2);
    expect([...sessions.records.keys()]).toEqual(expect.arrayContaining(ids));
  });
});

describe('GET /sessions', () => {
  it('lists all sessions', async () => {
    const { app } = startApi();
    const { status, body } = await answerTo(request(app).get('/sessions'));
    expect(status).toBe(200);
    expect(body).toEqual({ success: true, data: [viewOf(CONNECTED, 'connected'), viewOf(PAIRING, 'connecting')] });
  });
});

describe('GET /sessions/:sessionId/timeline', () => {
  it('returns the history of the session', async () => {
    const { app } = startApi();
    const { status, body } = await answerTo(request(app).get(`/sessions/${CONNECTED}/timeline`));
    expect(status).toBe(200);
    expect(body).toEqual({ success: true, data: [{ at: '2024-01-15T10:30:00.000Z', what: 'created', why: null }] });
  });
});

describe('GET /sessions/:sessionId/risk', () => {
  it('returns the level with its reasons, and what they follow from', async () => {
    const { app } = startApi();
    const { status, body } = await answerTo(request(app).get(`/sessions/${CONNECTED}/risk`));
    expect(status).toBe(200);
    expect(body).toMatchObject({
      success: true,
      data: {
        session_id: CONNECTED,
        level: 'high',
        reasons: [
          { code: 'restricted', level: 'high', message: expect.stringContaining('Leave it alone') as string },
          { code: 'few_answers', level: 'medium' },
        ],
        linked_since: '2024-01-15T10:30:00.000Z',
        conversations: { begun_last_day: 4, begun_last_week: 12, answered_last_week: 2, answered_share: 0.17 },
        messages: { last_hour: 18, last_day: 140 },
        refusals: [{ day: '2024-01-15', code: '463', count: 2 }],
        account_restricted: true,
        restricted_until: '2024-01-15T11:30:00.000Z',
        new_chat_cap: { limit: 40, used: 12, resets_at: null },
        limits: [{ setting: 'NEW_CONVERSATIONS_DAY', limit: 10, used: 4, why: 'The warm-up plan.' }],
        warm_up: {
          day: 3,
          budget: 10,
          used: 4,
          plan: [{ from_day: 1, per_day: 10 }],
        },
        slowdown: { divisor: 4, faster_at: '2024-01-15T10:31:00.000Z' },
      },
    });
  });

  it('refuses an unknown session', async () => {
    const { app } = startApi();
    const { status, body } = await answerTo(request(app).get('/sessions/session_1_unknown00/risk'));
    expect(status).toBe(404);
    expect(body).toMatchObject({ error: 'session_not_found' });
  });
});

describe('GET /sessions/:sessionId', () => {
  it('returns one session with the names of the seed’s table', async () => {
    const { app } = startApi();
    const { status, body } = await answerTo(request(app).get(`/sessions/${CONNECTED}`));
    expect(status).toBe(200);
    expect(body).toEqual({ success: true, data: viewOf(CONNECTED, 'connected') });
  });

  it('refuses an unknown one', async () => {
    const { app } = startApi();
    const { status, body } = await answerTo(request(app).get('/sessions/session_1_unknown00'));
    expect(status).toBe(404);
    expect(body).toEqual({
      success: false,
      error: 'session_not_found',
      message: 'There is no session with this id.',
    });
  });
});

describe('GET /sessions/:sessionId/qr', () => {
  it('returns the current QR and its expiry', async () => {
    const { app } = startApi();
    const { status, body } = await answerTo(request(app).get(`/sessions/${PAIRING}/qr`));
    expect(status).toBe(200);
    expect(body).toEqual({
      success: true,
      sessionId: PAIRING,
      qr: expect.stringMatching(PNG) as string,
      qrText: `2@${PAIRING},a,b,c,1`,
      expiresAt: '2024-01-15T10:31:00.000Z',
    });
  });

  it.each([
    [CONNECTED, 409, 'session_not_pairing'],
    ['session_1_unknown00', 404, 'session_not_found'],
  ])('refuses %s', async (sessionId, status, code) => {
    const { app } = startApi();
    const answer = await request(app).get(`/sessions/${sessionId}/qr`);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ success: false, error: code });
  });
});

describe('POST /sessions/:sessionId/restart', () => {
  it('restarts the session and returns it, without a body', async () => {
    const { app, sessions } = startApi();
    const { status, body } = await answerTo(request(app).post(`/sessions/${CONNECTED}/restart`));
    expect(status).toBe(200);
    expect(body).toEqual({ success: true, data: viewOf(CONNECTED, 'connected') });
    expect(sessions.restarted).toEqual([CONNECTED]);
  });

  it('ignores any body', async () => {
    const { app, sessions } = startApi();
    await request(app).post(`/sessions/${CONNECTED}/restart`).type('text/plain').send('{').expect(200);
    expect(sessions.restarted).toEqual([CONNECTED]);
  });
});

describe('DELETE /sessions/:sessionId', () => {
  it('removes the session, once', async () => {
    const { app, sessions } = startApi();
    const { status, body } = await answerTo(request(app).delete(`/sessions/${CONNECTED}`));
    expect(status).toBe(200);
    expect(body).toEqual({ success: true });
    expect([...sessions.records.keys()]).toEqual([PAIRING]);
    await request(app)
      .delete(`/sessions/${CONNECTED}`)
      .expect(404, /session_not_found/);
  });
});
