import { readFileSync } from 'node:fs';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { Validator } from '@seriousme/openapi-schema-validator';
import { AppError, ERRORS } from '../../src/domain/errors.ts';
import { ERROR_STATUS } from '../../src/http/responses/error-status.ts';
import { EVENT_PATHS, type EventKind } from '../../src/domain/event.ts';
import { OrchestratorClient } from '../../examples/client/client.ts';
import { clientSource } from '../../scripts/client/source.ts';
import { openApiDocument } from '../../src/http/reference/document.ts';
import type { OpenApiDocument, Response } from '../../src/http/reference/openapi.ts';
import { errorsOf } from '../../src/http/route.ts';
import { OPERATIONS, ROUTES } from '../../src/http/routes/index.ts';
import { outgoingMessage } from '../../src/http/schemas/message-schemas.ts';
import { parse } from '../../src/http/validate.ts';
import { VERSION } from '../../src/version.ts';
import { Secret } from '../../src/kit/secret.ts';
import type { FurtherEventKind } from '../../src/domain/further-event.ts';
import { FURTHER_EXAMPLES } from '../../src/http/reference/further-examples.ts';
import { answerComplaint, callbackComplaint, escaped, furtherComplaint } from '../harness/openapi-conformance.ts';
import { complaintAbout } from '../harness/openapi-schemas.ts';
import { PageServer } from '../harness/page-server.ts';
import { CONNECTED, MESSAGE, startApi, viewOf } from './support.ts';

const committed = JSON.parse(
  readFileSync(new URL('../../docs/openapi.json', import.meta.url), 'utf8'),
) as OpenApiDocument;

/** The JSON pointers of empty objects and arrays, except for examples and security requirements. */
function emptyPlaces(value: unknown, place = ''): string[] {
  if (typeof value !== 'object' || value === null || /example|security/.test(place)) return [];
  const inside = Object.entries(value);
  return inside.length === 0 ? [place] : inside.flatMap(([name, one]) => emptyPlaces(one, `${place}/${name}`));
}

