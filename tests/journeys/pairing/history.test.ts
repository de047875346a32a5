import { proto } from '@whiskeysockets/baileys';
import { deflateSync } from 'node:zlib';
import type { Simulator } from '../../../simulator/simulator.ts';
import type { Phone } from '../../../simulator/phones/phone.ts';
import { SERVER } from '../../../simulator/kit/stanza.ts';
import { startWorld, type World } from '../../harness/world.ts';

const { HistorySyncType } = proto.HistorySync;
/** A message that brings no name of its sender. */
const NAMELESS = { attrs: { notify: '' } };

/** The app state has nothing in it: each collection that is asked for is answered as it is. */
function answerAppState(whatsapp: Simulator): void {
  whatsapp.use({
    name: 'answer app state',
    onStanza(stanza, client) {
      if (stanza.attrs.xmlns !== 'w:sync:app:state') return false;
      const [sync] = Array.isArray(stanza.content) ? stanza.content : [];
      const collections = Array.isArray(sync?.content) ? sync.content : [];
      const answers = collections.map(({ attrs }) => ({
        tag: 'collection',
        attrs: { name: attrs.name ?? '', version: '0', type: 'result' },
      }));
      const { id = '' } = stanza.attrs;
      client.send({
        tag: 'iq',
        attrs: { type: 'result', id, from: SERVER },
        content: [{ tag: 'sync', attrs: {}, content: answers }],
      });
      return true;
    },
  });
}

async function startScene(): Promise<AsyncDisposable & { world: World; ana: Phone; shop: Phone }> {
  const world = await startWorld();
  answerAppState(world.whatsapp);
  const ana = world.whatsapp.phone('5491122334455', 'Ana');
  const shop = world.whatsapp.phone('5491166778899', 'Shop');
  return { world, ana, shop, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
}

/** Resolves once the phone's history, all of it, is taken: nothing of it waits at WhatsApp. */
async function historyTaken({ whatsapp }: World): Promise<void> {
  await whatsapp.until((server) => server.devices()[0]?.waiting === 0);
}

/** Sends texts without a name until one is told with this name. */
async function untilNamed(world: World, from: Phone, to: Phone, name: string): Promise<string> {
  for (let attempt = 0; ; attempt += 1) {
    await from.sendText(to.number, `¿quién soy? ${attempt}`, NAMELESS);
    const { body } = await world.backend.next(({ body: told }) => told.message_content === `¿quién soy? ${attempt}`);
    if (body.sender_name === name) return name;
  }
}

/** A part of a history that says what somebody is called. */
const namesAs = (person: Phone, pushname: string): proto.IHistorySync => ({
  syncType: HistorySyncType.PUSH_NAME,
  pushnames: [{ id: person.lid, pushname }],
});

const messagesTold = (world: World) => world.backend.received.filter(({ path }) => path.endsWith('messages/received'));

it.each(['inline', 'file'] as const)(
  'takes names from the history of a first pairing, and tells nothing of it (%s)',
  async (form) => {
    await using scene = await startScene();
    const { world, ana, shop } = scene;
    shop.history.form = form;
    shop.history.add(ana, { texts: ['vieja 1', 'vieja 2'], savedAs: 'Ana del pan' });
    shop.history.fill(30, 3);

    await world.link(shop);
    await historyTaken(world);

    expect(await untilNamed(world, ana, shop, 'Ana')).toBe('Ana');
    expect(messagesTold(world).every(({ body }) => String(body.message_content).startsWith('¿quién'))).toBe(true);
  },
);

it('tells the name in the address book of somebody who never chose one', async () => {
  await using scene = await startScene();
  const { world, shop } = scene;
  const luz = world.whatsapp.phone('5491100000001', ' ');
  shop.history.add(luz, { savedAs: 'Luz, la vecina' });

  await world.link(shop);
  await historyTaken(world);

  expect(await untilNamed(world, luz, shop, 'Luz, la vecina')).toBe('Luz, la vecina');
});

it('tells a message that brings no name with the one that its sender had before', async () => {
  await using scene = await startScene();
  const { world, ana, shop } = scene;
  await world.link(shop);
  await ana.sendText(shop.number, 'hola');
  await world.backend.next(({ body }) => body.message_content === 'hola');

  expect(await untilNamed(world, ana, shop, 'Ana')).toBe('Ana');
});

it.each(['history', 'move to LIDs'])(
  'tells the number of somebody whom only the %s of the phone knows',
  async (source) => {
    await using scene = await startScene();
    const { world, ana, shop } = scene;
    if (source === 'history') shop.history.add(ana);
    await world.link(shop);
    shop.history.add(ana);
    if (source !== 'history') await shop.history.migrateToLids();
    await historyTaken(world);

    await ana.sendText(shop.number, 'primera', { hidesOtherName: true });
    const { body } = await world.backend.next(({ body: told }) => told.message_content === 'primera');
    // Either it is known at once, or the message is told again with it.
    if (body.sender_number === null) await world.backend.next(({ body: told }) => told.sender_number === ana.number);
    else expect(body.sender_number).toBe(ana.number);
  },
);

it('survives a phone that sends garbage and bombs, and goes on with what is behind them', async () => {
  await using scene = await startScene();
  const { world, ana, shop } = scene;
  await world.link(shop);
  const garbage = [
    deflateSync(Buffer.alloc(20 * 1024 * 1024)),
    Buffer.from('this is no history'),
    deflateSync(Buffer.from([0x12, 0xff, 0xff, 0xff, 0xff, 0x7f, 0x61])),
  ];

  for (const content of garbage) {
    await shop.history.send({ content, form: 'inline' });
    await shop.history.send({ content });
  }
  await shop.history.send({ content: namesAs(ana, 'Anita') });

  expect(await untilNamed(world, ana, shop, 'Anita')).toBe('Anita');
});

it('survives files that cannot be had, and delays no message for them', async () => {
  await using scene = await startScene();
  const { world, ana, shop } = scene;
  await world.link(shop);

  for (const fault of ['media-corrupt', 'media-cut', 'media-gone', 'media-endless', 'media-held'] as const) {
    world.whatsapp.fault(fault, { number: shop.number });
    await shop.history.send({ content: namesAs(ana, 'Falsa') });
    await ana.sendText(shop.number, fault, NAMELESS);
    const { body } = await world.backend.next(({ body: told }) => told.message_content === fault);
    expect(body.sender_name).toBe(ana.number);
  }
  world.whatsapp.clearFaults();
});
