import { childOf, childrenOf, type Stanza } from '../../../simulator/kit/stanza.ts';
import type { Companion } from '../../../simulator/phones/companion.ts';
import type { Phone } from '../../../simulator/phones/phone.ts';
import { type LinkedAccount, startWorld, type World } from '../../harness/world.ts';

const ACCOUNT = '5491234567890';
const ANA = '5490987654321';

let world: World;
let shop: LinkedAccount;
let ana: Phone;
/** How many devices each message of the session was encrypted for, itself aside. */
let devices: number[];

beforeEach(async () => {
  world = await startWorld();
  ana = world.whatsapp.phone(ANA, 'Ana');
  shop = await world.link(world.whatsapp.phone(ACCOUNT, 'Tienda'));
  devices = [];
  world.whatsapp.use({
    name: 'count devices',
    onStanza: (stanza: Stanza) => {
      if (stanza.tag === 'message') devices.push(childrenOf(childOf(stanza, 'participants')).length);
      return false;
    },
  });
});
afterEach(() => world[Symbol.asyncDispose]());

const send = (text: string) => world.orchestrator.send(shop.sessionId, ANA, text);

/** Resolves when the session has read everything that WhatsApp sent it so far. */
const untilRead = () => world.whatsapp.until((whatsapp) => whatsapp.devices().every(({ waiting }) => waiting === 0));

it.each(['by number', 'by LID'])('a message %s reaches a device that was linked a moment ago', async (how) => {
  ana.isMigrated = how === 'by LID';
  await send('uno');
  const laptop = ana.addCompanion();
  await untilRead();

  await send('dos');

  expect(await laptop.next()).toMatchObject({ text: 'dos' });
  expect(devices).toEqual([2, 3]);
});

it('a message goes to no device that was unlinked a moment ago, and to all others', async () => {
  const [laptop, tablet]: [Companion, Companion] = [ana.addCompanion(), ana.addCompanion()];
  await send('uno');
  await laptop.next();
  laptop.unlink();
  await untilRead();

  await send('dos');

  expect(await tablet.next(({ text }) => text === 'dos')).toBeDefined();
  expect(devices).toEqual([4, 3]);
  expect(laptop.messages().messages.map(({ text }) => text)).toEqual(['uno']);
});

it('an own device that was linked a moment ago gets what the session sends', async () => {
  await send('uno');
  const laptop = shop.phone.addCompanion();
  await untilRead();

  await send('dos');

  expect(devices).toEqual([2, 3]);
  laptop.unlink();
  await untilRead();
  await send('tres');
  expect(devices).toEqual([2, 3, 2]);
});

it('a device whose notification was lost gets the message after the next one', async () => {
  await send('uno');
  const deaf = world.whatsapp.use({
    name: 'lose the notification',
    onSend: (stanza, _client, pass) => {
      if (stanza.attrs.type !== 'devices') pass(stanza);
    },
  });
  const laptop = ana.addCompanion();
  deaf[Symbol.dispose]();

  await send('dos');
  await send('tres');

  expect(await laptop.next()).toMatchObject({ text: 'tres' });
  expect(devices).toEqual([2, 2, 3]);
});
