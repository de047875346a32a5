import request from 'supertest';
import { Secret } from '../../src/kit/secret.ts';
import { CONNECTED, startApi } from './support.ts';

const FIRST = 'first-key-0123456789';
const SECOND = 'second-key-987654321';
const KEYS = { apiKeys: [new Secret(FIRST), new Secret(SECOND)] };

describe('authentication', () => {
  it.each(['//', '/nothing', '/sessions/%zz', '/health/more'])(
    'reveals nothing about %s without a key',
    async (path) => {
      const { app } = startApi(KEYS);
      await request(app)
        .get(path)
        .expect(401, /unauthorized/);
      await request(app)
        .get(path)
        .set('X-API-Key', SECOND)
        .expect(404, /not_found/);
    },
  );

  it('is not required for GET and HEAD of /health', async () => {
    const { app } = startApi(KEYS);
    await request(app).get('/health').expect(200);
    await request(app).head('/health').expect(200);
    await request(app).post('/health').expect(401);
    await request(app).get('/health').set('X-API-Key', 'nobody').expect(200);
  });

  it('comes before reading the body', async () => {
    const { app } = startApi(KEYS);
    const path = `/sessions/${CONNECTED}/send-message`;
    await request(app).post(path).type('json').send('{').expect(401);
    await request(app).post(path).set('X-API-Key', FIRST).type('json').send('{').expect(400);
  });

  it('is off without any key', async () => {
    const { app } = startApi({ apiKeys: [] });
    await request(app).get('/sessions').expect(200);
    await request(app).get('/sessions').set('X-API-Key', 'whatever').expect(200);
  });

  it('never writes a key to the log', async () => {
    const { app, lines } = startApi(KEYS);
    await request(app).get('/sessions').set('X-API-Key', FIRST).expect(200);
    await request(app).get('/sessions').set('Authorization', 'Bearer tried-key').expect(401);
    expect(lines).toHaveLength(2);
    expect(JSON.stringify(lines)).not.toMatch(/first-key|tried-key/);
  });
});
