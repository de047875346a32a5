import { execFile } from 'node:child_process';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { isSigned } from '../../../examples/backend/signature.ts';
import { runCheckCommand } from '../../../src/cli/check-backend-command.ts';
import type { Environment } from '../../../src/config/environment.ts';
import { systemClock } from '../../../src/kit/clock.ts';
import { CHILD_ENVIRONMENT } from '../../harness/child-environment.ts';
import { startHttpServer } from '../../harness/http-server.ts';
import { ManualClock } from '../../harness/manual-clock.ts';

const ENTRY = fileURLToPath(new URL('../../../src/cli/check-backend.ts', import.meta.url));
const SECRET = 'whsec_c2VjcmV0byBkZSBwcnVlYmEgcGFyYSBlbCBiYWNrZW5k';
const KEY = 'key-of-the-backend';
const KEYS = { CALLBACK_SECRET: SECRET, PRODUCTION_API_KEY: KEY };

/** A request, as the backend sees it. */
interface Received {
  path: string;
  headers: Record<string, string | undefined>;
  raw: string;
  body: any;
  /** Whether signature and key are right. */
  isGenuine: boolean;
  /** The genuine requests that were accepted before. */
  earlier: readonly Received[];
}

/** What a backend answers in place of the right answer. */
type Mistake = (received: Received) => number | undefined | Promise<number | undefined>;

const NONE: Mistake = () => undefined;

/** A backend that does everything right but for one mistake. */
async function backendWith(mistake: Mistake, { clock = systemClock } = {}) {
  const received: Received[] = [];
  const accepted: Received[] = [];
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const raw = await text(request);
    const headers = request.headers as Received['headers'];
    const [id, timestamp, signature] = ['id', 'timestamp', 'signature'].map((name) => headers[`webhook-${name}`]);
    const isGenuine =
      headers.authorization === `Bearer ${KEY}` &&
      isSigned({ id, timestamp, signature, body: Buffer.from(raw) }, SECRET, clock.now());
    const one = { path: request.url!, headers, raw, body: JSON.parse(raw), isGenuine, earlier: [...accepted] };
    received.push(one);
    const status = (await mistake(one)) ?? (isGenuine ? 200 : 401);
    if (status < 300) accepted.push(one);
    response.writeHead(status, { location: '/elsewhere' }).end('{}');
  };
  const server = await startHttpServer((request, response) => void take(request, response));
  return { url: server.url, received, [Symbol.dispose]: () => server[Symbol.dispose]() };
}

/** Runs the command, and returns what it printed. */
async function check(args: string[], environment: Environment = KEYS, clock = systemClock) {
  let [out, err] = ['', ''];
  const terminal = { clock, print: (it: string) => (out += it), complain: (it: string) => (err += it) };
  return { code: await runCheckCommand(args, environment, terminal), out, err };
}

/** What is not in order in a report for programs: `wrong again/qr-update`. */
function complaints(out: string): string[] {
  const { checks } = JSON.parse(out) as { checks: { id: string; verdict: string }[] };
  return checks.filter(({ verdict }) => verdict !== 'ok').map(({ id, verdict }) => `${verdict} ${id}`);
}

const kind = ({ path }: Received) => path.slice('/api/whatsapp/'.length);
const isMessage = (received: Received) => kind(received) === 'messages/received';
const isSeen = ({ headers, earlier }: Received) =>
  earlier.some((it) => it.headers['webhook-id'] === headers['webhook-id']);
const status = (wrong: number, isWrong: boolean) => (isWrong ? wrong : undefined);
/** A mistake with what is genuine. */
const when =
  (isWrong: (received: Received) => boolean, answer = 500): Mistake =>
  (received) =>
    status(answer, received.isGenuine && isWrong(received));

const SEED_TYPES = 'text image video audio document sticker location contact reaction'.split(' ');

it('finds nothing to change in a backend that does everything right, and tells what to delete', async () => {
  using backend = await backendWith(NONE);

  const { code, out, err } = await check([`${backend.url}/`]);

  expect({ code, err }).toEqual({ code: 0, err: '' });
  const lines = out.slice(0, out.indexOf('\n\n')).split('\n');
  expect(lines.filter((line) => !line.startsWith('ok '))).toEqual([]);
  expect(out).toContain(`\n${lines.length} checks: ${lines.length} ok, 0 warning, 0 wrong, 0 skipped.`);
  const sessions = new Set(backend.received.map(({ body }) => body.session_id as string));
  for (const id of sessions) expect(out).toContain(id);
});

