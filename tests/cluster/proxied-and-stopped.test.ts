import { startSocksProxy } from '../harness/proxies.ts';
import { randomMasterKey } from '../harness/random-master-key.ts';
import { untilTrue } from '../harness/until.ts';
import { TwoNodes } from './two-nodes.ts';

it('a session keeps its proxy on every node, and stays stopped until it is started through any', async () => {
  await using proxy = await startSocksProxy({ credentials: 'agent:s3cret' });
  await using nodes = await TwoNodes.start();
  const { whatsapp, backend } = nodes.world;
  const own = { MASTER_KEY: randomMasterKey(), PROXY_ALLOWED_HOSTS: '127.0.0.1' };
  await nodes.startNode('a', own);
  const ana = whatsapp.phone('5491122334455', 'Ana');
  const juan = whatsapp.phone('5490987654321', 'Juan');
  const created = await nodes.node('a').post('/sessions', { proxy: proxy.url.replace('://', '://agent:s3cret@') });
  const id = created.body.data.session_id as string;
  await ana.scan((await nodes.node('a').get(`/sessions/${id}/qr`)).body.qrText as string);
  await backend.next('new-session-connected');
  const other = await nodes.link('a', juan);
  await nodes.node('a').until(id, { status: 'connected' });
  const throughProxy = () => proxy.connected.filter((target) => target === new URL(whatsapp.wsUrl).host).length;
  const atFirst = throughProxy();

  // Started after the session was created: its proxy comes with it.
  await nodes.startNode('b', own);
  await nodes.stopNode('a');

  await untilTrue(async () => (await nodes.owners(id)).join() === 'b' && throughProxy() > atFirst);
  await nodes.node('b').until(id, { status: 'connected', proxy: proxy.url.replace('://', '://***@') });
  expect(new Set(proxy.shown)).toEqual(new Set(['agent:s3cret']));

  await nodes.startNode('a', own);
  const stopped = await nodes.node('a').post(`/sessions/${id}/stop`);
  expect(stopped.body.data).toMatchObject({ status: 'disconnected', stopped: true });
  const beforeTheMove = throughProxy();
  await untilTrue(async () => (await nodes.owners(id)).join() !== '');
  const [owner] = await nodes.owners(id);
  const heir = owner === 'a' ? 'b' : 'a';
  await nodes.stopNode(owner!);
  await nodes.node(heir).until(other, { status: 'connected' });
  await untilTrue(async () => (await nodes.owners(id)).join() === heir);
  expect((await nodes.node(heir).get(`/sessions/${id}`)).body.data).toMatchObject({ stopped: true });
  expect(throughProxy()).toBe(beforeTheMove);

  await nodes.startNode(owner!, own);
  const started = await nodes.node(owner!).post(`/sessions/${id}/start`);
  expect(started.body.data).toMatchObject({ status: 'connected', stopped: false });
  expect(throughProxy()).toBe(beforeTheMove + 1);
  await juan.sendText(ana.number, 'hola');
  await backend.next(({ body }) => body.session_id === id && body.message_content === 'hola');
}, 60_000);
