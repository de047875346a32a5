import { node } from '../../simulator/kit/stanza.ts';
import type { Phone } from '../../simulator/phones/phone.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { startSimulator } from '../../simulator/start-simulator.ts';
import { ANA, SHOP } from '../harness/linked-client.ts';
import { StrictClient } from '../harness/strict-client/strict-client.ts';

let whatsapp: Simulator;
let client: StrictClient;
let ana: Phone;

beforeAll(async () => {
  whatsapp = await startSimulator();
  ana = whatsapp.phone(ANA, 'Ana');
  client = new StrictClient(whatsapp);
  await client.pairWith(whatsapp.phone(SHOP));
});
beforeEach(async () => {
  await client.goAway();
  await whatsapp.until((server) => !server.devices()[0]!.online);
});
afterEach(() => {
  whatsapp.clearFaults();
  expect(whatsapp.stats().errors).toEqual([]);
});
afterAll(async () => {
  await client[Symbol.asyncDispose]();
  await whatsapp[Symbol.asyncDispose]();
});

it('writes everything as the specification says: JIDs, tokens and packed digits', async () => {
  await client.logIn();
  const group = whatsapp.group({ subject: '5491@lid', members: [ana, whatsapp.phone(SHOP)] });
  const { length } = client.nodes;

  await ana.sendText(SHOP, 'hola');
  await ana.sendText(group, 'hola a todos');
  ana.inGroup(group).rename('status@broadcast');

  const direct = await client.node(({ tag }) => tag === 'message', length);
  expect(direct.attrs).toMatchObject({ from: ana.lid, sender_pn: `${ANA}@s.whatsapp.net` });
  await client.node(({ attrs }) => attrs.participant === ana.lid && attrs.from === group.jid, length);
  await client.node(({ attrs }) => attrs.type === 'w:gp2', length);
  await whatsapp.until((server) => server.devices()[0]!.waiting === 0);
});

it('ends a stream with <xmlstreamend/>, and closes the socket later', async () => {
  await client.logIn();
  const { length } = client.lingeredMs;

  whatsapp.fault('stream-error', { code: 503 });
  await client.until(() => client.lingeredMs.length > length, 'the end');

  expect(client.nodes.slice(-2).map(({ tag }) => tag)).toEqual(['stream:error', 'xmlstreamend']);
  expect(client.lingeredMs[length]).toBeGreaterThan(100);
  await whatsapp.until((server) => !server.devices()[0]!.online);
});

it('resumes a handshake with a client that knows its key, and falls back where it cannot', async () => {
  await client.logIn({ resumes: false });
  await client.goAway();
  await client.logIn();
  await client.goAway();
  whatsapp.fault('no-resumption', { times: 1 });
  await client.logIn();
  await client.goAway();
  await client.logIn();

  expect(client.patterns.slice(-4)).toEqual(['XX', 'IK', 'XXfallback', 'IK']);
});

it('sends compressed frames, and reads them', async () => {
  whatsapp.fault('compressed-frames', { number: SHOP });
  await client.logIn();
  const { length } = client.nodes;

  client.send(
    { tag: 'iq', attrs: { id: 'q1', to: '@s.whatsapp.net', xmlns: 'w:p', type: 'get' } },
    { compressed: true },
  );

  expect(await client.node(({ attrs }) => attrs.id === 'q1', length)).toMatchObject({ attrs: { type: 'result' } });
  expect(client.compressed.at(-1)).toBe(true);
});

it('reads and writes JIDs in every form, and strings of every kind', async () => {
  await client.logIn();
  const jids = [
    ...['5491122334455@s.whatsapp.net', '5491122334455:7@s.whatsapp.net', '123456:2@lid', '123:99@hosted'],
    ...['123:99@hosted.lid', '120363000000000000@g.us', '5491122334455-1600000000@g.us', 'status@broadcast'],
    ...['120363111111111111@newsletter', '867051314767696@bot', '100:3@msgr', '12-345:6@interop', '@call'],
  ];
  const texts = [
    '3EB0A',
    '12.5-3',
    'message',
    'read-self',
    'constructor',
    'ñandú',
    'x'.repeat(300),
    '7'.repeat(200),
    '',
  ];
  const values = Object.fromEntries([...jids, ...texts].map((value, index) => [`v${index}`, value]));
  const echo = whatsapp.use({
    name: 'echo',
    onStanza: (stanza, sender) => {
      if (stanza.tag === 'probe') sender.send(node('echo', stanza.attrs));
      return stanza.tag === 'probe';
    },
  });

  client.send({ tag: 'probe', attrs: { ...values, notify: '123@lid' } });

  expect((await client.node(({ tag }) => tag === 'echo')).attrs).toEqual({ ...values, notify: '123@lid' });
  echo[Symbol.dispose]();
});
