import request from 'supertest';
import { AppError } from '../../src/domain/errors.ts';
import { answerTo, type LogLine, CONNECTED, startApi } from './support.ts';

function onlyEntry(lines: LogLine[]): LogLine {
  expect(lines).toHaveLength(1);
  return lines[0]!;
}

describe('the request log', () => {
  it('has one entry per request, with the pattern of its path', async () => {
    const { app, lines } = startApi();
    await request(app).get('/sessions').set('X-Request-Id', 'abc').expect(200);
    expect(onlyEntry(lines)).toMatchObject({
      level: 20,
      requestId: 'abc',
      method: 'GET',
      route: '/sessions',
      status: 200,
      ms: 0,
      msg: 'request answered',
    });
  });

  it('contains the duration', async () => {
    const { app, lines, clock, sessions } = startApi();
    const slow = {
      then(done: () => void) {
        clock.move(50);
        done();
      },
    };
    sessions.hold = slow as unknown as Promise<void>;
    await request(app).post(`/sessions/${CONNECTED}/send-message`).send({ number: '5491234567890', message: 'hola' });
    expect(onlyEntry(lines)).toMatchObject({ ms: 50 });
  });

  it('marks entries about a session', async () => {
    const { app, lines } = startApi();
    await request(app).post(`/sessions/${CONNECTED}/send-message`).send({ number: '5491234567890', message: 'x' });
    expect(onlyEntry(lines)).toMatchObject({
      route: '/sessions/:sessionId/send-message',
      msg: `[${CONNECTED}] request answered`,
    });
  });

  it('never contains the path itself, a number or a text', async () => {
    const { app, lines } = startApi();
    await request(app).get('/sessions/..%2fsecret-path').expect(404);
    await request(app).get('/secret-path?key=secret-query').expect(404);
    const message = 'secret-text';
    await request(app).post(`/sessions/${CONNECTED}/send-message`).send({ number: '5491234567890', message });
    await request(app).post(`/sessions/${CONNECTED}/send-message`).type('json').send('{"message":"secret-text"');
    expect(lines).toHaveLength(4);
    expect(JSON.stringify(lines)).not.toMatch(/secret|5491234567890/);
  });

  it('contains the cause of an unexpected error, which the response does not', async () => {
    const { app, lines, sessions } = startApi();
    const failure = Object.assign(new Error('the disk is gone', { cause: new Error('EIO') }), { key: 'key-material' });
    sessions.failure = failure;
    const { status, body } = await answerTo(request(app).post(`/sessions/${CONNECTED}/restart`));
    expect(status).toBe(500);
    expect(body).toEqual({
      success: false,
      error: 'internal_error',
      message: 'Something went wrong on the server; its log has the details.',
    });
    expect(onlyEntry(lines)).toMatchObject({
      level: 50,
      status: 500,
      msg: `[${CONNECTED}] request failed`,
      failure: { type: 'Error', message: 'the disk is gone', stack: failure.stack, cause: { message: 'EIO' } },
    });
    expect(JSON.stringify(lines)).not.toContain('key-material');
  });

  it('has server errors with their code at level error', async () => {
    const { app, lines, sessions } = startApi();
    sessions.failure = new AppError('qr_timeout', { cause: new Error('no connection') });
    await request(app).get('/generate-qr').expect(504);
    expect(onlyEntry(lines)).toMatchObject({
      level: 50,
      failure: { code: 'qr_timeout', cause: { message: 'no connection' } },
    });
  });

  it('has refusals at level debug', async () => {
    const { app, lines } = startApi();
    await request(app).get('/sessions/session_1_unknown00').expect(404);
    expect(onlyEntry(lines)).toMatchObject({ level: 20, status: 404, msg: '[session_1_unknown00] request answered' });
  });

  it.each(['a text', null, { status: 400, message: 'not ours' }, Object.assign(new Error('x'), { status: 400 })])(
    'treats anything else that is thrown (%j) as an internal error',
    async (thrown) => {
      const { app, lines, sessions } = startApi();
      sessions.failure = thrown;
      await request(app)
        .post(`/sessions/${CONNECTED}/restart`)
        .expect(500, /internal_error/);
      expect(onlyEntry(lines)).toMatchObject({ level: 50, status: 500 });
    },
  );
});
