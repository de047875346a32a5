import request from 'supertest';
import { type KeyWish } from '../../src/domain/access.ts';
import { type HealthReport } from '../../src/http/core.ts';
import { ADMIN } from '../../src/http/access/caller.ts';
import { startHttpServer } from '../../src/http/server.ts';
import { Secret } from '../../src/kit/secret.ts';
import { type RecentMessage } from '../../src/sessions/recent-messages.ts';
import { EventReader } from '../harness/event-reader.ts';
import { RawClient } from './raw.ts';
import { CONNECTED, logged, PAIRING, startApi, viewOf, WELL } from './support.ts';

const HOUSE = 'the-key-of-the-house';
const LATER = '2024-01-15T10:31:00.000Z';

function messageOf(text: string, sessionId = CONNECTED): RecentMessage {
  return {
    ...{ session_id: sessionId, message_id: 'A1', direction: 'in', at: LATER, type: 'text', text },
    ...{ chat_id: '5491122334455@s.whatsapp.net', number: '5491122334455', name: 'Juan' },
  };
}

function seen(last_seen: string) {
  return { kind: 'session' as const, view: { ...viewOf(CONNECTED, 'connected'), last_seen }, onlySeen: true };
}

/** A server whose health can be changed, and readers of its events. */
async function startServer() {
  const health = { now: WELL, looks: 0 };
  const report = (): Promise<HealthReport> => {
    health.looks += 1;
    return Promise.resolve(health.now);
  };
  const api = startApi({ apiKeys: [new Secret(HOUSE)], health: { report, hasStarted: true } });
  const server = await startHttpServer(api.app, { host: '127.0.0.1', port: 0, clock: api.clock, log: api.log });
  const follow = (key = HOUSE) => EventReader.open(`${server.url}/sessions/events`, { Authorization: `Bearer ${key}` });
  const followReady = async (key = HOUSE) => {
    const reader = await follow(key);
    await reader.next('ready');
    return reader;
  };
  const keyFor = async (wish: Partial<KeyWish>) =>
    api.keys.create({ name: '', scopes: ['sessions:read'], sessions: null, ...wish });
  const end = () => server[Symbol.asyncDispose]();
  return { ...api, health, server, follow, followReady, keyFor, end, [Symbol.asyncDispose]: end };
}

