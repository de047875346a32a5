import dns from 'node:dns';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mock } from 'node:test';
import { createDeliveryClient, type DeliverySettings } from '../../../src/webhooks/delivery-client.ts';
import type { DeliveryOutcome } from '../../../src/webhooks/retry-policy.ts';
import type { PendingCallback } from '../../../src/ports/callbacks.ts';
import type { SessionId } from '../../../src/domain/session-id.ts';
import { Secret } from '../../../src/kit/secret.ts';
import { ManualClock } from '../../harness/manual-clock.ts';
import { startTestBackend, type TestBackend } from '../../harness/test-backend.ts';

const TIMEOUT_MS = 5000;
const TIMED_OUT = { kind: 'unreachable', detail: 'the backend did not answer in time', maybeArrived: true };

const callback: PendingCallback = {
  id: 1,
  webhookId: 'message_1',
  sessionId: 'session_1_ana' as SessionId,
  seq: 7,
  kind: 'message-received',
  body: '{"message_content": "¿cómo estás? 🦙" } ',
  createdAtMs: 0,
  attempts: 0,
  firstFailedAtMs: null,
};

function settings(baseUrl: string, change: Partial<DeliverySettings> = {}): DeliverySettings {
  return { baseUrl, apiKey: null, secret: null, timeoutMs: TIMEOUT_MS, version: '4.0.0', ...change };
}

function deliverTo(backend: TestBackend, clock = new ManualClock(), change: Partial<DeliverySettings> = {}) {
  return createDeliveryClient(settings(backend.url, change), clock)(callback);
}

