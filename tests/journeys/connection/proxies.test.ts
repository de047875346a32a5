import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { randomMasterKey } from '../../harness/random-master-key.ts';
import { startConnectProxy, startSocksProxy, type TestProxy } from '../../harness/proxies.ts';
import { startWorld, type World } from '../../harness/world.ts';

const ANA = '5491122223333';
const CUSTOMER = '5491144445555';
const CREDENTIALS = 'agent:s3cret';
const PICTURE = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');

/** The proxy's URL with credentials. */
const withCredentials = ({ url }: TestProxy, credentials = CREDENTIALS) => url.replace('://', `://${credentials}@`);

async function create(world: World, body: unknown): Promise<string> {
  const { status, body: created } = await world.orchestrator.post('/sessions', body);
  expect(status).toBe(201);
  return created.data.session_id as string;
}

describe('a session with a proxy', () => {
  it.each([
    ['HTTP', startConnectProxy],
    ['SOCKS5', startSocksProxy],
  ] as const)('links, receives and sends files through a proxy by %s', async (_kind, start) => {
    await using proxy = await start({ credentials: CREDENTIALS });
    await using world = await startWorld({
      environment: { PROXY_ALLOWED_HOSTS: '127.0.0.1', DOWNLOAD_MEDIA: 'true', MASTER_KEY: randomMasterKey() },
    });
    const { whatsapp, orchestrator, backend } = world;
    const id = await create(world, { proxy: withCredentials(proxy) });
    const { body } = await orchestrator.get(`/sessions/${id}/qr`);
    await whatsapp.phone(ANA).scan(body.qrText as string);
    await backend.next('new-session-connected');
    await orchestrator.until(id, { status: 'connected', proxy: proxy.url.replace('://', '://***@') });
    const socket = new URL(whatsapp.wsUrl).host;
    expect(new Set(proxy.connected)).toEqual(new Set([socket]));

    await whatsapp.phone(CUSTOMER).sendMedia(ANA, { kind: 'document', bytes: PICTURE });
    const { media_info: media } = (await backend.next('messages/received')).body;
    expect(media).toMatchObject({ download_error: null, path: expect.any(String) as string });
    const file = { base64: PICTURE.toString('base64') };
    const before = mediaVia(proxy, world);
    expect(before).toBeGreaterThan(0);
    const sent = { number: CUSTOMER, type: 'document', file };
    expect((await orchestrator.post(`/sessions/${id}/messages`, sent)).status).toBe(200);
    expect(mediaVia(proxy, world)).toBeGreaterThan(before);
    expect(proxy.shown.every((given) => given === CREDENTIALS)).toBe(true);
    expect(await plainFilesWith(world, 's3cret')).toEqual([]);
  });

  it('says what a proxy does that is away or refuses, and goes on once it has another one', async () => {
    await using proxy = await startSocksProxy({ credentials: CREDENTIALS });
    await using world = await startWorld({ environment: { PROXY_ALLOWED_HOSTS: '127.0.0.1' } });
    const { orchestrator } = world;
    const shown = proxy.url.replace('://', '://***@');
    const id = await create(world, { proxy: withCredentials(proxy, 'agent:wrong') });
    const refusal = `The proxy ${shown} refuses the connection (Socks5 Authentication failed).`;
    await orchestrator.until(id, { status: 'connecting', error_message: refusal });
    const gone = 'http://127.0.0.1:1';
    await orchestrator.patch(`/sessions/${id}`, { proxy: gone });
    const away = `The proxy ${gone} cannot be reached (ECONNREFUSED).`;
    await orchestrator.until(id, { status: 'connecting', error_message: away });
    await orchestrator.patch(`/sessions/${id}`, { proxy: withCredentials(proxy) });
    const { body } = await orchestrator.get(`/sessions/${id}/qr`);
    await world.whatsapp.phone(ANA).scan(body.qrText as string);
    await orchestrator.until(id, { status: 'connected', error_message: null });
    await orchestrator.patch(`/sessions/${id}`, { proxy: gone });
    await world.fastForwardUntil(orchestrator.until(id, { status: 'disconnected', reconnecting: true }));
    await orchestrator.patch(`/sessions/${id}`, { proxy: null });
    await orchestrator.until(id, { status: 'connected', proxy: null });
  });

  it('may be any for the operator, for all sessions, but only a public one for callers', async () => {
    await using proxy = await startConnectProxy();
    await using world = await startWorld({ environment: { PROXY_URL: proxy.url } });
    const { sessionId } = await world.link(world.whatsapp.phone(ANA));
    expect(proxy.connected).toContain(new URL(world.whatsapp.wsUrl).host);
    for (const url of ['http://10.0.0.1:3128', 'socks5://127.0.0.1:1080', 'http://169.254.169.254'])
      expect(await world.orchestrator.patch(`/sessions/${sessionId}`, { proxy: url })).toMatchObject({
        ...{ status: 400, body: { error: 'url_not_allowed' } },
      });
  });
});

/** How many connections for files went through the proxy. */
function mediaVia(proxy: TestProxy, { whatsapp }: World): number {
  return proxy.connected.filter((target) => target === whatsapp.mediaHost).length;
}

async function plainFilesWith(world: World, text: string): Promise<string[]> {
  const names = await readdir(world.authDir);
  const contents = await Promise.all(names.map((name) => readFile(join(world.authDir, name)).catch(() => Buffer.of())));
  return names.filter((_, at) => contents[at]!.includes(text));
}
