import { type KeySpec, type Scope, SCOPES } from '../../src/domain/access.ts';
import { AppError, type ErrorCode, ERRORS } from '../../src/domain/errors.ts';
import type { SessionId } from '../../src/domain/session-id.ts';
import { ADMIN } from '../../src/http/access/caller.ts';
import { ERROR_STATUS } from '../../src/http/responses/error-status.ts';
import { EVENT_STREAM, type Route } from '../../src/http/route.ts';
import { ROUTES } from '../../src/http/routes/index.ts';
import { Secret } from '../../src/kit/secret.ts';
import { CONTACT, GROUP } from './connection-in-memory.ts';
import { listening } from './listening.ts';
import { answerTo, type Api, callRoute, checkAll, CONNECTED, id, PAIRING, startApi, subjectOf } from './support.ts';

/** A case and its check; see `checkAll`. */
type Check = readonly [name: string, check: () => Promise<void>];

const ALL = ROUTES.map((route) => [`${route.method.toUpperCase()} ${route.path}`, route] as const);
const FIRST = 'first-key-0123456789';
const SECOND = 'second-key-987654321';
const OTHER = id('session_1705312200999_xyz999xyz');
const UNKNOWN = 'session_1_unknown00';
const TTL_MS = 60_000;

const bearer = (key: string) => ({ Authorization: `Bearer ${key}` });
const refusal = (code: ErrorCode, message: string = ERRORS[code]) => ({ success: false, error: code, message });

const isPublic = ({ scope }: Route) => scope === 'none';
const namesSession = ({ path }: Route) => path.includes(':sessionId');
const namesGroup = ({ path }: Route) => path.includes(':groupId');

/** The scope that the route requires; public ones are tried with the smallest. */
const scopeOf = ({ scope }: Route): Scope => (scope === 'none' ? 'sessions:read' : scope);

/** An API with two keys in `API_KEY`. */
const startLocked = () => startApi({ apiKeys: [new Secret(FIRST), new Secret(SECOND)] });

/** What is refused changes nothing, nor does reading: such requests of all routes share an API. */
let locked: Api, open: Api;
beforeAll(async () => {
  [locked, open] = await Promise.all([listening(startLocked()), listening(startApi())]);
});
// An address may send so many wrong keys in a minute.
afterEach(() => locked.clock.move(60_000));

/** Whether requests may share an API. A stream ends with its API. */
const onlyReads = ({ method, mediaType }: Route) => method === 'get' && mediaType !== EVENT_STREAM;

/** Makes the headers of a request. */
type Credentials = (api: Api) => Promise<Record<string, string>> | Record<string, string>;

/** Sends the route's example request with these credentials, to an API of its own if it may change something, unless one is given. */
async function callWith(route: Route, credentials: Credentials, api = onlyReads(route) ? locked : startLocked()) {
  const headers = await credentials(api);
  return answerTo(callRoute(route, api, { headers }));
}

async function keyFor(api: Api, spec: Partial<KeySpec>): Promise<string> {
  const { text } = await api.keys.create({ name: '', scopes: SCOPES.slice(1), sessions: null, ...spec });
  return text.reveal();
}

async function revokedKey(api: Api): Promise<string> {
  const { key, text } = await api.keys.create({ name: '', scopes: ['admin'], sessions: null });
  await api.keys.revoke(key.keyId);
  return text.reveal();
}

const tokenFor = async (api: Api, sessionId: SessionId) =>
  (await api.tokens.issue(ADMIN, { sessionId, ttlMs: TTL_MS })).token.reveal();

const WRONG_CREDENTIALS: [string, Credentials][] = [
  ['no key', () => ({})],
  ['a wrong bearer', () => bearer('nobody')],
  ['a wrong X-API-Key', () => ({ 'X-API-Key': 'nobody' })],
  ['a prefix of a key', () => ({ 'X-API-Key': FIRST.slice(0, -1) })],
  ['both keys in one', () => ({ 'X-API-Key': `${FIRST},${SECOND}` })],
  ['an empty bearer', () => ({ Authorization: 'Bearer ' })],
  ['another scheme', () => ({ Authorization: `Basic ${FIRST}` })],
  [
    'a key with a wrong secret',
    async (api) => bearer(`${(await keyFor(api, { scopes: ['admin'] })).slice(0, -4)}0000`),
  ],
  ['a revoked key', async (api) => bearer(await revokedKey(api))],
  ['a token that was never issued', () => bearer(`wat_${'a'.repeat(68)}`)],
];

