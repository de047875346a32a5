import type { Behaviour } from '../../simulator/behaviours/behaviour.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { startSimulator } from '../../simulator/start-simulator.ts';
import { BaileysClient } from '../harness/baileys-client.ts';
import { ANA, SHOP } from '../harness/linked-client.ts';
import { ManualClock } from '../harness/manual-clock.ts';

const FIFTY_MINUTES = 50 * 60_000;

let [clock, whatsapp, client] = [] as unknown as [ManualClock, Simulator, BaileysClient];
beforeAll(async () => {
  clock = new ManualClock(Date.now());
  whatsapp = await startSimulator({ now: () => clock.now(), after: (ms, task) => clock.after(ms, task) });
  client = new BaileysClient(whatsapp);
  await client.pairWith(whatsapp.phone(SHOP));
});
afterEach(async () => {
  whatsapp.clearFaults();
  if (!client.isConnected) await client.logIn();
  await whatsapp.until((server) => server.devices()[0]!.waiting === 0);
});
afterAll(async () => {
  await client[Symbol.asyncDispose]();
  await whatsapp[Symbol.asyncDispose]();
});

/** Drops an attribute of a client's acks. */
function withoutAttribute(name: string): Behaviour {
  return {
    name: `acks without ${name}`,
    onStanza(stanza) {
      if (stanza.tag === 'ack') Reflect.deleteProperty(stanza.attrs, name);
      return false;
    },
  };
}

it('ends the connection of a client that leaves a message unacknowledged for 50 minutes, and sends it again', async () => {
  whatsapp.fault('lose-receipts', { number: SHOP });
  const { length: connection } = client.closings;
  const id = await whatsapp.phone(ANA).sendText(SHOP, 'unacknowledged');
  await client.text('unacknowledged');

  await clock.advance(FIFTY_MINUTES - 1);
  expect(client.isConnected).toBe(true);
  await clock.advance(1);

  expect(await client.untilClosed(connection)).toMatchObject({ code: 500 });
  const end = client.stanzas.findLast(({ tag }) => tag === 'stream:error');
  expect(end?.content).toEqual([{ tag: 'ack', attrs: { class: 'message', id } }]);
  expect(whatsapp.stats().endedUnacknowledged).toBe(1);
  whatsapp.clearFaults();
  await client.logIn();
  expect(client.stanzas.filter(({ tag, attrs }) => tag === 'message' && attrs.id === id)).toHaveLength(2);
});

it.each(['participant', 'type', 'to', 'class', 'id'])(
  'ends the connection of a client whose ack of a change to a group has no %s',
  async (name) => {
    const ana = whatsapp.phone(ANA);
    const group = whatsapp.group({ subject: 'Us', members: [ana, whatsapp.phone(SHOP)] });
    const { length: connection } = client.closings;
    const wrong = whatsapp.use(withoutAttribute(name));

    ana.inGroup(group).rename(`without ${name}`);
    await client.stanza(
      ({ tag, content }) => tag === 'notification' && JSON.stringify(content).includes(`without ${name}`),
    );
    await clock.advance(FIFTY_MINUTES);

    expect(await client.untilClosed(connection)).toMatchObject({ code: 500 });
    wrong[Symbol.dispose]();
  },
);

it('keeps the connection of a client that acknowledges everything', async () => {
  const { endedUnacknowledged, logins } = whatsapp.stats();
  const ana = whatsapp.phone(ANA);
  const group = whatsapp.group({ subject: 'Us', members: [ana, whatsapp.phone(SHOP)] });
  await ana.sendText(group, 'to the group');
  ana.inGroup(group).rename('Ours');
  await client.text('to the group');
  const { key } = (await client.sock!.sendMessage(ana.jid, { text: 'to Ana' }))!;
  await client.stanza(({ tag, attrs }) => tag === 'receipt' && attrs.id === key.id);
  await whatsapp.until((server) => server.devices()[0]!.waiting === 0);

  await clock.advance(3 * FIFTY_MINUTES);

  expect(whatsapp.stats()).toMatchObject({ endedUnacknowledged, logins, open: 1 });
});
