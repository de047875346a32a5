import { setImmediate as nextTurn } from 'node:timers/promises';
import type { NotificationSettings } from '../../../src/config/notification-settings.ts';
import type { SessionId } from '../../../src/domain/session-id.ts';
import { countStatuses, type SessionRecord } from '../../../src/domain/session.ts';
import { NO_PROFILE } from '../../../src/domain/session-profile.ts';
import { Secret } from '../../../src/kit/secret.ts';
import { PrometheusMetrics } from '../../../src/metrics/prometheus.ts';
import type { SettingsStore } from '../../../src/ports/storage.ts';
import { DISK_NEARLY_FULL, TOO_MANY_CALLBACKS } from '../../../src/runtime/back-pressure.ts';
import type { Trouble } from '../../../src/runtime/health.ts';
import { createNotifications } from '../../../src/runtime/notifications/create-notifications.ts';
import { loadSpanish } from '../../../src/runtime/notifications/spanish.ts';
import { signingKeys, webhookHeaders } from '../../../src/webhooks/signature.ts';
import { record } from '../../contracts/storage/support.ts';
import { fixedRandom } from '../../harness/fixed-random.ts';
import { logInMemory } from '../../harness/log-in-memory.ts';
import { startMailServer } from '../../harness/mail-server.ts';
import { ManualClock } from '../../harness/manual-clock.ts';
import { startTestBackend, type TestBackend } from '../../harness/test-backend.ts';
import { untilTrue } from '../../harness/until.ts';

const MINUTE_MS = 60_000;
/** How often it looks, and how long an attempt may take. */
const LOOK_MS = 25_000;
const ATTEMPT_MS = 15_000;
const STEP_MS = 5_000;
const SECRET = `whsec_${Buffer.from('the secret of the operator').toString('base64')}`;
const NOBODY = { afterMs: 5 * MINUTE_MS, languages: ['en'], webhook: null, email: null, ntfy: null } as const;

const idOf = (at: number) => `session_1_${at}` as SessionId;

/** Settings in memory, which outlive what reads them. */
function storeInMemory(): SettingsStore {
  const values = new Map<string, string>();
  return {
    get: (name) => Promise.resolve(values.get(name)),
    set: async (name, value) => void values.set(name, await Promise.resolve(value)),
    setIfMissing: () => Promise.reject(new Error('not asked for')),
  };
}

/** A server with accounts and troubles as the test says, whose operator has a webhook. */
async function startServer(settings: Partial<NotificationSettings> = {}) {
  const receiver = await startTestBackend();
  const clock = new ManualClock();
  const accounts = new Map<SessionId, SessionRecord>();
  const state = { troubles: [] as Trouble[], nodes: ['a'] };
  const [store, metrics, { log, text: logged }] = [storeInMemory(), new PrometheusMetrics(), await logInMemory()];
  const running: AsyncDisposable[] = [];
  const node = (nodeId: string) => ({
    isReady: true,
    get state() {
      const nodes = state.nodes.map((name) => ({ nodeId: name, isLost: false, isDraining: false }));
      return { nodeId, nodes } as never;
    },
  });
  const start = async (nodeId?: string) => {
    const notifications = await createNotifications(
      { ...NOBODY, webhook: { url: new Secret(receiver.url), secret: null }, ...settings },
      {
        sessions: {
          list: () => Promise.resolve([...accounts.values()]),
          counts: () => Promise.resolve(countStatuses([...accounts.values()].map(({ phase }) => [phase, 1]))),
        },
        health: { report: () => Promise.resolve({ troubles: state.troubles }) },
        ...{ store, metrics, clock, log, random: fixedRandom(0.5) },
        node: nodeId === undefined ? undefined : node(nodeId),
      },
    );
    notifications.start();
    running.push(notifications);
    return notifications;
  };
  /** An account enters a phase now. */
  const becomes = (at: number, phase: SessionRecord['phase'], change: Partial<SessionRecord> = {}) => {
    const errorMessage = phase === 'online' ? null : 'WhatsApp logged the device out.';
    const changed = { phase, errorMessage, lastSeenMs: clock.now(), updatedAtMs: clock.now(), ...change };
    accounts.set(idOf(at), record(idOf(at), changed));
  };
  /** Time passes. Whatever is sent meanwhile is answered: then nothing waits but the next look. */
  const passes = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += STEP_MS) {
      await clock.advance(STEP_MS);
      await nextTurn();
      await untilTrue(() => Promise.resolve(clock.timers.includes(LOOK_MS) && !clock.timers.includes(ATTEMPT_MS)));
    }
  };
  return {
    ...{ receiver, clock, accounts, state, store, metrics, logged, start, becomes, passes },
    async [Symbol.asyncDispose]() {
      for (const each of [...running, receiver]) await each[Symbol.asyncDispose]();
    },
  };
}