describe('following what happens', () => {
  it('begins with how everything is, and goes on with what changes', async () => {
    await using world = await startServer();
    await using reader = await world.followReady();
    expect(reader.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(reader.events).toEqual([
      { event: 'session', data: viewOf(CONNECTED, 'connected') },
      { event: 'session', data: viewOf(PAIRING, 'connecting') },
      { event: 'health', data: (await request(world.app).get('/health')).body as unknown },
      { event: 'ready', data: {} },
    ]);

    const lost = { ...viewOf(CONNECTED, 'disconnected'), reconnecting: true };
    world.sessions.tell({ kind: 'session', view: lost, onlySeen: false });
    world.sessions.tell({ kind: 'qr', sessionId: PAIRING, expiresAtMs: Date.parse(LATER) });
    world.sessions.tell({ kind: 'pairing-code', sessionId: PAIRING, expiresAtMs: Date.parse(LATER) });
    world.sessions.tell({ kind: 'message', sessionId: CONNECTED, message: messageOf('hola\n\ndata: no event') });
    world.sessions.tell({ kind: 'removed', sessionId: CONNECTED });
    await reader.next('removed');

    expect(reader.events.slice(4)).toEqual([
      { event: 'session', data: lost },
      { event: 'qr', data: { session_id: PAIRING, expires_at: LATER } },
      { event: 'pairing-code', data: { session_id: PAIRING, expires_at: LATER } },
      { event: 'message', data: messageOf('hola\n\ndata: no event') },
      { event: 'removed', data: { session_id: CONNECTED } },
    ]);
  });

  it('shows a key of some sessions these alone, and a token its own without messages', async () => {
    await using world = await startServer();
    const { text } = await world.keyFor({ sessions: [PAIRING] });
    const { token } = world.tokens.give(ADMIN, { sessionId: CONNECTED, ttlMs: 60_000 });
    await using ofKey = await world.followReady(text.reveal());
    await using ofToken = await world.followReady(token.reveal());

    for (const sessionId of [CONNECTED, PAIRING]) {
      world.sessions.tell({ kind: 'message', sessionId, message: messageOf('hola', sessionId) });
      world.sessions.tell({ kind: 'removed', sessionId });
    }
    await Promise.all([ofKey.next('removed'), ofToken.next('removed')]);

    expect(JSON.stringify(ofKey.events)).not.toContain(CONNECTED);
    expect(ofKey.events.map(({ event }) => event)).toEqual(['session', 'health', 'ready', 'message', 'removed']);
    expect(JSON.stringify(ofToken.events)).not.toContain(PAIRING);
    expect(ofToken.events.map(({ event }) => event)).toEqual(['session', 'health', 'ready', 'removed']);
  });

  it('tells of a session that a token makes only later', async () => {
    await using world = await startServer();
    const { token } = world.tokens.give(ADMIN, { sessionId: null, ttlMs: 60_000 });
    await using page = await world.followReady(token.reveal());
    const { body } = await request(world.app).get('/generate-qr').set('Authorization', `Bearer ${token.reveal()}`);
    const [sessionId] = [...world.sessions.views.keys()].slice(-1);
    world.sessions.tell({ kind: 'qr', sessionId: sessionId!, expiresAtMs: Date.parse(LATER) });

    expect(await page.next('qr')).toEqual({ session_id: body.sessionId as string, expires_at: LATER });
  });

  it('tells of nothing but last_seen once a second', async () => {
    await using world = await startServer();
    await using reader = await world.followReady();
    world.sessions.tell(seen('2024-01-15T10:30:01.000Z'));
    world.sessions.tell(seen('2024-01-15T10:30:02.000Z'));
    world.clock.move(1_000);
    expect(await reader.next('session')).toMatchObject({ last_seen: '2024-01-15T10:30:02.000Z' });

    const gone = viewOf(CONNECTED, 'disconnected');
    world.sessions.tell(seen('2024-01-15T10:30:03.000Z'));
    world.sessions.tell({ kind: 'session', view: gone, onlySeen: false });
    world.clock.move(1_000);
    world.sessions.tell({ kind: 'removed', sessionId: CONNECTED });
    expect(await reader.next('session')).toEqual(gone);
    await reader.next('removed');
    expect(reader.events.slice(4).map(({ event }) => event)).toEqual(['session', 'session', 'removed']);
  });

  it('looks at the health once for all, and tells it when more than the time has changed', async () => {
    await using world = await startServer();
    await using first = await world.followReady();
    await using second = await world.followReady();
    world.health.looks = 0;
    world.health.now = { ...WELL, uptimeSeconds: 17 };
    world.clock.move(5_000);
    world.health.now = { ...WELL, uptimeSeconds: 22, backend: 'down', problems: ['The backend is away.'] };
    world.clock.move(5_000);

    const now = { status: 'degraded', uptime: 22, backend: 'down' };
    expect(await first.next('health')).toMatchObject(now);
    expect(await second.next('health')).toMatchObject(now);
    expect(world.health.looks).toBe(2);
  });

  it('does nothing while nobody follows', async () => {
    await using world = await startServer();
    const reader = await world.followReady();
    expect(world.sessions.listeners).toBe(1);
    await reader[Symbol.asyncDispose]();
    await logged(world.lines, 'request given up by the client');
    world.health.looks = 0;
    world.clock.move(60_000);

    expect(world.sessions.listeners).toBe(0);
    expect(world.health.looks).toBe(0);
    await using again = await world.followReady();
    expect(again.events).toHaveLength(4);
  });

  it('answers HEAD with its head', async () => {
    await using world = await startServer();
    const answer = await fetch(`${world.server.url}/sessions/events`, {
      ...{ method: 'HEAD', headers: { Authorization: `Bearer ${HOUSE}` } },
    });
    expect(answer.headers.get('content-type')).toMatch(/^text\/event-stream/);
  });
});

describe('a stream', () => {
  it('has a comment every 15 s, and ends then when its key was revoked or its token is over', async () => {
    await using world = await startServer();
    const { key, text } = await world.keyFor({});
    const { token } = world.tokens.give(ADMIN, { sessionId: CONNECTED, ttlMs: 20_000 });
    await using ofHouse = await world.followReady();
    await using ofKey = await world.followReady(text.reveal());
    await using ofToken = await world.followReady(token.reveal());
    const quarter = () => [1, 2, 3].forEach(() => world.clock.move(5_000));
    quarter();
    await Promise.all([ofHouse, ofKey, ofToken].map((reader) => reader.untilComments(1)));

    await world.keys.revoke(key.keyId);
    quarter();

    expect(await Promise.all([ofKey.ended, ofToken.ended])).toEqual(['ended', 'ended']);
    await ofHouse.untilComments(2);
    expect([ofKey.comments, ofToken.comments]).toEqual([1, 1]);
  });

  it('tells nothing more to a key that was revoked, also before that', async () => {
    await using world = await startServer();
    const { key, text } = await world.keyFor({});
    await using reader = await world.followReady(text.reveal());
    await world.keys.revoke(key.keyId);
    world.sessions.tell({ kind: 'removed', sessionId: CONNECTED });

    expect(await reader.ended).toBe('ended');
    expect(reader.events.at(-1)?.event).toBe('ready');
  });

  it('is cut when its reader takes too little, and the others go on', async () => {
    await using world = await startServer();
    const slow = await RawClient.to(world.server.port);
    slow.write(`GET /sessions/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${HOUSE}\r\n\r\n`);
    await slow.until(/event: ready/);
    slow.stopReading();
    await using quick = await world.followReady();

    const isCut = () => world.lines.some(({ msg }) => msg === 'a reader of live events is too slow, and is cut off');
    while (!isCut()) {
      world.sessions.tell({ kind: 'message', sessionId: CONNECTED, message: messageOf('x'.repeat(100_000)) });
      await quick.next('message');
    }

    world.sessions.tell({ kind: 'removed', sessionId: CONNECTED });
    await quick.next('removed');
    slow.leave();
  });

  it('is refused where there are too many, of one key or of all, until somebody leaves', async () => {
    await using world = await startServer();
    const { text } = await world.keyFor({});
    const refusal = async (key?: string) => {
      const { response, ended } = await world.follow(key);
      await ended;
      return [response.status, response.headers.get('retry-after')];
    };
    const open = (count: number, key?: string) => Promise.all([...Array(count)].map(() => world.followReady(key)));
    const ofKey = await open(20, text.reveal());
    expect(await refusal(text.reveal())).toEqual([503, '2']);
    const ofHouse = await open(80);
    expect(await refusal()).toEqual([503, '2']);
    await request(world.app)
      .get('/sessions/events')
      .set('Authorization', `Bearer ${HOUSE}`)
      .expect(503, /too_many_streams/);

    const [first, ...others] = [...ofKey, ...ofHouse];
    await first![Symbol.asyncDispose]();
    await logged(world.lines, 'request given up by the client');
    others.push(await world.followReady());
    await world.end();
    expect(new Set(await Promise.all(others.map(({ ended }) => ended)))).toEqual(new Set(['ended']));
  });

  it('does not hold up the end of the server, whether it is read or not', async () => {
    const world = await startServer();
    const stuck = await RawClient.to(world.server.port);
    stuck.write(`GET /sessions/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${HOUSE}\r\n\r\n`);
    await stuck.until(/event: ready/);
    stuck.stopReading();
    world.sessions.tell({ kind: 'message', sessionId: CONNECTED, message: messageOf('x'.repeat(32_000_000)) });
    await using reader = await world.followReady();

    const end = world.end();
    expect(await reader.ended).toBe('ended');
    world.clock.move(1_000);
    await end;
    stuck.leave();
  });
});

describe('the last messages of a session', () => {
  const path = (sessionId: string, query = '') => `/sessions/${sessionId}/messages${query}`;

  it('are given, the newest last, as many as are wanted', async () => {
    const { app, sessions } = startApi();
    sessions.messages = ['uno', 'dos', 'tres'].map((text) => messageOf(text));
    const { body } = await request(app).get(path(CONNECTED, '?limit=2')).expect(200);
    expect(body).toEqual({ success: true, data: [messageOf('dos'), messageOf('tres')] });
  });

  it.each(['0', '101', '-1', 'all', ''])('are refused with limit=%s', async (limit) => {
    await request(startApi().app)
      .get(path(CONNECTED, `?limit=${limit}`))
      .expect(400, /invalid_query/);
  });

  it('are refused where they are not kept, and of a session that is not there', async () => {
    const { app, sessions } = startApi();
    sessions.messages = undefined;
    await request(app)
      .get(path(CONNECTED))
      .expect(403, /messages_not_kept/);
    await request(app)
      .get(path('session_1_unknown00'))
      .expect(404, /session_not_found/);
  });
});