describe('docs/openapi.json', () => {
  it('matches the code: npm run openapi generates it', () => {
    const generated = openApiDocument(OPERATIONS, VERSION);

    expect(committed).toEqual(JSON.parse(JSON.stringify(generated)));
  });

  it('is valid OpenAPI 3.1', async () => {
    const validator = new Validator();

    expect(await validator.validate(structuredClone(committed) as unknown as Record<string, unknown>)).toEqual({
      valid: true,
    });
    expect(validator.version).toBe('3.1');
  });

  it('has every route and no other path, with all of their errors', () => {
    const documented = Object.entries(committed.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId }]) => [operationId, method, path]),
    );
    const routes = Object.entries(OPERATIONS).map(([name, { method, path }]) => [
      name,
      method,
      path.replaceAll(/:(\w+)/g, '{$1}'),
    ]);
    expect(documented.sort()).toEqual(routes.sort());

    for (const route of ROUTES) {
      const operation = committed.paths[route.path.replaceAll(/:(\w+)/g, '{$1}')]![route.method]!;
      const statuses = [...Object.keys(route.statuses), ...errorsOf(route).map((code) => String(ERROR_STATUS[code]))];
      expect(Object.keys(operation.responses).sort()).toEqual([...new Set(statuses)].sort());
    }
  });

  it('has every webhook, with the path that it is posted to', () => {
    const paths = Object.entries(committed.webhooks).map(([kind, { post }]) => [kind, post['x-backend-path']]);

    expect(Object.fromEntries(paths)).toEqual(EVENT_PATHS);
  });

  it('describes the data of further events, each with an example', () => {
    for (const [kind, data] of Object.entries(FURTHER_EXAMPLES))
      expect(furtherComplaint(kind as FurtherEventKind, data)).toBeUndefined();
    const { presence } = FURTHER_EXAMPLES;
    expect(furtherComplaint('presence', { ...presence, session_name: null, session_labels: ['vip'] })).toBeUndefined();
    expect(furtherComplaint('presence', { ...presence, presence: 'asleep' })).toContain('allowed values');
    expect(furtherComplaint('presence', { ...presence, extra: 1 })).toContain('additional properties');
  });

  it('has examples of requests and responses that match their schemas', () => {
    const complaints = Object.entries(committed.paths).flatMap(([path, methods]) =>
      Object.entries(methods).flatMap(([method, { requestBody, responses }]) => {
        const place = `#/paths/${escaped(path)}/${method}`;
        const bodies = {
          requestBody,
          ...Object.fromEntries(Object.keys(responses).map((it) => [`responses/${it}`, responses[it]])),
        };
        return Object.entries(bodies).flatMap(([name, body]) => {
          const json = body && 'content' in body ? body.content['application/json'] : undefined;
          const examples = [json?.example, ...Object.values(json?.examples ?? {}).map((one) => one.value)];
          const schema = `${place}/${name}/content/${escaped('application/json')}/schema`;
          return examples.map((one) => (one === undefined ? undefined : complaintAbout(schema, one)));
        });
      }),
    );

    expect(complaints.filter((complaint) => complaint !== undefined)).toEqual([]);
    expect(complaints.length).toBeGreaterThan(ROUTES.length);
  });

  it('has an example of every type of message, which the server accepts', () => {
    const { schema, examples = {} } =
      committed.paths['/sessions/{sessionId}/messages']!.post!.requestBody!.content['application/json']!;
    const types = (schema?.oneOf ?? schema?.anyOf ?? []).flatMap(({ $ref = '' }) => {
      const { properties = {} } = committed.components.schemas[$ref.split('/').at(-1)!]!;
      return 'const' in properties.type! ? [properties.type.const] : [];
    });

    expect(Object.keys(examples).sort()).toEqual([...types].sort());
    expect(types).toEqual(expect.arrayContaining(['text', 'voice', 'forward']));
    for (const [type, { value }] of Object.entries(examples)) {
      expect(() => parse(outgoingMessage, value)).not.toThrow();
      expect(value).toMatchObject({ type });
    }
  });

  it('has no error that Redocly or Spectral would report', async () => {
    const rules = {
      // Compiles every schema; other tests compare the examples with them.
      'no-invalid-media-type-examples': 'off',
      // Probes refuse nothing.
      'operation-4xx-response': 'off',
      // What further webhooks carry: no path refers to it.
      'no-unused-components': 'off',
    } as const;
    const config = await createConfig({ extends: ['recommended'], rules });
    const problems = await lintFromString({ source: JSON.stringify(committed), config });
    expect(problems.map(({ ruleId, message, location }) => [ruleId, message, location[0]?.pointer])).toEqual([]);

    // Spectral compiles patterns without the flag `u`.
    const patterns = JSON.stringify(committed).matchAll(/"pattern":("(?:[^"\\]|\\.)*")/g);
    const sources = [...patterns].map(([, json]) => JSON.parse(json!) as string);
    expect(sources.length).toBeGreaterThan(10);
    expect(sources.filter((source) => source.includes('\\p{'))).toEqual([]);
  });

  it('names the schema of every JSON response, and equal ones alike', () => {
    const named = Object.values(committed.paths)
      .flatMap((methods) => Object.values(methods))
      .map(({ operationId, responses }) => {
        const success = Object.entries(responses).find(([status]) => status.startsWith('2'))?.[1] as Response;
        const { schema } = success.content?.['application/json'] ?? { schema: { $ref: 'none' } };
        return [operationId, schema?.$ref ?? schema?.anyOf?.[0]?.$ref];
      });
    const names = Object.fromEntries(named) as Record<string, string>;

    expect(Object.entries(names).filter(([, name]) => !name)).toEqual([]);
    expect(names).toMatchObject({
      listSessions: '#/components/schemas/SessionListResponse',
      restartSession: '#/components/schemas/SessionResponse',
      sendMessage: '#/components/schemas/SendMessageResponse',
      sendAnyMessage: '#/components/schemas/SendMessageResponse',
      deleteSession: '#/components/schemas/SuccessResponse',
    });
  });

  it('has examples of webhooks that match their schemas', () => {
    const headers = { 'webhook-id': 'a', 'webhook-timestamp': '1', 'x-session-id': CONNECTED, 'x-session-seq': '1' };
    for (const [kind, { post }] of Object.entries(committed.webhooks)) {
      const { example } = post.requestBody!.content['application/json']!;
      expect(callbackComplaint(EVENT_PATHS[kind as EventKind], headers, example)).toBeUndefined();
    }
  });

  it('describes everything except files and the bodies of past webhooks', () => {
    expect(emptyPlaces(committed)).toEqual([
      expect.stringMatching(/media\/get\/responses\/200\/content/),
      expect.stringMatching(/media\/get\/responses\/206\/content/),
      expect.stringMatching(/\/CurrentPasskeyResponse\/.*\/options\/anyOf\/0\/additionalProperties$/),
      '/components/schemas/Draft/properties/content/additionalProperties',
      '/components/schemas/StoredCallback/properties/body/anyOf/0/additionalProperties',
      '/components/schemas/StoredEvent/properties/body/additionalProperties',
      '/components/schemas/OpenApiResponse/additionalProperties',
      '/components/schemas/MessageReceived/properties/media_info/anyOf/1/properties',
      '/components/schemas/StatusPostData/properties/media_info/anyOf/1/properties',
      '/components/schemas/ChannelMessageData/properties/media_info/anyOf/1/properties',
      '/components/schemas/DraftData/properties/content/anyOf/0/additionalProperties',
    ]);
  });
});