it('posts as an orchestrator does, and nothing that could be taken for real', async () => {
  using backend = await backendWith(NONE);

  await check([backend.url]);

  const [first] = backend.received;
  expect(first!.headers).toMatchObject({
    'content-type': 'application/json',
    authorization: `Bearer ${KEY}`,
    'user-agent': expect.stringMatching(/^whatsapp-orchestrator\//),
    'x-session-id': first!.body.session_id,
    'x-session-seq': '1',
  });
  for (const { headers, body, raw } of backend.received) {
    expect(headers['webhook-id']).toMatch(/^checkback_/);
    expect(body.session_id).toMatch(/^session_\d+_checkback$/);
    expect(raw).not.toMatch(/\\u0000|\\ud83d(?!\\u)/);
  }
  const numbers = backend.received.flatMap(({ body }) => body.phone_number ?? body.sender_number ?? []);
  expect(numbers.filter((number) => !/^1\d{3}55501\d\d$/.test(number))).toEqual([]);
  expect(new Set(backend.received.map(kind)).size).toBe(5);
});

const MISTAKES: [string, Mistake, string[]][] = [
  [
    'refuses what it has already seen',
    when(isSeen),
    [
      ...['qr-update', 'new-session-connected', 'status-update', 'message-received', 'message-status-update'].map(
        (name) => `wrong again/${name}`,
      ),
      'warning again/at-once',
    ],
  ],
  [
    'inserts each announced session anew',
    when((it) => kind(it) === 'sessions/new-session-connected' && isSeen(it), 409),
    ['wrong again/new-session-connected'],
  ],
  [
    'knows no status without its session',
    when(
      (it) =>
        kind(it) === 'sessions/status-update' &&
        !it.earlier.some(({ path, body }) => path.endsWith('connected') && body.session_id === it.body.session_id),
    ),
    ['wrong order/status-first'],
  ],
  [
    'refuses an older event after a newer one',
    when((it) =>
      it.earlier.some(
        ({ headers, body }) =>
          body.session_id === it.body.session_id &&
          Number(headers['x-session-seq']) > Number(it.headers['x-session-seq']) &&
          !isSeen(it),
      ),
    ),
    ['wrong order/status-first', 'wrong order/older-later'],
  ],
  [
    'takes bodies of 100 kB only',
    when(({ raw }) => Buffer.byteLength(raw) > 102_400, 413),
    ['wrong size/text', 'wrong size/body'],
  ],
  [
    'stores characters of three bytes at most',
    when(({ body }) => /[\u{10000}-\u{10ffff}]/u.test(body.sender_name)),
    ['wrong text/emoji'],
  ],
  [
    'builds SQL from text, into short columns',
    when(({ body }) => [/'/, /.{100}/].some((it) => it.test(body.sender_name))),
    ['wrong text/quotes', 'wrong text/long-name'],
  ],
  [
    'has no null in its table',
    when(({ body }) => ['sender_number', 'last_seen', 'to_number'].some((name) => body[name] === null)),
    ['wrong null/sender', 'wrong null/status', 'wrong null/recipient'],
  ],
  [
    'refuses fields that it does not know',
    when(({ body }) => 'field_of_check_backend' in body, 422),
    ['wrong newer/field'],
  ],
  [
    'knows some types of messages only',
    when((it) => isMessage(it) && !SEED_TYPES.includes(it.body.message_type), 400),
    ['wrong types/all', 'wrong messages/corrected', 'wrong newer/type'],
  ],
  [
    'stores one message for each message_id',
    when((it) => isMessage(it) && !isSeen(it) && it.earlier.some(({ body }) => body.message_id === it.body.message_id)),
    ['wrong messages/corrected', 'wrong messages/same-id'],
  ],
  [
    'lacks an endpoint',
    when((it) => kind(it) === 'sessions/qr-update', 404),
    ['wrong arrives/qr-update', 'skipped again/qr-update'],
  ],
  [
    'has no endpoint for the event that the seed does not have',
    when((it) => kind(it) === 'messages/status-update', 404),
    ['skipped again/message-status-update', 'skipped null/recipient'],
  ],
  [
    'verifies nothing',
    () => 200,
    ['none', 'wrong', 'old'].map((name) => `warning signature/${name}`).concat('warning authorization/wrong'),
  ],
  [
    'takes old signatures',
    ({ headers }) => status(200, Number(headers['webhook-timestamp']) * 1_000 < Date.now() - 3600_000),
    ['warning signature/old'],
  ],
  [
    'verifies one signature only',
    when(({ headers }) => headers['webhook-signature']!.includes(' '), 401),
    ['warning signature/two'],
  ],
  [
    'refuses forgeries as bad requests',
    ({ isGenuine }) => status(400, !isGenuine),
    ['none', 'wrong', 'old'].map((name) => `warning signature/${name}`).concat('warning authorization/wrong'),
  ],
  ['does not look at the key', ({ headers }) => status(200, headers.authorization !== `Bearer ${KEY}`), []],
  ['asks to slow down', when(({ body }) => body.message_type === 'hologram', 429), ['warning newer/type']],
];

it.each(MISTAKES)('notices a backend that %s', async (_mistake, mistake, expected) => {
  using backend = await backendWith(mistake);

  const { code, out } = await check([backend.url, '--json']);

  expect(complaints(out)).toEqual(expected);
  expect(code).toBe(expected.some((it) => it.startsWith('wrong')) ? 1 : 0);
});

it('stops at the first redirect that everything gets, and says where to set the address', async () => {
  using backend = await backendWith(() => 308);

  const { code, out } = await check([backend.url]);

  expect(code).toBe(1);
  expect(out).toMatch(/^wrong +qr-update .+: It answered 308\. Redirects are not followed: .+BACKEND_BASE_URL/m);
  expect(backend.received).toHaveLength(5);
});

it('cannot check what it has no key for, and warns when the key alone is not looked at', async () => {
  using backend = await backendWith(() => 200);

  const { out } = await check([backend.url, '--json'], { PRODUCTION_API_KEY: KEY });
  const without = await check([backend.url, '--json'], {});

  const signatures = ['none', 'wrong', 'old', 'two'].map((name) => `skipped signature/${name}`);
  expect(complaints(out)).toEqual([...signatures, 'warning authorization/wrong']);
  expect(complaints(without.out)).toEqual([...signatures, 'skipped authorization/wrong']);
  expect(without.code).toBe(0);
});

it('measures an answer that comes later than BACKEND_TIMEOUT', async () => {
  const clock = new ManualClock();
  const isFirst = ({ earlier }: Received) => earlier.length === 0;
  using backend = await backendWith((it) => (isFirst(it) ? clock.advance(6_000).then(() => undefined) : undefined), {
    clock,
  });

  const { code, out } = await check([backend.url], { ...KEYS, BACKEND_TIMEOUT: '5500' }, clock);

  expect(code).toBe(1);
  expect(out).toMatch(/^wrong +qr-update .+: It answered after 6000 ms, and an orchestrator waits for 5500 ms/m);
  expect(out).toContain(' 1 wrong, 0 skipped. The slowest answer took 6000 ms; BACKEND_TIMEOUT allows 5500 ms.');
});

it('gives up on a backend that never answers', async () => {
  const clock = new ManualClock();
  const never = () => clock.advance(15_000).then(() => new Promise<undefined>(() => undefined));
  using backend = await backendWith(never, { clock });

  const { code, out } = await check([backend.url], KEYS, clock);

  expect(code).toBe(1);
  expect(backend.received).toHaveLength(3);
  expect(out).toMatch(/^wrong +qr-update .+: The backend did not answer in time\./m);
  expect(out).toMatch(/^skipped .+: The backend did not answer three requests in a row\.$/m);
});

it('exits with 2 and says so when the backend cannot be reached', async () => {
  const gone = await backendWith(NONE);
  gone[Symbol.dispose]();

  expect(await check([gone.url])).toEqual({
    code: 2,
    out: '',
    err: `${gone.url}: the backend is not reachable (ECONNREFUSED). Start it, or correct the address.\n`,
  });
});

it.each([
  [[], /^npm run check-backend -- <url>/],
  [['http://a', 'http://b'], /^npm run check-backend -- <url>/],
  [['http://a', '--colour'], /'--colour'[\s\S]+npm run check-backend -- <url>/],
  [['localhost:8000'], /must be a URL that starts with http/],
])('explains its usage after %j', async (args, sentence) => {
  expect(await check(args)).toEqual({ code: 2, out: '', err: expect.stringMatching(sentence) });
});

it('names a wrong setting instead of using it', async () => {
  const { code, err } = await check(['http://127.0.0.1:9'], { CALLBACK_SECRET: 'whsec_?' });

  expect({ code, err }).toEqual({ code: 2, err: expect.stringMatching(/^CALLBACK_SECRET must be/) });
});

it('prints its help', async () => {
  expect(await check(['--help'])).toEqual({ code: 0, out: expect.stringContaining('CALLBACK_SECRET'), err: '' });
});

it('is a command that exits with what it found', async () => {
  using backend = await backendWith(when(isSeen));

  const { code, out, err } = await new Promise<{ code: number | null; out: string; err: string }>((resolve) => {
    const options = { env: { ...CHILD_ENVIRONMENT, ...KEYS }, cwd: '/' };
    const child = execFile(process.execPath, [ENTRY, backend.url], options, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode, out: stdout, err: stderr }),
    );
  });

  expect({ code, err }).toEqual({ code: 1, err: '' });
  expect(out).toMatch(/^wrong +status-update again, under the same webhook-id: It answered 500\. Make webhook-id/m);
});