/** Public routes ignore wrong credentials. */
function wrongCredentials(route: Route, api: Api): Check[] {
  return WRONG_CREDENTIALS.map(([name, credentials]) => [
    name,
    async () => {
      const { status, headers, body } = await callWith(route, credentials, api);
      expect(status).toBe(isPublic(route) ? 200 : 401);
      if (isPublic(route)) return;
      expect(headers['www-authenticate']).toBe('Bearer');
      expect(body).toEqual(refusal('unauthorized'));
    },
  ]);
}

function wrongScopes(route: Route, api: Api): Check[] {
  const wrong = SCOPES.filter((scope) => scope !== 'admin' && scope !== scopeOf(route));
  return wrong.map((scope) => [
    `a key with only the scope ${scope}`,
    async () => {
      const key = await keyFor(api, { scopes: [scope] });
      const { status, body } = await callWith(route, () => bearer(key), api);
      expect(status).toBe(isPublic(route) ? 200 : 403);
      if (!isPublic(route)) expect(body).toEqual(refusal('not_permitted'));
    },
  ]);
}

/** The reference is the same for everybody: it asks the core for nothing, and contains an example id. */
const isReference = ({ path }: Route) => path === '/openapi.json' || path === '/docs';

/** What an answer reveals about sessions. */
function revealed(route: Route, text: string): string {
  return isReference(route) ? '' : text;
}

/** The statuses for a key of another session: this session does not exist for it. */
function statusesForOthers(route: Route): number[] {
  if (isPublic(route)) return [200];
  if (route.scope === 'admin') return [403];
  if (namesSession(route)) return [404];
  return route.ownSessionsOnly === true ? [200, 404] : [403];
}

/** The status for a token of another session. */
function statusForOtherToken(route: Route): number {
  if (isPublic(route)) return 200;
  if (route.forToken !== true) return 403;
  if (route.ownSessionsOnly === true) return 200;
  return namesSession(route) ? 404 : 403;
}

function otherSessions(route: Route): Check[] {
  const refusedAt = (statuses: number[]) => (statuses.includes(200) ? undefined : locked);
  return [
    [
      'a key of another session',
      async () => {
        const statuses = statusesForOthers(route);
        const credentials: Credentials = async (api) => bearer(await keyFor(api, { sessions: [OTHER] }));
        const { status, text } = await callWith(route, credentials, refusedAt(statuses));
        expect(statuses).toContain(status);
        expect(revealed(route, text)).not.toContain(subjectOf(route));
      },
    ],
    [
      'a token of another session',
      async () => {
        const expected = statusForOtherToken(route);
        const credentials: Credentials = async (api) => bearer(await tokenFor(api, OTHER));
        const { status, text } = await callWith(route, credentials, refusedAt([expected]));
        expect(status).toBe(expected);
        expect(revealed(route, text)).not.toContain(subjectOf(route));
      },
    ],
  ];
}

const MALFORMED_SESSIONS = [
  ...['..%2fx', '..%2F..%2Fetc%2Fpasswd', '__proto__', '.hidden', '%00', 'a%20b', '%F0%9F%91%8B'],
  'x'.repeat(101),
];

function sessionIds(route: Route, api: Api): Check[] {
  if (!namesSession(route)) return [];
  return [...MALFORMED_SESSIONS, UNKNOWN].map((sessionId) => [
    `the session id ${sessionId}`,
    async () => {
      const { status, body } = await answerTo(callRoute(route, api, { sessionId }));
      expect([status, body]).toEqual([404, refusal('session_not_found')]);
    },
  ]);
}

/** A restart is refused as `session_not_connected` only during pairing by code. */
function disconnected(route: Route, api: Api): Check[] {
  if (!namesSession(route) || !route.errors.includes('session_not_connected') || route.path.endsWith('/restart'))
    return [];
  return [
    [
      'a session that is not connected',
      async () => {
        const { status, body } = await answerTo(callRoute(route, api, { sessionId: PAIRING }));
        expect([status, body]).toEqual([409, refusal('session_not_connected')]);
      },
    ],
  ];
}

const MALFORMED_GROUPS = ['Ventas', '1', CONTACT.jid, `${GROUP.groupId}%2F..`, '1203630123%00@g.us'];

function groupIds(route: Route, api: Api): Check[] {
  if (!namesGroup(route)) return [];
  return MALFORMED_GROUPS.map((groupId) => [
    `the group id ${groupId}`,
    async () => {
      const malformed = { ...route, path: route.path.replace(':groupId', groupId) };
      const { status, body } = await answerTo(callRoute(malformed, api));
      expect([status, body]).toEqual([404, refusal('group_not_found')]);
    },
  ]);
}