describe('the validation of responses against the document', () => {
  const session = { method: 'GET', url: `/sessions/${CONNECTED}?a=b`, contentType: 'application/json; charset=utf-8' };
  const good = { ...session, status: 200, body: { success: true, data: viewOf(CONNECTED, 'connected') } };
  const refused = { success: false, error: 'session_not_found', message: 'No.' };

  it('accepts responses that match', () => {
    expect(answerComplaint(good)).toBeUndefined();
    expect(answerComplaint({ ...session, status: 404, body: refused })).toBeUndefined();
    expect(
      answerComplaint({ ...good, url: '/nowhere', status: 404, body: { ...refused, error: 'not_found' } }),
    ).toBeUndefined();
  });

  it.each([
    ['a status', { ...good, status: 201 }, 'no such status'],
    ['a media type', { ...good, contentType: 'text/html' }, 'no text/html'],
    ['an extra field', { ...good, body: { ...good.body, more: 1 } }, 'additional properties'],
    ['a missing field', { ...good, body: { success: true } }, "required property 'data'"],
    [
      'an error of this request',
      { ...good, status: 404, body: { ...refused, error: 'group_not_found' } },
      'allowed values',
    ],
    ['a path', { ...good, url: '/nowhere' }, 'no such request'],
    ['an error code', { ...good, url: '/nowhere', status: 404, body: { ...refused, error: 'lost' } }, 'allowed values'],
  ])('rejects %s that the document does not have', (_what, answer, complaint) => {
    expect(answerComplaint(answer)).toContain(complaint);
  });

  it('rejects webhooks that differ from the document', () => {
    const headers = { 'webhook-id': 'a', 'webhook-timestamp': '1', 'x-session-id': CONNECTED, 'x-session-seq': '1' };
    const body = { session_id: CONNECTED, qr_data: '2@a', generated_at: '2024-01-15T10:30:00.000Z' };
    const path = EVENT_PATHS['qr-update'];

    expect(callbackComplaint(path, headers, body)).toBeUndefined();
    expect(callbackComplaint(path, headers, { ...body, generated_at: 'today' })).toContain('date-time');
    expect(callbackComplaint(path, headers, { ...body, extra: 1 })).toContain('additional properties');
    expect(callbackComplaint(path, { ...headers, 'x-session-seq': '0' }, body)).toContain('pattern');
    expect(callbackComplaint(path, { ...headers, 'webhook-id': undefined }, body)).toContain('webhook-id is missing');
    expect(callbackComplaint('/elsewhere', headers, body)).toContain('no callback');
  });
});

