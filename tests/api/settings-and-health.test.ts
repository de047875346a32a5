import request from 'supertest';
import { Secret } from '../../src/kit/secret.ts';
import { singleNode } from '../../src/cluster/local.ts';
import type { ClusterHealth, HealthReport } from '../../src/http/core.ts';
import { CONNECTED } from './sessions-in-memory.ts';
import { answerTo, startApi, WELL } from './support.ts';

/** A server with this health. */
function startWith(change: Partial<HealthReport>, { hasStarted = true } = {}) {
  return startApi({ health: { report: () => Promise.resolve({ ...WELL, ...change }), hasStarted } });
}

describe('POST /config/download-media', () => {
  it.each([true, false])('sets it to %s', async (enabled) => {
    const { app, settings } = startApi();
    await settings.setDownloadMedia(!enabled);
    const { status, body } = await answerTo(request(app).post('/config/download-media').send({ enabled }));
    expect(status).toBe(200);
    expect(body).toEqual({ success: true, enabled });
    expect(settings.downloadMedia()).toBe(enabled);
  });

  it.each([{}, { enabled: 'true' }, { enabled: 1 }, { enabled: null }])(
    'refuses %j and names the field',
    async (sent) => {
      const { app, settings } = startApi();
      const { status, body } = await answerTo(request(app).post('/config/download-media').send(sent));
      expect(status).toBe(400);
      expect(body).toEqual({
        success: false,
        error: 'invalid_body',
        message: 'The field "enabled" must be true or false.',
        field: 'enabled',
      });
      expect(settings.downloadMedia()).toBe(false);
    },
  );
});

describe('GET /health', () => {
  it('reports the health of the server', async () => {
    const { app } = startApi();
    const { status, body } = await answerTo(request(app).get('/health'));
    expect(status).toBe(200);
    expect(body).toEqual({
      success: true,
      status: 'ok',
      uptime: 12,
      version: '4.0.0',
      sessions: { connecting: 1, connected: 1, disconnected: 0, error: 0 },
      callbacks: { pending: 2, deadLettered: 1, oldestPendingSeconds: 7 },
      backend: 'up',
      problems: [],
    });
  });

  it('is degraded, and still 200, if a person should look', async () => {
    const problems = ['The main backend refuses the key (401).'];
    const { app } = startWith({ backend: 'down', problems });
    const { status, body } = await answerTo(request(app).get('/health'));
    expect(status).toBe(200);
    expect(body).toMatchObject({ success: true, status: 'degraded', backend: 'down', problems });
  });

  it('is 503 if the server cannot do its work', async () => {
    const problems = ['The disk is full.'];
    const { app, lines } = startWith({ ok: false, problems });
    const { status, body } = await answerTo(request(app).get('/health'));
    expect(status).toBe(503);
    expect(body).toMatchObject({ success: false, status: 'error', problems });
    // The response is as intended: a load balancer that asks every second must not fill the log.
    expect(lines.map(({ level, msg }) => ({ level, msg }))).toEqual([{ level: 20, msg: 'request answered' }]);
  });

  it('needs no key, and reveals none', async () => {
    const { app } = startApi({ apiKeys: [new Secret('the-admin-key')] });
    const answer = await request(app).get('/health').expect(200);
    expect(answer.text + JSON.stringify(answer.headers)).not.toContain('the-admin-key');
  });
});

it('GET /health shows webhooks, and what waits for the own table, to callers who may manage them, and to everybody where no key is needed', async () => {
  const receiver = {
    ...{ id: 'sub_a', name: 'the shop', isPaused: false, isFailing: true, isBehind: false },
    ...{ lastError: 'the receiver answered 503', pending: 2, oldestPendingSeconds: 70, deadLettered: 1 },
  };
  const shown = {
    ...{ webhookId: 'sub_a', name: 'the shop', paused: false, failing: true, behind: false },
    ...{ lastError: 'the receiver answered 503', pending: 2, oldestPendingSeconds: 70, deadLettered: 1 },
  };
  const sink = { pending: 3, oldestPendingSeconds: 90 };
  const health = { report: () => Promise.resolve({ ...WELL, webhooks: [receiver], sink }), hasStarted: true };
  const { app } = startApi({ apiKeys: [new Secret('the-admin-key')], health });
  const made = async (spec: object) => {
    const asked = request(app).post('/keys').set('Authorization', 'Bearer the-admin-key').send(spec);
    return ((await answerTo(asked)).body as { key: string }).key;
  };
  const seenWith = async (key: string) => {
    const answer = await answerTo(request(app).get('/health').set('Authorization', `Bearer ${key}`));
    const body = answer.body as { webhooks?: unknown; sink?: unknown };
    return [body.webhooks, body.sink] as unknown[];
  };
  expect(await seenWith('the-admin-key')).toEqual([[shown], sink]);
  const others = [{ scopes: ['admin'], sessions: [CONNECTED] }, { scopes: ['sessions:read', 'callbacks:manage'] }];
  for (const spec of others) expect(await seenWith(await made(spec))).toEqual([undefined, undefined]);
  expect(await seenWith('a-wrong-key')).toEqual([undefined, undefined]);
  const { body } = await answerTo(request(startApi({ health }).app).get('/health'));
  expect(body).toMatchObject({ webhooks: [shown], sink });
});

