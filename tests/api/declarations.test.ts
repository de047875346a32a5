import type { ErrorCode } from '../../src/domain/errors.ts';
import { errorsOf, EVENT_STREAM, type Route } from '../../src/http/route.ts';
import { ROUTES } from '../../src/http/routes/index.ts';
import { listening } from './listening.ts';
import { type Api, callRoute, checkAll, CONNECTED, PAIRING, startApi, subjectOf } from './support.ts';

const ALL = ROUTES.map((route) => [`${route.method.toUpperCase()} ${route.path}`, route] as const);

let shared: Api;
beforeAll(async () => (shared = await listening(startApi())));

/** A stream ends with its API. */
const isStream = ({ mediaType }: Route) => mediaType === EVENT_STREAM;

/** An API in which this route has changed nothing. */
const apiFor = async (route: Route) => (route.method === 'get' && !isStream(route) ? shared : listening(startApi()));

/** The codes with which the route refuses these sessions. */
async function codesFor(route: Route, api: Api, sessionIds: readonly string[]): Promise<ErrorCode[]> {
  const codes: ErrorCode[] = [];
  for (const sessionId of sessionIds) {
    const { status, body } = await callRoute(route, isStream(route) ? startApi() : api, { sessionId });
    if (status >= 400) codes.push((body as { error: ErrorCode }).error);
  }
  return codes;
}

it.each(ALL)('the declaration of %s is true', async (_name, route) => {
  const { example, answer } = route;
  const api = await apiFor(route);
  await checkAll([
    [
      'its answer schema describes the response',
      async () => {
        const response = await callRoute(route, api);
        const body: unknown = /^text\/|ndjson$/.test(response.type) ? response.text : response.body;
        expect(route.statuses).toHaveProperty([response.status]);
        expect(answer.parse(body)).toEqual(body);
      },
    ],
    [
      'its examples match its schemas',
      () => {
        expect(answer.parse(example.answer)).toEqual(example.answer);
        expect(route.body === undefined).toBe(example.body === undefined);
        expect(() => route.body?.parse(example.body)).not.toThrow();
        expect(() => route.query?.parse(example.query ?? {})).not.toThrow();
      },
    ],
    [
      'it lists its errors',
      async () => {
        const other = subjectOf(route) === CONNECTED ? PAIRING : CONNECTED;
        const codes = await codesFor(route, api, ['session_1_unknown00', 'no session', other]);
        expect(errorsOf(route)).toEqual(expect.arrayContaining(codes));
        expect(Object.values(route.refusals ?? {}).filter((code) => !errorsOf(route).includes(code))).toEqual([]);
      },
    ],
  ]);
});

it('no two routes share their method and path', () => {
  expect(new Set(ALL.map(([name]) => name)).size).toBe(ROUTES.length);
});
