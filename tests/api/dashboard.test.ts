import { readConfig } from '../../src/config/config.ts';
import { LONG_AWAY_MS } from '../../src/domain/attention.ts';
import { readdirSync, readFileSync } from 'node:fs';
import request from 'supertest';
import { DISK_NEARLY_FULL, TOO_MANY_CALLBACKS } from '../../src/runtime/back-pressure.ts';
import { SCOPES } from '../../src/domain/access.ts';
import type { CloseReason } from '../../src/domain/close-reason.ts';
import type { ErrorCode } from '../../src/domain/errors.ts';
import { ALL_EVENT_KINDS } from '../../src/domain/further-event.ts';
import { MESSAGE_TYPES } from '../../src/domain/message.ts';
import { UNREACHABLE_REASONS } from '../../src/domain/unreachable.ts';
import { RISK_LEVELS, RISK_REASONS } from '../../src/domain/risk.ts';
import { TIMELINE } from '../../src/domain/timeline.ts';
import { errorsOf } from '../../src/http/route.ts';
import { retryCallback } from '../../src/http/routes/callbacks/callbacks.ts';
import * as webhookRoutes from '../../src/http/routes/callbacks/webhooks.ts';
import { chatMessages, listChats } from '../../src/http/routes/history/messages.ts';
import { discardDraft } from '../../src/http/routes/messaging/drafts.ts';
import { messageMedia } from '../../src/http/routes/messaging/media.ts';
import { sendMessage } from '../../src/http/routes/messaging/messages.ts';
import { pairByCode } from '../../src/http/routes/sessions/pairing.ts';
import { answerPasskey, confirmPasskey, currentPasskey } from '../../src/http/routes/sessions/passkey.ts';
import { currentQr, generateQr } from '../../src/http/routes/sessions/qr.ts';
import { deleteSession, restartSession } from '../../src/http/routes/sessions/sessions.ts';
import { MESSAGE_EXAMPLES } from '../../src/http/schemas/message-examples.ts';
import { startHttpServer } from '../../src/http/server.ts';
import { Secret } from '../../src/kit/secret.ts';
import { decide } from '../../src/sessions/state/reconnect.ts';
import { Reachability } from '../../src/whatsapp/connection/reachability.ts';
import { unreached } from '../../src/whatsapp/connection/unreachable.ts';
import { NoAnswerError } from '../../src/whatsapp/connection/watchdogs/connection-errors.ts';
import { ManualClock } from '../harness/manual-clock.ts';
import { RawClient } from './raw.ts';
import { answerTo, CONNECTED, startApi } from './support.ts';

const PAGE = new URL('../../src/http/dashboard/page/', import.meta.url);
const NAMES = readdirSync(PAGE, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('.'));
const SCRIPTS = NAMES.filter((name) => name.endsWith('.js'));
const read = (name: string) => readFileSync(new URL(name, PAGE), 'utf8');
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
  "form-action 'none'; frame-ancestors 'none'; base-uri 'none'";

const startLocked = (overrides = {}) => startApi({ apiKeys: [new Secret('a-key')], ...overrides });

/** The response to a GET of exactly this path, which most clients would normalize first. */
async function exactly(path: string): Promise<string> {
  const { app, clock, log } = startLocked();
  const server = await startHttpServer(app, { host: '127.0.0.1', port: 0, clock, log });
  const client = await RawClient.to(server.port);
  client.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  const answer = await client.closed();
  await server[Symbol.asyncDispose]();
  return answer;
}

/** What Node says where it cannot connect. */
const UNREACHABLE_CAUSES = {
  dns: { syscall: 'getaddrinfo', code: 'ENOTFOUND', hostname: 'web.whatsapp.com' },
  refused: { syscall: 'connect', code: 'ECONNREFUSED', address: '::1', port: 443 },
  timeout: { syscall: 'connect', code: 'ETIMEDOUT', address: '::1', port: 443 },
  network: { syscall: 'connect', code: 'ENETUNREACH', address: '::1', port: 443 },
  tls: { code: 'CERT_HAS_EXPIRED' },
};

