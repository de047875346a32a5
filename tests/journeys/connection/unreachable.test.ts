import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { freePort } from '../../harness/free-port.ts';
import { startConnectProxy } from '../../harness/proxies.ts';
import { TestAuthority } from '../../harness/test-certificates.ts';
import { startWorld } from '../../harness/world.ts';

const ANA = '5491122223333';
const CUSTOMER = '5491144445555';

/** A cause, as it is: the settings of an orchestrator that meets it. */
interface Cause extends AsyncDisposable {
  environment: Record<string, string>;
}

async function listening(server: Server, environment: (port: number) => Record<string, string>): Promise<Cause> {
  const sockets = new Set<{ destroy(): void }>();
  server.on('connection', (socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const end = async () => {
    sockets.forEach((socket) => socket.destroy());
    server.close();
    await once(server, 'close');
  };
  return { environment: environment((server.address() as AddressInfo).port), [Symbol.asyncDispose]: end };
}

const settings = (environment: Record<string, string>): Cause => ({
  environment,
  [Symbol.asyncDispose]: () => Promise.resolve(),
});
const at = (scheme: string) => (port: number) => ({ WHATSAPP_WS_URL: `${scheme}://127.0.0.1:${port}/ws` });

const CAUSES: [string, RegExp, () => Promise<Cause>][] = [
  [
    'refused',
    /^WhatsApp cannot be reached: the connection to 127\.0\.0\.1:\d+ is refused \(ECONNREFUSED\)\. Check /,
    async () => settings(at('ws')(await freePort())),
  ],
  [
    'tls',
    /^WhatsApp cannot be reached: TLS fails \([A-Z_]+: .*certificate.*\)\. Check /,
    () => listening(createTlsServer(new TestAuthority().issue({ names: ['else.example'] })), at('wss')),
  ],
  [
    'dns',
    /^WhatsApp cannot be reached: the name nowhere\.invalid cannot be resolved \(DNS: E[A-Z_]+\)\. Check /,
    () => Promise.resolve(settings({ WHATSAPP_WS_URL: 'wss://nowhere.invalid/ws' })),
  ],
  [
    'timeout',
    /^WhatsApp cannot be reached: it did not answer in time\. Check /,
    () => listening(createServer(), at('ws')),
  ],
];

describe('WhatsApp cannot be reached', () => {
  it.each(CAUSES)('and everything says why, long before its own time is over: %s', async (reason, sentence, make) => {
    await using cause = await make();
    await using world = await startWorld({ environment: cause.environment });
    const { orchestrator } = world;
    const why = { reason, message: expect.stringMatching(sentence) as string };
    // Every other cause is found in real time, in which the limit for an answer must not pass.
    const answered = <Answer>(answer: Promise<Answer>) =>
      reason === 'timeout' ? world.fastForwardUntil(answer) : answer;

    const startedAtMs = world.clock.now();
    const qr = orchestrator.get('/generate-qr');
    const code = orchestrator.post('/sessions/pairing-code', { number: ANA });
    await answered(Promise.all([qr, code]));
    expect(await qr).toMatchObject({ status: 504, body: { error: 'qr_timeout', ...why } });
    expect(await code).toMatchObject({ status: 504, body: { error: 'whatsapp_timeout', ...why } });
    expect(world.clock.now() - startedAtMs).toBeLessThan(15_000);
    await orchestrator.untilSessions(0);

    const { body } = await orchestrator.post('/sessions', {});
    const id = body.data.session_id as string;
    await answered(orchestrator.until(id, { status: 'connecting', error_reason: reason }));
    expect(await orchestrator.get(`/sessions/${id}/qr`)).toMatchObject({
      ...{ status: 409, body: { error: 'session_not_pairing', ...why } },
    });
    const { body: timeline } = await orchestrator.get(`/sessions/${id}/timeline`);
    expect(timeline.data).toContainEqual(
      expect.objectContaining({ what: 'line_lost', why: expect.stringMatching(sentence) as string }),
    );
    const { status, problems } = (await orchestrator.get('/health')).body;
    expect([status, problems]).toEqual(['degraded', [expect.stringMatching(/^WhatsApp cannot be reached: [^:]+\. /)]]);
  });
});

it('a proxy that refuses is the reason of every answer, and none once the proxy lets everybody through', async () => {
  await using proxy = await startConnectProxy({ credentials: 'agent:s3cret' });
  await using world = await startWorld({ environment: { PROXY_URL: proxy.url, PROXY_ALLOWED_HOSTS: '127.0.0.1' } });
  const { orchestrator } = world;
  const refusal = `The proxy ${proxy.url} refuses the connection (407 Proxy Authentication Required).`;

  expect(await orchestrator.get('/generate-qr')).toMatchObject({
    ...{ status: 504, body: { error: 'qr_timeout', reason: 'proxy', message: refusal } },
  });
  const { problems } = (await orchestrator.get('/health')).body;
  expect(problems).toEqual(['WhatsApp cannot be reached: the proxy is away or refuses. The log has the details.']);

  const { body } = await orchestrator.post('/sessions', { proxy: proxy.url.replace('://', '://agent:s3cret@') });
  const id = body.data.session_id as string;
  const { body: offer } = await orchestrator.get(`/sessions/${id}/qr`);
  await world.whatsapp.phone(ANA).scan(offer.qrText as string);
  await orchestrator.until(id, { status: 'connected', error_reason: null });
  expect((await orchestrator.get('/health')).body).toMatchObject({ status: 'ok', problems: [] });

  await orchestrator.patch(`/sessions/${id}`, { proxy: 'http://127.0.0.1:1' });
  await world.fastForwardUntil(orchestrator.until(id, { status: 'disconnected', error_reason: 'proxy' }));
  expect(await orchestrator.send(id, CUSTOMER, 'hola')).toMatchObject({
    ...{ status: 409, body: { error: 'session_not_connected', reason: 'proxy' } },
    body: { message: 'The proxy http://127.0.0.1:1 cannot be reached (ECONNREFUSED).' },
  });
  expect((await orchestrator.post(`/sessions/${id}/restart`)).body.data).toMatchObject({
    ...{ status: 'disconnected', reconnecting: true, error_reason: 'proxy' },
  });
});
