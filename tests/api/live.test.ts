import request from 'supertest';
import type { KeySpec } from '../../src/domain/access.ts';
import type { HealthReport } from '../../src/http/core.ts';
import { ADMIN } from '../../src/http/access/caller.ts';
import { startHttpServer } from '../../src/http/server.ts';
import { Secret } from '../../src/kit/secret.ts';
import type { RecentMessage } from '../../src/sessions/recent-messages.ts';
import type { SessionEvent } from '../../src/sessions/session-events.ts';
import { EventReader } from '../harness/event-reader.ts';
import { RawClient } from './raw.ts';
import { CONNECTED, logged, PAIRING, recordOf, startApi, viewOf, WELL } from './support.ts';

const ADMIN_KEY = 'the-admin-key';
const LATER = '2024-01-15T10:31:00.000Z';

function messageOf(text: string, sessionId = CONNECTED): RecentMessage {
  return {
    ...{ sessionId, messageId: 'A1', direction: 'in', atMs: Date.parse(LATER), type: 'text', text },
    ...{ chatId: '5491122334455@s.whatsapp.net', number: '5491122334455', name: 'Juan' },
  };
}

/** The REST form of {@link messageOf}. */
function messageViewOf(text: string) {
  return {
    ...{ session_id: CONNECTED, message_id: 'A1', direction: 'in', at: LATER },
    ...{ chat_id: '5491122334455@s.whatsapp.net', number: '5491122334455', name: 'Juan', type: 'text', text },
  };
}

function seen(time: string): SessionEvent {
  return {
    kind: 'session',
    record: recordOf(CONNECTED, 'connected', { lastSeenMs: Date.parse(time) }),
    onlySeen: true,
  };
}

/** A server whose health can be changed, and clients of its live events. */
async function startServer() {
  const health = { now: WELL, reports: 0 };
  const report = (): Promise<HealthReport> => {
    health.reports += 1;
    return Promise.resolve(health.now);
  };
  const api = startApi({ apiKeys: [new Secret(ADMIN_KEY)], health: { report, hasStarted: true } });
  const server = await startHttpServer(api.app, { host: '127.0.0.1', port: 0, clock: api.clock, log: api.log });
  const follow = (key = ADMIN_KEY) =>
    EventReader.open(`${server.url}/sessions/events`, { Authorization: `Bearer ${key}` });
  const followReady = async (key = ADMIN_KEY) => {
    const reader = await follow(key);
    await reader.next('ready');
    return reader;
  };
  const keyFor = async (spec: Partial<KeySpec>) =>
    api.keys.create({ name: '', scopes: ['sessions:read'], sessions: null, ...spec });
  const end = () => server[Symbol.asyncDispose]();
  return { ...api, health, server, follow, followReady, keyFor, end, [Symbol.asyncDispose]: end };
}

