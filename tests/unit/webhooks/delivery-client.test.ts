import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { createPost, type PostSettings } from '../../../src/webhooks/delivery-client.ts';
import { type PostOutcome } from '../../../src/webhooks/retry-policy.ts';
import { type PendingCallback } from '../../../src/ports/callbacks.ts';
import { type SessionId } from '../../../src/domain/session-id.ts';
import { Secret } from '../../../src/kit/secret.ts';
import { ManualClock } from '../../harness/manual-clock.ts';
import { startTestBackend, type TestBackend } from '../../harness/test-backend.ts';

const TIMEOUT_MS = 5000;
const TOO_LATE = { kind: 'unreachable', detail: 'the backend did not answer in time', maybeArrived: true };

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

function settings(baseUrl: string, change: Partial<PostSettings> = {}): PostSettings {
  return { baseUrl, apiKey: null, secret: null, timeoutMs: TIMEOUT_MS, version: '4.0.0', ...change };
}

function postTo(backend: TestBackend, clock = new ManualClock(), change: Partial<PostSettings> = {}) {
  return createPost(settings(backend.url, change), clock)(callback);
}

describe('a post', () => {
  it('carries the body as it is, and says who, what and when', async () => {
    await using backend = await startTestBackend();
    const clock = new ManualClock(1_700_000_000_999);
    const change = { apiKey: new Secret('the-key'), secret: new Secret('sign') };
    expect(await postTo(backend, clock, change)).toEqual({ kind: 'accepted' });
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

  it('has no Authorization and no signature when nothing is set', async () => {
    await using backend = await startTestBackend();
    await postTo(backend);
    const { headers } = await backend.next();
    expect(headers.authorization).toBeUndefined();
    expect(headers['webhook-signature']).toBeUndefined();
  });

  it.each(['', '/', '/prefix', '/prefix/'])('goes below the base address with %p at its end', async (end) => {
    await using backend = await startTestBackend();
    await createPost(settings(`${backend.url}${end}`), new ManualClock())(callback);
    const { path } = await backend.next();
    expect(path).toBe(`${end.replace(/\/$/, '')}/api/whatsapp/messages/received`);
  });

  it('keeps its connection for the next one', async () => {
    await using backend = await startTestBackend();
    const post = createPost(settings(backend.url), new ManualClock());
    await post(callback);
    await post(callback);
    expect(backend.received.map(({ headers }) => headers.connection)).toEqual(['keep-alive', 'keep-alive']);
    expect(backend.connections).toBe(1);
  });

  it.each([200, 201, 202, 204, 299])('is accepted with %i', async (status) => {
    await using backend = await startTestBackend();
    backend.answerWith({ status, body: '' });
    expect(await postTo(backend)).toEqual({ kind: 'accepted' });
  });

  it.each([400, 401, 404, 410, 429, 500, 503])('is refused with %i', async (status) => {
    await using backend = await startTestBackend();
    backend.answerWith(status);
    expect(await postTo(backend)).toEqual({ kind: 'refused', status, retryAfterMs: null });
  });

  it('hands on how long the backend asks to wait', async () => {
    await using backend = await startTestBackend();
    backend.answerWith({ status: 503, headers: { 'retry-after': '120' } });
    expect(await postTo(backend)).toEqual({ kind: 'refused', status: 503, retryAfterMs: 120_000 });
  });

  it.each([301, 302, 307, 308])('does not follow a redirect (%i): it is a refusal', async (status) => {
    await using backend = await startTestBackend();
    backend.answerWith({ status, headers: { location: `${backend.url}/elsewhere` } });
    expect(await postTo(backend)).toEqual({ kind: 'refused', status, retryAfterMs: null });
    expect(backend.received).toHaveLength(1);
  });

  it('takes no more than 64 KiB of an answer, whatever its status', async () => {
    await using backend = await startTestBackend();
    backend.answerWith({ status: 200, body: 'x'.repeat(64 * 1024) });
    expect(await postTo(backend)).toEqual({ kind: 'accepted' });
    backend.answerWith({ status: 200, body: 'x'.repeat(64 * 1024 + 1) });
    expect(await postTo(backend)).toEqual({
      kind: 'unreachable',
      detail: 'the backend did not send a complete answer of at most 64 KiB',
      maybeArrived: true,
    });
  });

  it('ends at its deadline when no answer comes', async () => {
    await using backend = await startTestBackend();
    backend.answerWith('hang');
    expect(await atDeadline(backend)).toEqual(TOO_LATE);
  });

  it('ends at its deadline also when the answer trickles', async () => {
    await using backend = await startTestBackend();
    backend.answerWith({ status: 200, trickles: true });
    expect(await atDeadline(backend)).toEqual(TOO_LATE);
  });

  it('says so when the answer breaks off', async () => {
    const server = createServer((_, response) => {
      response.writeHead(200, { 'content-length': 2 }).write('x', () => response.destroy());
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const clock = new ManualClock();
    expect(await createPost(settings(`http://127.0.0.1:${port}`), clock)(callback)).toEqual({
      kind: 'unreachable',
      detail: 'the backend did not send a complete answer of at most 64 KiB',
      maybeArrived: true,
    });
    expect(clock.timers).toEqual([]);
    server.close();
  });

  it('says that the backend is not reachable, and repeats no secret', async () => {
    await using backend = await startTestBackend();
    await backend.goesDown();
    const withPassword = backend.url.replace('http://', 'http://user:password@');
    const post = createPost(settings(withPassword, { apiKey: new Secret('the-key') }), new ManualClock());
    expect(await post(callback)).toEqual({
      kind: 'unreachable',
      detail: 'the backend is not reachable (ECONNREFUSED)',
      maybeArrived: false,
    });
  });

  it.each(['not an address', 'http://user:password@[::', 'ftp://somewhere'])('does not throw for %p', async (url) => {
    const outcome = await createPost(settings(url), new ManualClock())(callback);
    expect(outcome).toMatchObject({ kind: 'unreachable' });
    expect(JSON.stringify(outcome)).not.toContain('password');
  });

  it('goes straight to the backend, whatever proxy the environment names', async () => {
    await using backend = await startTestBackend();
    const before = process.env.http_proxy;
    process.env.http_proxy = 'http://127.0.0.1:9';
    try {
      expect(await postTo(backend)).toEqual({ kind: 'accepted' });
    } finally {
      if (before === undefined) delete process.env.http_proxy;
      else process.env.http_proxy = before;
    }
  });
});

async function atDeadline(backend: TestBackend): Promise<PostOutcome> {
  const clock = new ManualClock();
  const outcome = postTo(backend, clock);
  await backend.next('', { evenRefused: true });
  await clock.advance(TIMEOUT_MS - 1);
  expect(clock.timers).toEqual([TIMEOUT_MS]);
  await clock.advance(1);
  return outcome;
}