/** The errors that come from the core, as far as the doubles can throw them for any route. */
const FROM_THE_CORE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  ...(['session_not_connected', 'not_allowed', 'whatsapp_refused', 'rate_limited', 'whatsapp_timeout'] as const),
  ...(['number_not_on_whatsapp', 'group_not_found', 'picture_not_found', 'message_not_found'] as const),
  ...(['call_not_found', 'account_restricted', 'message_refused', 'message_not_sent', 'message_not_suitable'] as const),
  ...(['pairing_refused', 'qr_timeout', 'overloaded', 'too_many_sessions', 'too_many_pending_sessions'] as const),
  ...(['passkey_not_wanted', 'passkey_expired', 'passkey_refused'] as const),
  ...(['session_logged_out', 'unsupported_media', 'media_not_uploaded', 'media_not_available'] as const),
  ...(['media_expired', 'media_too_large', 'media_not_fetched'] as const),
]);

function failWith({ sessions, media, scheduled, backup }: Api, failure: AppError | undefined): void {
  for (const double of [sessions, media, scheduled, backup]) Object.assign(double, { failure });
}

/** Errors of the core keep their code and their sentence. */
function coreErrors(route: Route, api: Api): Check[] {
  const codes = route.errors.filter((code) => FROM_THE_CORE.has(code));
  if (codes.length === 0 || isReference(route)) return [];
  return [...codes, 'storage_unavailable' as const].map((code) => [
    code,
    async () => {
      const failure = new AppError(code, { message: 'Because WhatsApp says so.' });
      failWith(api, failure);
      const { status, headers, body } = await answerTo(callRoute(route, api)).finally(() => failWith(api, undefined));
      expect([status, body]).toEqual([ERROR_STATUS[code], refusal(code, 'Because WhatsApp says so.')]);
      expect(headers['content-type']).toContain('application/json');
    },
  ]);
}

it('finds what it checks', () => {
  expect(ROUTES.filter((route) => coreErrors(route, open).length > 5).length).toBeGreaterThan(15);
  expect(ROUTES.filter((route) => disconnected(route, open).length > 0).length).toBeGreaterThan(10);
});

it.each(ALL)('%s refuses every invalid caller and request', async (_name, route) => {
  await checkAll([
    ...wrongCredentials(route, locked),
    ...wrongScopes(route, locked),
    ...otherSessions(route),
    ...sessionIds(route, open),
    ...groupIds(route, open),
    ...disconnected(route, open),
    ...coreErrors(route, open),
  ]);
});

const ADMINS: [string, Record<string, string>][] = [
  ['the first key as bearer', bearer(FIRST)],
  ['the second key as bearer', { Authorization: `bearer ${SECOND}` }],
  ['the first key as X-API-Key', { 'X-API-Key': FIRST }],
  ['the second key as X-API-Key', { 'X-API-Key': SECOND }],
  ['a key next to the credentials of a proxy', { Authorization: 'Basic Og==', 'X-API-Key': FIRST }],
];

/** Keys that are limited to sessions cannot use routes about everything. */
function isClosedToLimitedKeys(route: Route): boolean {
  return route.scope === 'admin' || !(isPublic(route) || namesSession(route) || route.ownSessionsOnly);
}

it.each(ALL)('%s accepts every sufficient key', async (_name, route) => {
  const statuses = Object.keys(route.statuses).map(Number);
  const own = [CONNECTED, id(subjectOf(route))];
  const forToken = route.forToken === true && (namesSession(route) || route.ownSessionsOnly === true);
  let api = onlyReads(route) ? locked : await listening(startLocked());
  const expectStatus = async (expected: number[], credentials: Credentials) => {
    let { status } = await callWith(route, credentials, api);
    if (!expected.includes(status)) {
      // What the last one changed may be in the way, unless this one is refused anew.
      api = await listening(startLocked());
      ({ status } = await callWith(route, credentials, api));
    }
    expect(expected).toContain(status);
  };
  await checkAll([
    ...ADMINS.map(([name, headers]): Check => [name, () => expectStatus(statuses, () => headers)]),
    ...[scopeOf(route), 'admin' as const].map((scope): Check => [
      `a key with the scope ${scope}`,
      () => expectStatus(statuses, async (api) => bearer(await keyFor(api, { scopes: [scope] }))),
    ]),
    [
      'a key of this session',
      () =>
        expectStatus(isClosedToLimitedKeys(route) ? [403] : statuses, async (api) =>
          bearer(await keyFor(api, { sessions: own })),
        ),
    ],
    [
      'a token of this session',
      () =>
        expectStatus([forToken || isPublic(route) ? 200 : 403], async (api) =>
          bearer(await tokenFor(api, id(subjectOf(route)))),
        ),
    ],
  ]);
});