describe('GET /health of a node', () => {
  const API_KEY = new Secret('the-admin-key');
  const cluster: ClusterHealth = {
    ...{ nodeId: 'a', secondsSinceLook: 1, unowned: 0 },
    nodes: [
      { nodeId: 'a', version: '5.0.0', sessions: 3, draining: false, lost: false, secondsSinceBeat: 1 },
      { nodeId: 'b', version: '5.0.0', sessions: 2, draining: true, lost: false, secondsSinceBeat: 0 },
    ],
  };
  const startNode = (apiKeys: Secret[]) =>
    startApi({ apiKeys, health: { report: () => Promise.resolve(WELL), hasStarted: true, cluster } });
  const clusterFor = async ({ app }: ReturnType<typeof startApi>, key?: string) => {
    const asked = request(app).get('/health');
    const { status, body } = await answerTo(key === undefined ? asked : asked.set('Authorization', `Bearer ${key}`));
    const { cluster: shown, ...others } = body as { status: string; cluster?: unknown };
    expect([status, others.status]).toEqual([200, 'ok']);
    return shown;
  };

  const made = async ({ app }: ReturnType<typeof startApi>, path: string, spec: object) => {
    const asked = request(app).post(path).set('Authorization', 'Bearer the-admin-key').send(spec);
    const { body } = await answerTo(asked);
    const { key, token } = body as { key?: string; token?: string };
    return key ?? token;
  };

  it('shows the nodes to callers with a key, and to everybody where none is needed', async () => {
    const api = startNode([API_KEY]);
    const reader = await made(api, '/keys', { scopes: ['sessions:read'] });
    expect(await clusterFor(api, 'the-admin-key')).toEqual(cluster);
    expect(await clusterFor(api, reader)).toEqual(cluster);
    expect(await clusterFor(startNode([]))).toEqual(cluster);
  });

  it('hides them from those without a right key, and from keys and tokens of some sessions', async () => {
    const api = startNode([API_KEY]);
    const limited = await made(api, '/keys', { scopes: ['admin'], sessions: [CONNECTED] });
    const token = await made(api, '/tokens', {});
    for (const key of [undefined, 'a-wrong-key', limited, token]) expect(await clusterFor(api, key)).toBeUndefined();
  });

  it('names the node that has a session, to the same callers', async () => {
    const asked = async (owns: boolean, key?: string, known: ClusterHealth | null = cluster) => {
      const health = { report: () => Promise.resolve(WELL), hasStarted: true, cluster: known };
      const directory = { ...singleNode.directory, owns: () => owns };
      const { app } = startApi({ apiKeys: [API_KEY], health, cluster: { ...singleNode, directory } });
      const { body } = await answerTo(
        request(app)
          .get(`/sessions/${CONNECTED}`)
          .set('X-API-Key', key ?? 'the-admin-key'),
      );
      return (body as { node?: string | null }).node;
    };

    expect([await asked(true), await asked(false)]).toEqual(['a', null]);
    expect(await asked(true, undefined, null)).toBeUndefined();
  });

  it('says nothing about the right key to an address that guesses, and still answers', async () => {
    const api = startNode([API_KEY]);
    for (let guess = 0; guess < 25; guess += 1) expect(await clusterFor(api, `guess-${guess}`)).toBeUndefined();

    expect(await clusterFor(api, 'the-admin-key')).toBeUndefined();
  });

  it('hides them from pages of other sites where no key is needed', async () => {
    const { app } = startNode([]);
    const { body } = await answerTo(request(app).get('/health').set('Origin', 'https://evil.example'));
    expect(body).not.toHaveProperty('cluster');
  });
});

describe('GET /readyz and /livez', () => {
  it.each([
    ['is starting', startWith({}, { hasStarted: false }), 'starting'],
    ['cannot write to disk', startWith({ ok: false }), 'storage_unavailable'],
  ])('a server that %s is alive, and not ready', async (_, { app }, error) => {
    await request(app).get('/livez').expect(200, { success: true });
    const { status, body } = await answerTo(request(app).get('/readyz'));
    expect({ status, body }).toMatchObject({ status: 503, body: { success: false, error } });
  });

  it('do not depend on the backend', async () => {
    const { app } = startWith({ backend: 'down', problems: ['The backend accepts no callbacks.'] });
    await request(app).get('/livez').expect(200, { success: true });
    await request(app).get('/readyz').expect(200, { success: true });
  });
});
