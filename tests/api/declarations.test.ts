import type { ErrorCode } from '../../src/domain/errors.ts';
import { errorsOf, type Route } from '../../src/http/route.ts';
import { ROUTES } from '../../src/http/routes/index.ts';
import { callRoute, checkAll, CONNECTED, PAIRING, startApi, subjectOf } from './support.ts';

const ALL = ROUTES.map((route) => [`${route.method.toUpperCase()} ${route.path}`, route] as const);

/** The codes with which the route refuses these sessions. */
async function codesFor(route: Route, sessionIds: readonly string[]): Promise<ErrorCode[]> {
  const codes: ErrorCode[] = [];
  for (const sessionId of sessionIds) {
    const { status, body } = await callRoute(route, startApi(), { sessionId });
    if (status >= 400) codes.push((body as { error: ErrorCode }).error);
  }
  return codes;
}

it.each(ALL)('the declaration of %s is true', async (_name, route) => {
  const { example, answer } = route;
  await checkAll([
    [
      'its answer schema describes the response',
      async () => {
        const response = await callRoute(route, startApi());
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
        const codes = await codesFor(route, ['session_1_unknown00', 'no session', other]);
        expect(errorsOf(route)).toEqual(expect.arrayContaining(codes));
        expect(Object.values(route.refusals ?? {}).filter((code) => !errorsOf(route).includes(code))).toEqual([]);
      },
    ],
  ]);
});

it('no two routes share their method and path', () => {
  expect(new Set(ALL.map(([name]) => name)).size).toBe(ROUTES.length);
});