describe('examples/client', () => {
  const FILE = new URL('../../examples/client/client.ts', import.meta.url);

  it('matches the document: npm run openapi generates it', async () => {
    expect(readFileSync(FILE, 'utf8')).toBe(await clientSource(committed, FILE));
  });

  it('sends requests, parses responses, and rejects with the error of an error response', async () => {
    const api = startApi({ apiKeys: [new Secret('a-key')] });
    await using server = await PageServer.start(api.app);
    const url = `http://${server.host}/`;
    const client = new OrchestratorClient({ url, apiKey: 'a-key' });
    const sent = { number: '5491122334455', message: 'Hola' };
    const first = await client.sendMessage(CONNECTED, sent, { idempotencyKey: 'once' });
    expect(await client.sendMessage(CONNECTED, sent, { idempotencyKey: 'once' })).toEqual(first);
    expect(api.sessions.sent).toHaveLength(1);

    const form = new FormData();
    form.append('file', new File(['A letter.'], 'letter.txt', { type: 'text/plain' }));
    for (const [name, text] of Object.entries({ type: 'document', number: sent.number })) form.append(name, text);
    expect((await client.sendAnyMessage(CONNECTED, form)).status).toBe('sent');
    expect((await client.listCallbacks({ state: 'dead', limit: 1 })).data).toHaveLength(1);
    expect(await client.metrics()).toContain('orchestrator_');
    expect((await client.messageMedia(CONNECTED, MESSAGE, { headers: { range: 'bytes=0-3' } })).status).toBe(206);
    expect((await client.fetch(`/sessions/${CONNECTED}/messages/${MESSAGE}/media`)).status).toBe(200);

    await expect(client.viewSession('../keys')).rejects.toMatchObject({ status: 404, code: 'session_not_found' });
    const misspelled = { number: sent.number, mesage: 'Hola' } as unknown as typeof sent;
    await expect(client.sendMessage(CONNECTED, misspelled)).rejects.toMatchObject({
      ...{ status: 400, code: 'invalid_message', field: 'mesage' },
      message: 'The field "mesage" is unknown; did you mean "message"?',
    });
    api.sessions.failure = new AppError('rate_limited', { retryAfterMs: 1_500 });
    await expect(client.sendMessage(CONNECTED, sent)).rejects.toMatchObject({
      name: 'OrchestratorError',
      ...{ status: 429, code: 'rate_limited', message: ERRORS.rate_limited, retryAfterSeconds: 2 },
    });
    await expect(new OrchestratorClient({ url }).listSessions()).rejects.toMatchObject({ code: 'unauthorized' });
    await expect(client.listSessions({}, { signal: AbortSignal.abort() })).rejects.toThrow('aborted');
  });

  it('times out, and reports the error page of a proxy as an unknown error', async () => {
    await using silent = await PageServer.start(() => undefined);
    await using proxy = await PageServer.start((_req, res) => res.writeHead(502).end('<h1>Bad gateway</h1>'));

    await expect(
      new OrchestratorClient({ url: `http://${silent.host}`, timeoutMs: 20 }).listSessions(),
    ).rejects.toThrow('No response within 20 ms');
    await expect(new OrchestratorClient({ url: `http://${proxy.host}` }).listSessions()).rejects.toMatchObject({
      status: 502,
      code: 'unknown',
    });
  });
});