describe('the address of the server alone', () => {
  it('leads to the dashboard, without a key and behind any prefix', async () => {
    const { headers } = await request(startLocked().app).get('/').expect(302);
    expect(headers.location).toBe('dashboard/');
    await request(startLocked().app).head('/').expect(302);
  });

  it('says what is here where there is no dashboard', async () => {
    const { body } = await request(startLocked({ dashboard: false }).app)
      .get('/')
      .expect(200);
    expect(body).toEqual({
      ...{ success: true, name: 'WhatsApp Orchestrator' },
      ...{ reference: 'docs', openapi: 'openapi.json', health: 'health' },
    });
  });

  it('takes no other method', async () => {
    const { headers, body } = await request(startLocked().app).post('/').expect(405);
    expect([headers.allow, body]).toMatchObject(['GET, HEAD', { error: 'method_not_allowed' }]);
  });
});

describe('the files of the dashboard', () => {
  const { app } = startLocked();

  it('are found behind any prefix: the path without a slash redirects relatively', async () => {
    const { headers } = await request(app).get('/dashboard').expect(302);
    expect(headers.location).toBe('dashboard/');
  });

  it('are in folders, all of which are tested', () => {
    expect(NAMES).toEqual(expect.arrayContaining(['index.html', 'page.js', 'styles/base.css', 'words/text.js']));
  });

  it.each(['', ...NAMES])('"%s" is served to anybody, under a strict policy, and once', async (name) => {
    const { headers } = await request(app).get(`/dashboard/${name}`).expect(200);
    expect(headers).toMatchObject({
      'content-security-policy': POLICY,
      'cache-control': 'no-cache',
      ...{ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' },
    });
    const types: Record<string, string> = { js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml' };
    expect(headers['content-type']).toContain(types[name.split('.')[1] ?? ''] ?? 'text/html');
    await request(app).get(`/dashboard/${name}`).set('If-None-Match', headers.etag!).expect(304, '');
  });

  it.each([
    ...['nothing.js', 'page', 'page.js/', 'a/page.js', 'constructor', '..%2fdashboard.ts', '%2e%2e%2fdashboard.ts'],
    ...['styles', 'styles/', 'words/nothing.js', 'words/text', 'words/text.js/', 'words/constructor'],
    ...['words%2ftext.js', 'words%2Ftext.js', 'words%5ctext.js', 'words//text.js', '/words/text.js'],
    ...['words/%74ext.js', 'words/..%2fpage.js', 'words%2f..%2fpage.js', 'words/%252e%252e/page.js'],
    ...['words/..%2f..%2fdashboard.ts', '..%5cdashboard.ts', '%c0%ae%c0%ae/dashboard.ts', 'words/text.js%00'],
  ])('"%s" is not found', async (name) => {
    const { status, body } = await answerTo(request(app).get(`/dashboard/${name}`));
    expect([status, body]).toMatchObject([404, { success: false, error: 'not_found' }]);
  });

  it.each([
    ...['../dashboard.ts', 'words/../page.js', 'words/../../dashboard.ts', './page.js', 'words/./text.js', '..'],
    ...['%2e%2e/dashboard.ts', 'words/%2e%2e/page.js', 'words/.%2e/page.js', 'words/%2e/text.js', 'words\\text.js'],
  ])('"%s" is not found, sent without normalization', async (name) => {
    const answer = await exactly(`/dashboard/${name}`);
    expect(answer).toMatch(/^HTTP\/1\.1 404 /);
    expect(answer).toContain('"error":"not_found"');
  });

  it.each(['', 'page.js', 'words/text.js'])('"%s" takes no other method', async (name) => {
    for (const method of ['post', 'put', 'delete', 'patch'] as const) {
      const { headers, body } = await request(app)[method](`/dashboard/${name}`).expect(405);
      expect([headers.allow, body]).toMatchObject(['GET, HEAD', { error: 'method_not_allowed' }]);
    }
    await request(app).head(`/dashboard/${name}`).expect(200);
  });

  it('are not served when DASHBOARD=false', async () => {
    const off = startLocked({ dashboard: false });
    for (const path of ['/dashboard', '/dashboard/', '/dashboard/page.js', '/dashboard/words/text.js']) {
      await request(off.app).get(path).set('Authorization', 'Bearer a-key').expect(404);
    }
  });

  it('have no inline script or style, and no URL of another server', () => {
    const html = read('index.html');
    expect(html).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)/);
    const foreign = NAMES.filter((name) => /https?:\/\/(?!www\.w3\.org)/.test(read(name)));
    expect(foreign).toEqual([]);
  });

  it('refer to each other by relative URLs, which work behind any prefix', () => {
    const inHtml = [...read('index.html').matchAll(/\s(?:src|href)="([^"]+)"/g)].map(([, url]) => url!);
    const inScripts = SCRIPTS.flatMap((name) => [...read(name).matchAll(/ from '([^']+)'/g)].map(([, url]) => url!));
    expect([inHtml.length > 10, inScripts.length > 50]).toEqual([true, true]);
    expect([...inHtml, ...inScripts].filter((url) => /^\/|^[a-z]+:/i.test(url))).toEqual([]);
    expect(SCRIPTS.filter((name) => /\bfetch\((?!`\.\.\$\{path\}`)/.test(read(name)))).toEqual([]);
  });
});

it('counts an account that reconnects in vain among those that need attention after the same time as notifications', async () => {
  const { isLongAway } = await import(String(new URL('accounts/long-away.js', PAGE)));
  const atMs = Date.UTC(2024, 0, 15);
  const session = { error_message: 'Connection lost.', last_seen: new Date(atMs).toISOString(), updated_at: '' };
  const isLong = (ms: number, more = {}) => isLongAway({ ...session, ...more }, atMs + ms);
  expect([isLong(LONG_AWAY_MS - 1), isLong(LONG_AWAY_MS)]).toEqual([false, true]);
  expect(isLong(LONG_AWAY_MS, { last_seen: null, updated_at: session.last_seen })).toBe(true);
  expect(isLong(LONG_AWAY_MS, { error_message: null })).toBe(false);
  expect(readConfig({ NOTIFY_URL: 'https://hooks.example.com/' }).notifications?.afterMs).toBe(LONG_AWAY_MS);
});

describe('the texts of the dashboard', () => {
  let texts: Record<string, Record<string, unknown>>;
  let sentences: [RegExp, string][];
  const inSpanish = (text: string) => sentences.reduce((words, [form, said]) => words.replace(form, said), text);
  let englishSentences: [RegExp, string][];

  beforeAll(async () => {
    // Imported by a computed name: the page has no types.
    const load = async (name: string) => import(`../../src/http/dashboard/page/words/${name}.js`);
    const { ENGLISH } = await load('english');
    const { SPANISH } = await load('spanish');
    const { ENGLISH_SENTENCES, SPANISH_SENTENCES } = await load('server-sentences');
    englishSentences = ENGLISH_SENTENCES;
    texts = { ENGLISH, SPANISH };
    sentences = SPANISH_SENTENCES;
  });

  it('are the same in both languages', () => {
    const kinds = (words: Record<string, unknown>) =>
      Object.entries(words).map(([name, value]) => [name, typeof value]);
    expect(kinds(texts.SPANISH!)).toEqual(kinds(texts.ENGLISH!));
  });

  it('include every text that the page uses', () => {
    const inHtml = [...read('index.html').matchAll(/data-(?:text|label)="([^"]+)"/g)].map(([, name]) => name!);
    const inCode = SCRIPTS.flatMap((name) => [...read(name).matchAll(/\btext\('(\w+)'/g)].map(([, asked]) => asked!));
    expect([inHtml.length, inCode.length].every((count) => count > 30)).toBe(true);
    expect([...inHtml, ...inCode].filter((name) => !(name in texts.ENGLISH!))).toEqual([]);
  });

  it('are in index.html in English, word for word', () => {
    const inHtml = read('index.html').matchAll(/data-text="(\w+)"[^>]*>([^<]*)</g);
    const plain = (html: string) => html.replaceAll('&gt;', '>').replace(/\s+/g, ' ').trim();
    const differing = [...inHtml].filter(([, name, html]) => plain(html!) !== texts.ENGLISH![name!]);
    expect(differing.map(([, name]) => name)).toEqual([]);
  });

  it('cover every timeline entry, every event, and every error of the requests that the page sends', () => {
    const passkey = [currentPasskey, answerPasskey, confirmPasskey];
    const codes = [generateQr, currentQr, pairByCode, ...passkey];
    const routes = [
      ...[...codes, restartSession, deleteSession, sendMessage, discardDraft, retryCallback],
      ...[messageMedia, listChats, chatMessages],
      ...Object.values(webhookRoutes),
    ];
    // Mistakes of programs, which the page does not make.
    const ofPrograms: ErrorCode[] = [
      ...(['invalid_json', 'invalid_body', 'invalid_query', 'body_too_large', 'unsupported_media_type'] as const),
    ];
    const ofKeys: ErrorCode[] = ['invalid_idempotency_key', 'idempotency_in_progress', 'idempotency_mismatch'];
    const ofOthers: ErrorCode[] = ['unauthorized', 'not_permitted', 'group_not_found', 'range_not_satisfiable'];
    const elsewhere: ErrorCode[] = [...ofOthers, ...ofPrograms, ...ofKeys];
    const errors = routes.flatMap(errorsOf);
    const names = [
      ...Object.keys(TIMELINE).map((what) => `what_${what}`),
      ...Object.keys(RISK_REASONS).map((code) => `risk_${code}`),
      ...SCOPES.map((scope) => `scope_${scope}`),
      ...RISK_LEVELS.map((level) => `riskLevel_${level}`),
      ...MESSAGE_TYPES.map((type) => `type_${type}`),
      ...Object.keys(MESSAGE_EXAMPLES).map((type) => `type_${type}`),
      ...ALL_EVENT_KINDS.map((event) => `event_${event}`),
      ...errors.filter((code) => !elsewhere.includes(code)).map((code) => `error_${code}`),
    ];
    expect(names.filter((name) => !(name in texts.ENGLISH!))).toEqual([]);
  });

  it('say in both languages what a webhook was refused for, without blaming the backend', async () => {
    const { app } = startApi();
    const refused = { headers: { Host: 'x' }, name: '\u0007' };
    const attempts = ['answered 422', 'did not answer in time', 'is not reachable (ECONNREFUSED)'];
    const messages = [
      'the receiver refuses it: the backend answered 422',
      ...attempts.map((it) => `the backend ${it}`),
    ];
    for (const wish of [...Object.entries(refused), ['headers', { 'a b': 'x' }] as const]) {
      const { body } = await request(app)
        .post('/webhooks')
        .send({ url: 'https://shop.example.com/', ...Object.fromEntries([wish]) });
      messages.push(body.message as string);
    }
    messages.push('the backend did not send a complete answer of at most 64 KiB');
    for (const message of messages) {
      const ours = message.replaceAll('the backend ', 'the receiver ');
      const say = (list: [RegExp, string][]) => list.reduce((words, [form, said]) => words.replace(form, said), ours);
      const [english, spanish] = [say(englishSentences), say(sentences)];
      expect([english, spanish]).not.toContain(ours);
      for (const said of [english, spanish]) expect(said).toMatch(/^[A-Z].*\.$/);
      expect(`${english} ${spanish}`).not.toMatch(/backend|field|\$1/);
      expect(spanish).not.toMatch(/\b(the|receiver|answer|must)\b/);
    }
  });

  it.each<[string, 'patch' | 'post', string, object]>([
    ['labels', 'patch', '/sessions/x', { labels: ['a', 'a'] }],
    ['days', 'patch', '/sessions/x/history', { days: 4_000 }],
    ['recipients', 'post', '/keys', { scopes: ['messages:send'], recipients: ['nobody'] }],
    ['url', 'post', '/webhooks', { url: 5 }],
    ['a misspelled field', 'post', '/webhooks', { ulr: 'https://shop.example.com/' }],
    ['another field than the one that is missing', 'post', '/webhooks', { address: 'https://shop.example.com/' }],
  ])('say in Spanish what is wrong: %s', async (_, method, path, wish) => {
    const { app } = startLocked();
    const { body } = await request(app)
      [method](path.replace('/x', `/${CONNECTED}`))
      .set('Authorization', 'Bearer a-key')
      .send(wish)
      .expect(400);
    const said = inSpanish(String(body.message));
    expect(said).not.toBe(body.message);
    expect(said).not.toMatch(/\$\d|\b(field|must|the|of|is)\b/i);
  });

  it.each<CloseReason>([
    { kind: 'connection-lost', detail: 'Connection Terminated (428)' },
    ...(Object.keys(UNREACHABLE_CAUSES) as (keyof typeof UNREACHABLE_CAUSES)[]).map((cause): CloseReason => {
      const data = Object.assign(new Error('no'), UNREACHABLE_CAUSES[cause]);
      const { unreachable, detail } = unreached({ data })!;
      return { kind: 'connection-lost', unreachable, detail };
    }),
    { kind: 'connection-lost', ...unreached(new NoAnswerError('no'))! },
    { kind: 'silent' },
    { kind: 'unavailable' },
    { kind: 'storage-failed' },
    { kind: 'held-back', detail: TOO_MANY_CALLBACKS },
    { kind: 'held-back', detail: DISK_NEARLY_FULL },
    { kind: 'passkey-failed', detail: 'WhatsApp broke off the linking with a passkey: no', isLate: false },
    { kind: 'pairing-failed', detail: 'no' },
    { kind: 'code-refused', code: '403' },
    { kind: 'code-refused', code: '429' },
    { kind: 'logged-out' },
    { kind: 'replaced' },
    { kind: 'temporarily-banned', expiresInSeconds: null },
    { kind: 'temporarily-banned', expiresInSeconds: 600 },
    { kind: 'forbidden', code: 403 },
    { kind: 'client-outdated', next: 'none' },
    { kind: 'client-outdated', next: 'pinned' },
    { kind: 'multi-device-missing' },
    { kind: 'refused', code: 400 },
  ])('translate why a connection was lost into Spanish: %j', (reason) => {
    for (const replacements of [1, 3]) {
      const { message } = decide(reason, { linked: true, code: null, failures: 1, replacements }) as {
        message: string;
      };
      const said = inSpanish(message);
      expect(said).not.toBe(message);
      expect(said).not.toMatch(/\$1|\b(the|this|again|WhatsApp takes)\b/);
    }
  });

  it.each(UNREACHABLE_REASONS)('translate why WhatsApp cannot be reached, as /health says it: %s', (reason) => {
    const reachability = new Reachability(new ManualClock());
    const closed = { kind: 'connection-lost', detail: '', unreachable: reason } as const;
    for (const each of [closed, closed])
      reachability.watch(() => undefined)({ kind: 'closed', reason: each, code: 'none' });
    const said = inSpanish(reachability.problem!);
    expect(said).toMatch(/^No se puede llegar a WhatsApp: .*\.$/);
    expect(said).not.toMatch(/\b(the|its|does|log|fails)\b/);
  });
});
