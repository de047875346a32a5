import express, { type RequestHandler } from 'express';
import { pino } from 'pino';
import request from 'supertest';
import { AppError } from '../../../src/domain/errors.ts';
import { lastCatch } from '../../../src/http/errors.ts';
import { requestContext } from '../../../src/http/request-context.ts';
import { systemClock } from '../../../src/kit/clock.ts';

function appThat(handler: RequestHandler) {
  const lines: string[] = [];
  const log = pino({ base: null }, { write: (line) => lines.push(line) });
  const app = express().set('env', 'test');
  app.use(requestContext(log, systemClock), handler, lastCatch);
  return { app, lines };
}

describe('lastCatch', () => {
  it('answers with the code and message of an AppError', async () => {
    const { app } = appThat(() => {
      throw new AppError('invalid_body', { message: 'The field "x" is wrong.' });
    });
    await request(app)
      .get('/')
      .expect(400, { success: false, error: 'invalid_body', message: 'The field "x" is wrong.' });
  });

  it('does not reveal the message of an unexpected error', async () => {
    const { app } = appThat(() => {
      throw new URIError('the password is hunter2');
    });
    const { status, text } = await request(app).get('/');
    expect(status).toBe(500);
    expect(text).toContain('internal_error');
    expect(text).not.toContain('hunter2');
  });

  it('aborts a response that fails half-way, and logs why', async () => {
    const { app, lines } = appThat((_req, res) => {
      res.write('{"half":');
      throw new Error('the file is gone');
    });
    await expect(request(app).get('/')).rejects.toThrow();
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('the file is gone');
  });
});