describe('a delivery', () => {
  it('carries the body as it is, and headers with session, number, key and timestamp', async () => {
    await using backend = await startTestBackend();
    const clock = new ManualClock(1_700_000_000_999);
    const change = { apiKey: new Secret('the-key'), secret: new Secret('sign') };
    expect(await deliverTo(backend, clock, change)).toEqual({ kind: 'accepted' });
    const { text, path, headers } = await backend.next();
    expect(text).toBe(callback.body);
    expect(path).toBe('/api/whatsapp/messages/received');
    expect(headers).toMatchObject({
      authorization: 'Bearer the-key',
      'content-type': 'application/json',
      'user-agent': 'whatsapp-orchestrator/4.0.0',
      'x-session-id': 'session_1_ana',
      'x-session-seq': '7',
      'webhook-id': 'message_1',
      'webhook-timestamp': '1700000000',
      'webhook-signature': expect.stringMatching(/^v1,/) as string,
    });
    expect(clock.timers).toEqual([]);
  });

  it('has no Authorization and no signature when nothing is configured', async () => {
    await using backend = await startTestBackend();
    await deliverTo(backend);
    const { headers } = await backend.next();
    expect(headers.authorization).toBeUndefined();
    expect(headers['webhook-signature']).toBeUndefined();
  });

  it.each(['', '/', '/prefix', '/prefix/'])('goes below a base URL that ends with %p', async (end) => {
    await using backend = await startTestBackend();
    await createDeliveryClient(settings(`${backend.url}${end}`), new ManualClock())(callback);
    const { path } = await backend.next();
    expect(path).toBe(`${end.replace(/\/$/, '')}/api/whatsapp/messages/received`);
  });

  it('keeps its connection open for the next one', async () => {
    await using backend = await startTestBackend();
    const deliver = createDeliveryClient(settings(backend.url), new ManualClock());
    await deliver(callback);
    await deliver(callback);
    expect(backend.received.map(({ headers }) => headers.connection)).toEqual(['keep-alive', 'keep-alive']);
    expect(backend.connections).toBe(1);
  });

  it.each([200, 201, 202, 204, 299])('is accepted with %i', async (status) => {
    await using backend = await startTestBackend();
    backend.answerWith({ status, body: '' });
    expect(await deliverTo(backend)).toEqual({ kind: 'accepted' });
  });

  it.each([400, 401, 404, 410, 429, 500, 503])('is refused with %i', async (status) => {
    await using backend = await startTestBackend();
    backend.answerWith(status);
    expect(await deliverTo(backend)).toEqual({ kind: 'refused', status, retryAfterMs: null });
  });

  it('reports how long the backend asks us to stay away', async () => {
    await using backend = await startTestBackend();
    backend.answerWith({ status: 503, headers: { 'retry-after': '120' } });
    expect(await deliverTo(backend)).toEqual({ kind: 'refused', status: 503, retryAfterMs: 120_000 });
  });

  it('reckons a date to stay away until by the clock of the backend', async () => {
    await using backend = await startTestBackend();
    const headers = { date: 'Mon, 15 Jan 2024 10:30:00 GMT', 'retry-after': 'Mon, 15 Jan 2024 10:31:00 GMT' };
    backend.answerWith({ status: 503, headers });
    const clock = new ManualClock();
    clock.set(-365 * 24 * 3600_000);
    expect(await deliverTo(backend, clock)).toEqual({ kind: 'refused', status: 503, retryAfterMs: 60_000 });
  });

  it.each([301, 302, 307, 308])('does not follow a redirect (%i), which is a refusal', async (status) => {
    await using backend = await startTestBackend();
    backend.answerWith({ status, headers: { location: `${backend.url}/elsewhere` } });
    expect(await deliverTo(backend)).toEqual({ kind: 'refused', status, retryAfterMs: null });
    expect(backend.received).toHaveLength(1);
  });

  it('reads at most 64 KiB of an answer, whatever its status', async () => {
    await using backend = await startTestBackend();
    backend.answerWith({ status: 200, body: 'x'.repeat(64 * 1024) });
    expect(await deliverTo(backend)).toEqual({ kind: 'accepted' });
    backend.answerWith({ status: 200, body: 'x'.repeat(64 * 1024 + 1) });
    expect(await deliverTo(backend)).toEqual({
      kind: 'unreachable',
      detail: 'the backend did not send a complete answer of at most 64 KiB',
      maybeArrived: true,
    });
  });

  it('ends at its deadline when no answer comes', async () => {
    await using backend = await startTestBackend();
    backend.answerWith('hang');
    expect(await atDeadline(backend)).toEqual(TIMED_OUT);
  });

  it('ends at its deadline also when the answer trickles in', async () => {
    await using backend = await startTestBackend();
    backend.answerWith({ status: 200, trickles: true });
    expect(await atDeadline(backend)).toEqual(TIMED_OUT);
  });

  it('reports an answer that breaks off', async () => {
    const server = createServer((_, response) => {
      response.writeHead(200, { 'content-length': 2 }).write('x', () => response.destroy());
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const clock = new ManualClock();
    expect(await createDeliveryClient(settings(`http://127.0.0.1:${port}`), clock)(callback)).toEqual({
      kind: 'unreachable',
      detail: 'the backend did not send a complete answer of at most 64 KiB',
      maybeArrived: true,
    });
    expect(clock.timers).toEqual([]);
    server.close();
  });

  it('reports a backend that switches protocols instead of responding', async () => {
    const server = createServer((request) => {
      request.socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const clock = new ManualClock();
    expect(await createDeliveryClient(settings(`http://127.0.0.1:${port}`), clock)(callback)).toEqual({
      kind: 'unreachable',
      detail: 'the backend did not send a complete answer of at most 64 KiB',
      maybeArrived: true,
    });
    expect(clock.timers).toEqual([]);
    server.close();
  });

  it('reports a backend that is not reachable, without repeating a secret', async () => {
    await using backend = await startTestBackend();
    await backend.goesDown();
    const withPassword = backend.url.replace('http://', 'http://user:password@');
    const deliver = createDeliveryClient(settings(withPassword, { apiKey: new Secret('the-key') }), new ManualClock());
    expect(await deliver(callback)).toEqual({
      kind: 'unreachable',
      detail: 'the backend is not reachable (ECONNREFUSED)',
      maybeArrived: false,
    });
  });

  it.each(['EMFILE', 'ENFILE', 'ENOBUFS', 'EADDRNOTAVAIL', 'ETIMEDOUT'])(
    'has certainly not arrived when no connection could be made (%s)',
    async (code) => {
      const lookup = mock.method(dns, 'lookup', (...args: unknown[]) => {
        (args.at(-1) as (error: Error) => void)(Object.assign(new Error(code), { code }));
      });
      const outcome = await createDeliveryClient(settings('http://localhost:9'), new ManualClock())(callback);
      lookup.mock.restore();
      const detail = `the backend is not reachable (${code})`;
      expect(outcome).toEqual({ kind: 'unreachable', detail, maybeArrived: false });
    },
  );

  it('has certainly not arrived when the backend speaks no TLS', async () => {
    await using backend = await startTestBackend();
    const url = backend.url.replace('http:', 'https:');
    const outcome = await createDeliveryClient(settings(url), new ManualClock())(callback);
    expect(outcome).toMatchObject({ kind: 'unreachable', maybeArrived: false });
  });

  it('may have arrived when a connection that was used before breaks', async () => {
    await using backend = await startTestBackend();
    const deliver = createDeliveryClient(settings(backend.url), new ManualClock());
    await deliver(callback);
    backend.answerWith('hang');
    const outcome = deliver(callback);
    await backend.next(() => backend.received.length === 2, { evenRefused: true });
    await backend.goesDown();
    expect(backend.connections).toBe(1);
    expect(await outcome).toMatchObject({ kind: 'unreachable', maybeArrived: true });
  });

  it.each(['not a URL', 'http://user:password@[::', 'ftp://somewhere'])('does not throw for %p', async (url) => {
    const outcome = await createDeliveryClient(settings(url), new ManualClock())(callback);
    expect(outcome).toMatchObject({ kind: 'unreachable' });
    expect(JSON.stringify(outcome)).not.toContain('password');
  });

  it('ignores a proxy in the environment', async () => {
    await using backend = await startTestBackend();
    const before = process.env.http_proxy;
    process.env.http_proxy = 'http://127.0.0.1:9';
    try {
      expect(await deliverTo(backend)).toEqual({ kind: 'accepted' });
    } finally {
      if (before === undefined) delete process.env.http_proxy;
      else process.env.http_proxy = before;
    }
  });
});

async function atDeadline(backend: TestBackend): Promise<DeliveryOutcome> {
  const clock = new ManualClock();
  const outcome = deliverTo(backend, clock);
  await backend.next('', { evenRefused: true });
  await clock.advance(TIMEOUT_MS - 1);
  expect(clock.timers).toEqual([TIMEOUT_MS]);
  await clock.advance(1);
  return outcome;
}