describe('live events', () => {
  it('start with a snapshot, and continue with changes', async () => {
    await using world = await startServer();
    await using reader = await world.followReady();
    expect(reader.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(reader.events).toEqual([
      { event: 'session', data: viewOf(CONNECTED, 'connected') },
      { event: 'session', data: viewOf(PAIRING, 'connecting') },
      { event: 'health', data: (await request(world.app).get('/health')).body as unknown },
      { event: 'ready', data: {} },
    ]);

    const lost = recordOf(CONNECTED, 'disconnected', { phase: 'lost' });
    world.sessions.emit({ kind: 'session', record: lost, onlySeen: false });
    world.sessions.emit({ kind: 'qr', sessionId: PAIRING, expiresAtMs: Date.parse(LATER) });
    world.sessions.emit({ kind: 'pairing-code', sessionId: PAIRING, expiresAtMs: Date.parse(LATER) });
    world.sessions.emit({ kind: 'message', message: messageOf('hola\n\ndata: no event') });
    world.sessions.emit({ kind: 'removed', sessionId: CONNECTED });
    await reader.next('removed');

    expect(reader.events.slice(4)).toEqual([
      { event: 'session', data: { ...viewOf(CONNECTED, 'disconnected'), reconnecting: true } },
      { event: 'qr', data: { session_id: PAIRING, expires_at: LATER } },
      { event: 'pairing-code', data: { session_id: PAIRING, expires_at: LATER } },
      { event: 'message', data: messageViewOf('hola\n\ndata: no event') },
      { event: 'removed', data: { session_id: CONNECTED } },
    ]);
  });

  it('include what happens while the snapshot is taken', async () => {
    await using world = await startServer();
    const gate = Promise.withResolvers<undefined>();
    world.sessions.holdList = gate.promise;
    const following = world.follow();
    await world.sessions.followed;
    world.sessions.emit({ kind: 'session', record: recordOf(CONNECTED, 'disconnected'), onlySeen: false });
    world.sessions.emit({ kind: 'message', message: messageOf('hola') });
    gate.resolve(undefined);
    await using reader = await following;
    await reader.next('message');

    expect(reader.events.map(({ event }) => event)).toEqual([
      'session',
      'session',
      'health',
      'ready',
      'session',
      'message',
    ]);
    expect(reader.events[4]).toEqual({ event: 'session', data: viewOf(CONNECTED, 'disconnected') });
  });

  it('start with the snapshot even if the server shuts down at that moment', async () => {
    await using world = await startServer();
    const gate = Promise.withResolvers<undefined>();
    world.sessions.holdList = gate.promise;
    const following = world.follow();
    await world.sessions.followed;
    const end = world.end();
    gate.resolve(undefined);
    await using reader = await following;

    expect(await reader.ended).toBe('ended');
    expect(reader.events.at(-1)).toEqual({ event: 'ready', data: {} });
    await end;
  });

  it('are limited to the sessions of a key, and to the session of a token without its messages', async () => {
    await using world = await startServer();
    const { text } = await world.keyFor({ sessions: [PAIRING] });
    const { token } = await world.tokens.issue(ADMIN, { sessionId: CONNECTED, ttlMs: 60_000 });
    await using ofKey = await world.followReady(text.reveal());
    await using ofToken = await world.followReady(token.reveal());

    for (const sessionId of [CONNECTED, PAIRING]) {
      world.sessions.emit({ kind: 'message', message: messageOf('hola', sessionId) });
      world.sessions.emit({ kind: 'removed', sessionId });
    }
    await Promise.all([ofKey.next('removed'), ofToken.next('removed')]);

    expect(JSON.stringify(ofKey.events)).not.toContain(CONNECTED);
    expect(ofKey.events.map(({ event }) => event)).toEqual(['session', 'health', 'ready', 'message', 'removed']);
    expect(JSON.stringify(ofToken.events)).not.toContain(PAIRING);
    expect(ofToken.events.map(({ event }) => event)).toEqual(['session', 'health', 'ready', 'removed']);
  });

  it('include a session that a token creates later', async () => {
    await using world = await startServer();
    const { token } = await world.tokens.issue(ADMIN, { sessionId: null, ttlMs: 60_000 });
    await using page = await world.followReady(token.reveal());
    const { body } = await request(world.app).get('/generate-qr').set('Authorization', `Bearer ${token.reveal()}`);
    const [sessionId] = [...world.sessions.records.keys()].slice(-1);
    world.sessions.emit({ kind: 'qr', sessionId: sessionId!, expiresAtMs: Date.parse(LATER) });

    expect(await page.next('qr')).toEqual({ session_id: body.sessionId as string, expires_at: LATER });
  });

  it('report changes of only last_seen once a second', async () => {
    await using world = await startServer();
    await using reader = await world.followReady();
    world.sessions.emit(seen('2024-01-15T10:30:01.000Z'));
    world.sessions.emit(seen('2024-01-15T10:30:02.000Z'));
    world.clock.move(1_000);
    expect(await reader.next('session')).toMatchObject({ last_seen: '2024-01-15T10:30:02.000Z' });

    const gone = recordOf(CONNECTED, 'disconnected');
    world.sessions.emit(seen('2024-01-15T10:30:03.000Z'));
    world.sessions.emit({ kind: 'session', record: gone, onlySeen: false });
    world.clock.move(1_000);
    world.sessions.emit({ kind: 'removed', sessionId: CONNECTED });
    expect(await reader.next('session')).toEqual(viewOf(CONNECTED, 'disconnected'));
    await reader.next('removed');
    expect(reader.events.slice(4).map(({ event }) => event)).toEqual(['session', 'session', 'removed']);
  });

  it('check the health once for all clients, and report changes of more than the uptime', async () => {
    await using world = await startServer();
    await using first = await world.followReady();
    await using second = await world.followReady();
    world.health.reports = 0;
    world.health.now = { ...WELL, uptimeSeconds: 17 };
    world.clock.move(5_000);
    world.health.now = { ...WELL, uptimeSeconds: 22, backend: 'down', problems: ['The backend is away.'] };
    world.clock.move(5_000);

    const now = { status: 'degraded', uptime: 22, backend: 'down' };
    expect(await first.next('health')).toMatchObject(now);
    expect(await second.next('health')).toMatchObject(now);
    expect(world.health.reports).toBe(2);
  });

  it('cost nothing without clients', async () => {
    await using world = await startServer();
    const reader = await world.followReady();
    expect(world.sessions.listeners).toBe(1);
    await reader[Symbol.asyncDispose]();
    await logged(world.lines, 'request aborted by the client');
    world.health.reports = 0;
    world.clock.move(60_000);

    expect(world.sessions.listeners).toBe(0);
    expect(world.health.reports).toBe(0);
    await using again = await world.followReady();
    expect(again.events).toHaveLength(4);
  });

  it('answer HEAD', async () => {
    await using world = await startServer();
    const answer = await fetch(`${world.server.url}/sessions/events`, {
      ...{ method: 'HEAD', headers: { Authorization: `Bearer ${ADMIN_KEY}` } },
    });
    expect(answer.headers.get('content-type')).toMatch(/^text\/event-stream/);
  });
});

describe('a stream', () => {
  it('sends a comment every 15 s, and ends if its key was revoked or its token has expired', async () => {
    await using world = await startServer();
    const { key, text } = await world.keyFor({});
    const { token } = await world.tokens.issue(ADMIN, { sessionId: CONNECTED, ttlMs: 20_000 });
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

  it('sends nothing to a revoked key, even before that', async () => {
    await using world = await startServer();
    const { key, text } = await world.keyFor({});
    await using reader = await world.followReady(text.reveal());
    await world.keys.revoke(key.keyId);
    world.sessions.emit({ kind: 'removed', sessionId: CONNECTED });

    expect(await reader.ended).toBe('ended');
    expect(reader.events.at(-1)?.event).toBe('ready');
  });

  it('is closed if its client reads too slowly, and others continue', async () => {
    await using world = await startServer();
    const slow = await RawClient.to(world.server.port);
    slow.write(`GET /sessions/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${ADMIN_KEY}\r\n\r\n`);
    await slow.until(/event: ready/);
    slow.stopReading();
    await using quick = await world.followReady();

    const isClosed = () =>
      world.lines.some(({ msg }) => msg === 'a client of live events reads too slowly and is disconnected');
    while (!isClosed()) {
      world.sessions.emit({ kind: 'message', message: messageOf('x'.repeat(100_000)) });
      await quick.next('message');
    }

    world.sessions.emit({ kind: 'removed', sessionId: CONNECTED });
    await quick.next('removed');
    slow.leave();
  });

  it('is refused if there are too many, per key or in total, until a client leaves', async () => {
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
      .set('Authorization', `Bearer ${ADMIN_KEY}`)
      .expect(503, /too_many_streams/);

    const [first, ...others] = [...ofKey, ...ofHouse];
    await first![Symbol.asyncDispose]();
    await logged(world.lines, 'request aborted by the client');
    others.push(await world.followReady());
    await world.end();
    expect(new Set(await Promise.all(others.map(({ ended }) => ended)))).toEqual(new Set(['ended']));
  });

  it('does not delay a shutdown, whether its client reads or not', async () => {
    const world = await startServer();
    const stuck = await RawClient.to(world.server.port);
    stuck.write(`GET /sessions/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${ADMIN_KEY}\r\n\r\n`);
    await stuck.until(/event: ready/);
    stuck.stopReading();
    world.sessions.emit({ kind: 'message', message: messageOf('x'.repeat(32_000_000)) });
    await using reader = await world.followReady();

    const end = world.end();
    expect(await reader.ended).toBe('ended');
    world.clock.move(1_000);
    await end;
    stuck.leave();
  });
});

describe('the recent messages of a session', () => {
  const path = (sessionId: string, query = '') => `/sessions/${sessionId}/messages${query}`;

  it('are returned with the newest last, up to the limit', async () => {
    const { app, sessions } = startApi();
    sessions.messages = ['uno', 'dos', 'tres'].map((text) => messageOf(text));
    const { body } = await request(app).get(path(CONNECTED, '?limit=2')).expect(200);
    expect(body).toEqual({ success: true, data: [messageViewOf('dos'), messageViewOf('tres')] });
  });

  it.each(['0', '101', '-1', 'all', ''])('are refused with limit=%s', async (limit) => {
    await request(startApi().app)
      .get(path(CONNECTED, `?limit=${limit}`))
      .expect(400, /invalid_query/);
  });

  it('are refused if they are not kept, and for an unknown session', async () => {
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
