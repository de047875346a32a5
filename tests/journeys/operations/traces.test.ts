import { readAll } from '../../../src/kit/read-all.ts';
import { startHttpServer } from '../../harness/http-server.ts';
import { startWorld } from '../../harness/world.ts';

const ACCOUNT = '5491234567890';
const PERSON = '5490987654321';
/** Whoever calls us has begun a trace. */
const CALLER = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };

/** A span as OTLP has it. */
interface Span {
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  events?: { name: string }[];
  status: { code?: number };
}

/** A collector of traces, which keeps what it gets. */
async function startCollector() {
  const received: { path: string | undefined; text: string }[] = [];
  const server = await startHttpServer((req, res) => {
    void readAll(req, 1_000_000).then((body) => {
      received.push({ path: req.url, text: body.toString() });
      res.setHeader('Content-Type', 'application/json').end('{}');
    });
  });
  const spans = (): Span[] =>
    received.flatMap(({ text }) =>
      JSON.parse(text).resourceSpans.flatMap((it: any) => it.scopeSpans.flatMap((scope: any) => scope.spans)),
    );
  return { url: server.url, received, spans, [Symbol.dispose]: () => server[Symbol.dispose]() };
}

it('traces lead from a stanza and from a request to their webhooks, and tell nobody what was written or to whom', async () => {
  using collector = await startCollector();
  const { delivered, status, answer } = await talk({ OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/` });

  const spans = collector.spans();
  const named = (name: string) => spans.filter((span) => span.name === name);
  const [receive] = named('receive');
  const [told] = named('deliver message-received');
  expect(receive).not.toHaveProperty('parentSpanId');
  expect(told).toMatchObject({ traceId: receive!.traceId, parentSpanId: receive!.spanId });
  expect(delivered.headers.traceparent).toBe(`00-${told!.traceId}-${told!.spanId}-01`);

  const [asked, refused] = named('POST /sessions/:sessionId/send-message');
  const [send] = named('send');
  expect(asked).toMatchObject({ traceId: CALLER.traceId, parentSpanId: CALLER.spanId });
  expect(send).toMatchObject({ traceId: CALLER.traceId, parentSpanId: asked!.spanId });
  expect(send!.events!.map(({ name }) => name)).toEqual(['admitted', 'resolved', 'encoded']);
  expect(answer.status).toBe(200);
  const updates = named('deliver message-status-update');
  expect(updates.map(({ traceId, parentSpanId }) => [traceId, parentSpanId])).toEqual(
    updates.map(() => [CALLER.traceId, send!.spanId]),
  );
  expect(status.headers.traceparent).toMatch(new RegExp(`^00-${CALLER.traceId}-`));
  expect(refused!.status.code).not.toBe(2);
  expect(named('send')[1]!.status.code).toBe(2);

  const all = collector.received.map(({ text }) => text).join();
  expect(collector.received[0]!.path).toBe('/v1/traces');
  for (const secret of [ACCOUNT, PERSON, '14155550100', 'hola', 'Juan']) expect(all).not.toContain(secret);
});

/** OpenTelemetry's library reads its own variables where it is loaded. */
beforeAll(() => {
  process.env.OTEL_EXPORTER_OTLP_TIMEOUT = '300';
});
afterAll(() => {
  delete process.env.OTEL_EXPORTER_OTLP_TIMEOUT;
});

it('without a collector, nobody is told of a trace; with one that is away, everything works', async () => {
  const untraced = await talk({});
  expect(untraced.delivered.headers).not.toHaveProperty('traceparent');

  const away = await talk({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' });
  expect(away.answer.status).toBe(200);
});

/** A text to the account, one from it, and one to a number that nobody has; then the orchestrator ends. */
async function talk(environment: Record<string, string>) {
  await using world = await startWorld({ environment });
  const { sessionId } = await world.link(world.whatsapp.phone(ACCOUNT));
  await world.whatsapp.phone(PERSON, 'Juan').sendText(ACCOUNT, 'hola');
  const delivered = await world.backend.next('/messages/received');
  const answer = await fetch(`${world.orchestrator.url}/sessions/${sessionId}/send-message`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', traceparent: `00-${CALLER.traceId}-${CALLER.spanId}-01` },
    body: JSON.stringify({ number: PERSON, message: 'hola' }),
  });
  const status = await world.backend.next(({ body }) => body.status === 'delivered');
  expect((await world.orchestrator.send(sessionId, '14155550100', 'hola')).body.error).toBe('number_not_on_whatsapp');
  return { delivered, answer, status };
}
