import request from 'supertest';
import { type ErrorCode } from '../../src/domain/errors.ts';
import { ROUTES } from '../../src/http/routes/index.ts';
import { errorsOf, type Route } from '../../src/http/route.ts';
import { CONNECTED, endSoon, PAIRING, pathOf, startApi, subjectOf } from './support.ts';

const ALL = ROUTES.map((route) => [`${route.method} ${route.path}`, route] as const);

function call(route: Route, api = startApi(), sessionId = subjectOf(route)) {
  endSoon(route, api);
  const sent = request(api.app)
    [route.method](pathOf(route, sessionId))
    .query(route.example.query ?? {});
  return route.example.body === undefined ? sent : sent.send(route.example.body as object);
}

describe.each(ALL)('the declaration of %s', (_name, route) => {
  it('has an answer of the form that the route gives', async () => {
    const answer = await call(route);
    const body: unknown = answer.type.startsWith('text/') ? answer.text : answer.body;
    expect(route.statuses).toHaveProperty([answer.status]);
    expect(route.answer.parse(body)).toEqual(body);
  });

  it('has an example that is true to its schemas', () => {
    expect(route.answer.parse(route.example.answer)).toEqual(route.example.answer);
    expect(route.body === undefined).toBe(route.example.body === undefined);
    expect(() => route.body?.parse(route.example.body)).not.toThrow();
    expect(() => route.query?.parse(route.example.query ?? {})).not.toThrow();
  });

  it('names the refusals of the route', async () => {
    const refusals = [
      await call(route, startApi(), 'session_1_unknown00'),
      await call(route, startApi(), 'no session'),
      await call(route, startApi(), subjectOf(route) === CONNECTED ? PAIRING : CONNECTED),
    ].filter(({ status }) => status >= 400);
    const codes = refusals.map(({ body }) => (body as { error: ErrorCode }).error);
    expect(errorsOf(route)).toEqual(expect.arrayContaining(codes));
    expect(Object.values(route.refusals ?? {}).filter((code) => !errorsOf(route).includes(code))).toEqual([]);
  });
});

it('no two routes have the same method and path', () => {
  expect(new Set(ALL.map(([name]) => name)).size).toBe(ROUTES.length);
});