/** What arrived, as `<title> | <ids that began> | <ids that are over>`. */
const told = ({ received }: TestBackend) =>
  received.map(({ body: { title, began, over } }) => {
    const ids = (list: { session_id?: string; problem?: string }[]) =>
      list.map((each) => each.session_id ?? each.problem);
    return `${title} | ${ids(began).join()} | ${ids(over).join()}`;
  });

describe('notifications', () => {
  it('tell once of what lasts, once when it is over, and of nothing that passes', async () => {
    await using server = await startServer();
    const { receiver, becomes, passes } = server;
    await server.start();
    becomes(1, 'online');
    await passes(2 * MINUTE_MS);
    becomes(1, 'closed');
    becomes(2, 'lost');
    await passes(4 * MINUTE_MS);
    becomes(2, 'online');
    expect(told(receiver)).toEqual([]);

    await passes(5 * MINUTE_MS);
    expect(told(receiver)).toEqual(['WhatsApp Orchestrator: attention needed for 1 account | session_1_1 | ']);
    becomes(1, 'pairing');
    await passes(5 * MINUTE_MS);
    becomes(1, 'online');
    await passes(2 * MINUTE_MS);

    expect(told(receiver).slice(1)).toEqual([
      'WhatsApp Orchestrator: no more attention needed for 1 account |  | session_1_1',
    ]);
    expect(receiver.received[1]!.body.text).toBe('No longer need attention:\n- session_1_1: connected');
  });

  it('put what fails together into one, and what comes back one after the other', async () => {
    await using server = await startServer();
    const { receiver, becomes, passes, state } = server;
    await server.start();
    await passes(2 * MINUTE_MS);
    for (let at = 0; at < 300; at += 1) {
      becomes(at, 'lost', { errorMessage: 'WhatsApp cannot be reached: it did not answer in time. Check …' });
      if (at % 100 === 99) await passes(LOOK_MS);
    }
    state.troubles = [{ kind: 'whatsapp', sentence: 'WhatsApp cannot be reached.' }];
    await passes(6 * MINUTE_MS);
    expect(receiver.received).toHaveLength(1);
    const { body } = receiver.received[0]!;
    expect(body).toMatchObject({ type: 'attention', began_count: 301, over_count: 0 });
    expect(body.title).toBe('WhatsApp Orchestrator: attention needed for 300 accounts and the server');
    expect([body.began.length, body.text.split('\n').length]).toEqual([100, 22]);
    expect(body.text).toContain('\n- … and 281 more');

    state.troubles = [];
    for (let at = 0; at < 300; at += 1) {
      becomes(at, 'online');
      if (at % 100 === 99) await passes(LOOK_MS);
    }
    await passes(3 * MINUTE_MS);
    expect(receiver.received.slice(1).map(({ body: { type, over_count } }) => [type, over_count])).toEqual([
      ['over', 301],
    ]);
  });

  it('tell nothing twice after a restart, and nothing of accounts that were deleted', async () => {
    await using server = await startServer();
    const { receiver, becomes, passes, accounts } = server;
    for (const at of [1, 2, 3]) becomes(at, 'failed');
    const first = await server.start();
    await passes(6 * MINUTE_MS);
    await first[Symbol.asyncDispose]();
    await server.start();
    accounts.delete(idOf(2));
    becomes(3, 'stopped');
    await passes(10 * MINUTE_MS);

    expect(told(receiver).map((line) => line.slice(23))).toEqual([
      'attention needed for 3 accounts | session_1_1,session_1_2,session_1_3 | ',
      'no more attention needed for 1 account |  | session_1_3',
    ]);
    expect(receiver.received[1]!.body.text).toContain('session_1_3: stopped by a person');
  });

  it('come from one of several nodes, and from the next one when that is gone', async () => {
    await using server = await startServer();
    const { receiver, becomes, passes, state } = server;
    state.nodes = ['b', 'a'];
    const a = await server.start('a');
    await server.start('b');
    becomes(1, 'failed');
    const both = async (ms: number) => {
      for (let passed = 0; passed < ms; passed += LOOK_MS) {
        await server.clock.advance(LOOK_MS);
        await untilTrue(() => Promise.resolve(server.clock.timers.filter((each) => each === LOOK_MS).length === 2));
      }
    };
    await both(10 * MINUTE_MS);
    expect(told(receiver)).toHaveLength(1);

    await a[Symbol.asyncDispose]();
    state.nodes = ['b'];
    becomes(2, 'failed');
    await passes(10 * MINUTE_MS);
    expect(told(receiver).map((line) => line.slice(23))).toEqual([
      'attention needed for 1 account | session_1_1 | ',
      'attention needed for 1 account | session_1_2 | ',
    ]);
  });

  it('are tried again while the receiver refuses them, with the same id, and begin anew when all ways fail', async () => {
    await using server = await startServer();
    const { receiver, becomes, passes, metrics, logged } = server;
    await server.start();
    becomes(1, 'failed');
    receiver.answerWith(503);
    await passes(8 * MINUTE_MS);
    const attempts = receiver.received.length;
    expect([attempts > 2, attempts < 9]).toEqual([true, true]);
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);

    await passes(20 * MINUTE_MS);
    expect(await metrics.text()).toMatch(/notifications_total\{channel="webhook",fate="failed"\} [12]\n/);
    receiver.recovers();
    await passes(6 * MINUTE_MS);
    expect(receiver.accepted).toHaveLength(1);
    expect(await metrics.text()).toContain('orchestrator_notifications_total{channel="webhook",fate="sent"} 1');
    expect(logged()).toContain('"error":"the receiver answered 503"');
  });

  it('go out on every way: signed, as mail in two languages, and to a topic; none of them delays another', async () => {
    await using mail = await startMailServer('the-password');
    await using topic = await startTestBackend();
    await using hook = await startTestBackend();
    await using server = await startServer({
      languages: ['en', 'es'],
      webhook: { url: new Secret(`${hook.url}/hooks/a-secret-path`), secret: new Secret(SECRET) },
      email: { smtpUrl: new Secret(mail.url), from: 'bot@example.com', to: ['ops@example.com', 'boss@example.com'] },
      ntfy: { url: new Secret(`${topic.url}/a-secret-topic`), token: new Secret('tk_secret') },
    });
    const { becomes, passes, logged } = server;
    const notifications = await server.start();
    const reason = 'The QR was scanned with +5491155501234, but this session belongs to 5491122334455; unlink it.';
    const profile = { ...NO_PROFILE, name: 'Café\r\nBcc: all@example.com\u202e' };
    becomes(1, 'closed', { errorMessage: reason, profile });
    await hook.goesDown();
    await passes(6 * MINUTE_MS);
    await untilTrue(() => Promise.resolve(mail.received.length > 0));

    const [first] = mail.received;
    expect(first).toMatchObject({ from: 'bot@example.com', to: ['ops@example.com', 'boss@example.com'] });
    expect(first!.text).toContain('Auto-Submitted: auto-generated');
    expect(first!.text).not.toMatch(/^Bcc/m);
    const { headers, text, path } = await topic.next();
    expect([path, headers.authorization, headers.priority, headers.tags]).toEqual([
      ...['/a-secret-topic', 'Bearer tk_secret', 'high', 'warning'],
    ]);
    const title = Buffer.from(/^=\?UTF-8\?B\?(.*)\?=$/.exec(String(headers.title))![1]!, 'base64').toString();
    expect(title).toBe('WhatsApp Orchestrator: attention needed for 1 account / se requiere atención para 1 cuenta');
    expect(text).toBe(
      'Need attention:\n- Café Bcc: all@example.com , session_1_1 (since 2024-01-15 10:30 UTC): The QR was scanned with …, but this ' +
        'session belongs to …; unlink it.\n\nRequieren atención:\n- Café Bcc: all@example.com , session_1_1 (desde 2024-01-15 10:30 UTC): ' +
        'El código se escaneó con …, pero esta cuenta es …; ese dispositivo se desvinculó. Conéctala de nuevo con su propio número.',
    );

    await hook.comesUp();
    const [webhook, mailed, posted] = await notifications.test();
    expect([webhook, mailed, posted].map((each) => [each!.channel, each!.isAccepted])).toEqual([
      ...[
        ['webhook', true],
        ['email', true],
        ['ntfy', true],
      ],
    ]);
    const signed = await hook.next(({ body }) => body.type === 'test');
    const content = { webhookId: String(signed.headers['webhook-id']), body: signed.text };
    const timestamp = Math.floor(server.clock.now() / 1_000);
    const keys = signingKeys(new Secret(SECRET));
    expect(signed.headers).toMatchObject(webhookHeaders({ ...content, timestamp }, keys));
    expect(logged()).not.toMatch(/secret|the-password|127\.0\.0\.1|5491/);
  });

  it('say how a receiver refuses a test, by its status or code alone, and send no password without TLS over a network', async () => {
    await using mail = await startMailServer('the-password');
    await using topic = await startTestBackend();
    topic.answerWith({ status: 403, body: '{"error":"the topic is reserved for 127.0.0.1"}' });
    const outcomesOf = async (url: string) => {
      const email = { smtpUrl: new Secret(url), from: 'bot@example.com', to: ['ops@example.com'] };
      await using server = await startServer({
        ...{ email, webhook: null },
        ntfy: { url: new Secret(`${topic.url}/topic`), token: null },
      });
      const notifications = await server.start();
      return await notifications.test();
    };

    const refused = await outcomesOf(mail.url.replace('the-password', 'another'));
    expect(refused).toMatchObject([
      { channel: 'email', isAccepted: false, status: 535, error: 'the mail server answered 535' },
      { channel: 'ntfy', isAccepted: false, status: 403, error: 'the receiver answered 403' },
    ]);
    const [unencrypted] = await outcomesOf(mail.url.replace('127.0.0.1', '0.0.0.0'));
    expect(unencrypted).toMatchObject({ isAccepted: false, error: expect.stringMatching(/^the mail server /) });
    expect(mail.received).toEqual([]);
    await mail[Symbol.asyncDispose]();
    const [away] = await outcomesOf(mail.url);
    expect(away).toMatchObject({ status: null, error: 'the mail server is not reachable (ESOCKET)' });
  });

  it('have every trouble of the server in Spanish, too', async () => {
    const spanish = await loadSpanish();
    const sentences = [
      ...['Cannot write to storage (is the disk full?)', 'The backend is not accepting callbacks; they are queued.'],
      ...[
        'The backend rejects callbacks: check BACKEND_BASE_URL and PRODUCTION_API_KEY.',
        '3 callbacks dead-lettered: see GET.',
      ],
      ...['1 callback dead-lettered: see GET.', 'Events cannot be written to SINK_DATABASE_URL (42P01): they wait.'],
      ...[TOO_MANY_CALLBACKS, DISK_NEARLY_FULL, 'Webhooks that keep failing: 1. See GET /webhooks.'],
    ];
    expect(sentences.filter((sentence) => spanish(sentence) === sentence)).toEqual([]);
    expect(spanish('Something new')).toBe('Something new');
  });
});
