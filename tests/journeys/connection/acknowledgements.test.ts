import { type Stanza, node } from '../../../simulator/kit/stanza.ts';
import type { LinkedDevice } from '../../../simulator/world/linked-device.ts';
import { ManualClock } from '../../harness/manual-clock.ts';
import { type LinkedAccount, startWorld, type World } from '../../harness/world.ts';

const ANA = '5491122334455';
const TIMEOUT_MS = 60_000;

let [world, clock, shop, device] = [] as unknown as [World, ManualClock, LinkedAccount, LinkedDevice];
beforeAll(async () => {
  clock = new ManualClock(Date.now());
  const now = () => clock.now();
  const after = (ms: number, task: () => void) => clock.after(ms, task);
  world = await startWorld({ whatsapp: { ackTimeoutMs: TIMEOUT_MS, now, after } });
  world.whatsapp.use({
    name: 'note the device',
    onStanza(_stanza, client) {
      if (client.device) device = client.device;
      return false;
    },
  });
  shop = await world.link(world.whatsapp.phone('5491166778899', 'Shop'));
});
afterAll(() => world[Symbol.asyncDispose]());

/** Passes the time after which WhatsApp ends a connection on which something is unanswered; expects that it does not. */
async function expectNothingUnanswered(): Promise<void> {
  await world.whatsapp.until((server) => server.devices()[0]!.unanswered === undefined, { what: 'all answers' });
  await clock.advance(2 * TIMEOUT_MS);
  expect(world.whatsapp.stats()).toMatchObject({ endedUnacknowledged: 0, logins: 1 });
}

it('acknowledges messages, receipts and changes of groups under traffic', async () => {
  const { whatsapp, backend, orchestrator } = world;
  const [ana, luz] = [whatsapp.phone(ANA, 'Ana'), whatsapp.phone('5491133445566', 'Luz')];
  const group = whatsapp.group({ subject: 'Us', members: [ana, luz, shop.phone] });
  const texts = Array.from({ length: 30 }, (_, index) => `text ${index}`);
  whatsapp.fault('corrupt-message', { number: shop.phone.number, times: 2 });
  whatsapp.fault('duplicate-delivery', { number: shop.phone.number, times: 3 });
  whatsapp.fault('used-message-key', { number: shop.phone.number, times: 2 });

  const traffic = [
    ...texts.map((text, index) => (index % 2 ? ana : luz).sendText(index % 3 ? shop.phone.number : group, text)),
    ana.sendMedia(shop.phone.number, { kind: 'image', bytes: Buffer.from('no image') }),
    luz.sendPoll(group, { name: 'When?', options: ['now', 'later'], selectableCount: 1 }),
    shop.phone.sendText(ANA, 'from the own phone'),
    shop.phone.sendText(ANA, 'from the own phone by number', { addressing: 'pn', hidesOtherName: true }),
    shop.phone.sendText(group, 'from the own phone to the group'),
    ana.sendText(shop.phone.number, 'newer', { newerField: 1300 }),
  ];
  ana.inGroup(group).rename('Ours');
  ana.inGroup(group).promote(luz);
  luz.inGroup(group).leave();
  whatsapp.fault('low-pre-keys', { number: shop.phone.number });
  const { body } = await orchestrator.send(shop.sessionId, ANA, 'answer');
  await Promise.all(traffic);
  const isText = (received: { body: { message_content?: unknown } }) => received.body.message_content === 'text 29';
  await backend.next(isText);
  await ana.next(({ text }) => text === 'answer');
  await ana.markRead(body.messageId as string);

  await expectNothingUnanswered();
});

const LID = '123456789012345@lid';
const IN_GROUP = { from: '1@g.us', participant: `1:2@lid`, recipient: LID };
const NOTIFICATIONS =
  'devices picture account_sync mex encrypt business status w:gp2 w:growth privacy_token server psa registration contacts ' +
  'mediaretry newsletter disappearing_mode link_code_companion_reg constructor';
const RECEIPTS =
  'read read-self played retry sender inactive peer_msg hist_sync server-error enc_rekey_retry constructor';
const odd = (type: string) => [node('enc', { v: '2', type }, Buffer.from('odd'))];

/** What strangers or a newer WhatsApp may send: incomplete, unknown, or impossible to decrypt. */
const ODD: Stanza[] = [
  node('call', { from: LID }, [node('offer', { 'call-id': 'A', 'call-creator': LID })]),
  node('call', { from: LID }, [node('terminate', { 'call-id': 'A', reason: 'timeout' })]),
  node('call', { from: LID }),
  node('call', { from: '1@broadcast' }, [node('terminate', { 'call-id': 'B', reason: 'timeout' })]),
  node('call', { from: '1@broadcast' }, [node('offer', { 'call-id': 'C', type: 'group' })]),
  node('call', { from: LID }, [node('offer', { type: 'group' })]),
  ...NOTIFICATIONS.split(' ').flatMap((type) => [
    node('notification', { from: LID, type }),
    node('notification', { ...IN_GROUP, type }, [node('modify')]),
  ]),
  node('notification', { from: LID }),
  node('notification', { from: LID, type: '' }),
  ...RECEIPTS.split(' ').flatMap((type) => [
    node('receipt', { from: LID, type }),
    node('receipt', { ...IN_GROUP, type }),
  ]),
  node('receipt', { from: LID }),
  node('message', { from: LID, type: 'text' }),
  node('message', { from: LID, type: 'text' }, odd('msg')),
  node('message', { ...IN_GROUP, type: 'text' }, odd('skmsg')),
  node('message', { from: '1@bot', type: 'text' }, odd('msmsg')),
  node('message', { from: LID, type: 'media' }, [node('unavailable', { type: 'view_once' })]),
  node('message', { from: 'status@broadcast', participant: LID, type: 'text' }, odd('skmsg')),
  node('message', { from: '1@newsletter', type: 'text', server_id: '1' }, [node('plaintext', {}, Buffer.from('odd'))]),
  node('message', { from: 'nowhere', type: 'odd' }, odd('odd')),
];

it('answers what it cannot use', async () => {
  for (const [index, { tag, attrs, content }] of ODD.entries()) {
    device.deliver(node(tag, { ...attrs, id: `ODD ${index}`, t: '1' }, content));
  }
  const own = { from: shop.phone.jid, type: 'text', t: '1' };
  device.deliver(node('message', { ...own, id: 'OWN', from: shop.phone.lid }, odd('msg')));
  device.deliver(node('message', { ...own, id: 'PEER', category: 'peer', recipient: LID }, odd('msg')));

  await expectNothingUnanswered();
});
