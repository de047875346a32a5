import request from 'supertest';
import { answerTo, CONNECTED, PAIRING, startApi } from './support.ts';

const SAID = { name: 'Tienda', labels: ['vip', 'madrid'], metadata: { customer: 4711, open: true, note: null } };

describe('what callers say of sessions', () => {
  it('is returned with the new session, with each session, and by label', async () => {
    const { app } = startApi();
    const created = await answerTo(request(app).post('/sessions').send(SAID));
    expect(created).toMatchObject({ status: 201, body: { success: true, data: { ...SAID, status: 'connecting' } } });
    await answerTo(
      request(app)
        .patch(`/sessions/${CONNECTED}`)
        .send({ labels: ['vip'] }),
    );
    const found = await answerTo(request(app).get('/sessions?label=vip'));
    expect(found.body).toMatchObject({ data: [{ sessionId: CONNECTED }, { name: 'Tienda' }] });
    const changed = await answerTo(request(app).patch(`/sessions/${CONNECTED}`).send({ name: ' ' }));
    expect(changed.body).toMatchObject({ data: { name: null, labels: ['vip'] } });
  });

  it('may be nothing, and may be a name alone for a new QR', async () => {
    const { app, sessions } = startApi();
    expect((await answerTo(request(app).post('/sessions').send({}))).status).toBe(201);
    await answerTo(request(app).get('/generate-qr?name=Caja'));
    expect([...sessions.records.values()].at(-1)?.profile?.name).toBe('Caja');
  });

  it('shows the proxy without its credentials', async () => {
    const { app } = startApi();
    const proxy = 'socks5://user:s3cret@proxy.example.com:1080';
    const { text, body } = await request(app).patch(`/sessions/${CONNECTED}`).send({ proxy });
    expect(body).toMatchObject({ data: { proxy: 'socks5://***@proxy.example.com:1080' } });
    expect(text).not.toContain('s3cret');
  });

  it('may have a warm-up of their own', async () => {
    const { app, sessions } = startApi();
    const stages = [
      { from_day: 1, per_day: 3 },
      { from_day: 15, per_day: null },
    ];
    for (const warm_up of [stages, true, false, null]) {
      const { body } = await answerTo(request(app).patch(`/sessions/${CONNECTED}`).send({ warm_up }));
      expect(body).toMatchObject({ data: { warm_up } });
    }
    const { body } = await answerTo(request(app).post('/sessions').send({ warm_up: stages }));
    expect(body).toMatchObject({ data: { warm_up: stages } });
    const plan = [
      { fromDay: 1, perDay: 3 },
      { fromDay: 15, perDay: null },
    ];
    expect([...sessions.records.values()].at(-1)?.profile?.warmUp).toEqual(plan);
  });

  it.each([
    ['name', 'x'.repeat(101)],
    ['name', 'con\u0007trol'],
    ['name', 7],
    ['labels', 'vip'],
    ['labels', ['']],
    ['labels', ['a', 'a']],
    ['labels', Array.from({ length: 21 }, (_, at) => String(at))],
    ['labels', ['x'.repeat(51)]],
    ['metadata', []],
    ['metadata', { 'with space': 1 }],
    ['metadata', { nested: {} }],
    ['metadata', { long: 'x'.repeat(4_100) }],
    ['metadata', Object.fromEntries(Array.from({ length: 51 }, (_, at) => [`k${at}`, 1]))],
    ['device_name', ''],
    ['device_name', 'x'.repeat(51)],
    ['proxy', 'ftp://proxy'],
    ['proxy', ''],
    ['warm_up', 'slow'],
    ['warm_up', []],
    ['warm_up', [{ from_day: 2, per_day: 5 }]],
    ['warm_up', [{ from_day: 1, per_day: 0 }]],
    ['warm_up', [{ from_day: 1, per_day: null }]],
    ['warm_up', [{ from_day: 1, per_day: 5, by: 'me' }]],
    ['warm_up', [5, 9, 5].map((per_day, at) => ({ from_day: [1, 9, 3][at], per_day }))],
    ['warm_up', [5, null, 5].map((per_day, at) => ({ from_day: at + 1, per_day }))],
    ['warm_up', Array.from({ length: 21 }, (_, at) => ({ from_day: at + 1, per_day: 5 }))],
  ])('is refused as %s when it is %j', async (field, value) => {
    const { app } = startApi();
    const { status, body } = await answerTo(
      request(app)
        .post('/sessions')
        .send({ [field]: value }),
    );
    expect(status).toBe(400);
    expect(body).toMatchObject({ error: 'invalid_body', message: expect.stringContaining(`"${field}"`) as string });
  });

  it('stops, starts and relinks sessions by requests of their own', async () => {
    const { app } = startApi();
    const ask = (what: string) => answerTo(request(app).post(`/sessions/${CONNECTED}/${what}`));
    expect((await ask('stop')).body).toMatchObject({ data: { status: 'disconnected', stopped: true } });
    expect((await ask('start')).body).toMatchObject({ data: { status: 'connected', stopped: false } });
    expect(await ask('relink')).toMatchObject({ status: 409, body: { error: 'session_linked' } });
    const relink = (body: object) => answerTo(request(app).post(`/sessions/${PAIRING}/relink`).send(body));
    expect((await relink({})).body).not.toHaveProperty('pairing');
    expect((await relink({ number: '5491234567890' })).body).toMatchObject({ pairing: { formatted: 'ABCD-1234' } });
    expect(await relink({ number: 'x' })).toMatchObject({ status: 400, body: { error: 'invalid_number' } });
    expect((await answerTo(request(app).get(`/sessions/${PAIRING}`))).body).toMatchObject({ data: { name: null } });
  });
});
