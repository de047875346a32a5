import { childOf, node, SERVER } from '../../../simulator/kit/stanza.ts';
import type { Phone } from '../../../simulator/phones/phone.ts';
import type { LinkedDevice } from '../../../simulator/world/linked-device.ts';
import { untilTrue } from '../../harness/until.ts';
import { type LinkedAccount, startWorld, type World } from '../../harness/world.ts';

const SHOP = '5491166778899';
const DAY_MS = 86_400_000;

let world: World;
let shop: LinkedAccount;
let ana: Phone;

/** The types of what was declared clean. */
const cleaned: (string | undefined)[] = [];
let device: LinkedDevice | undefined;

async function linkedDevice(): Promise<LinkedDevice> {
  await world.whatsapp.until(() => device !== undefined);
  return device!;
}

beforeAll(async () => {
  world = await startWorld();
  world.whatsapp.use({
    name: 'note the device, and what it cleans',
    onStanza(stanza, client) {
      device = client.device ?? device;
      const clean = childOf(stanza, 'clean');
      if (clean) cleaned.push(clean.attrs.type);
      return false;
    },
  });
  shop = await world.link(world.whatsapp.phone(SHOP, 'Shop'));
  ana = world.whatsapp.phone('5491122334455', 'Ana');
});
afterAll(() => world[Symbol.asyncDispose]());

interface Note {
  what: string;
  why: string | null;
}

async function notes(what: string): Promise<string[]> {
  const { body } = await world.orchestrator.get(`/sessions/${shop.sessionId}/timeline`);
  return (body.data as Note[]).flatMap((note) => (note.what === what ? [note.why ?? ''] : []));
}

async function untilTold(text: string): Promise<void> {
  const id = await ana.sendText(SHOP, text);
  await world.backend.next(({ body }) => body.message_id === id);
}

it("a ping of WhatsApp's server is answered", async () => {
  await world.whatsapp.ping();

  expect(world.whatsapp.stats().errors).toEqual([]);
});

it('everything that WhatsApp calls dirty is declared clean, from the first login on', async () => {
  const device = await linkedDevice();
  await world.whatsapp.until(() => device.dirty.size === 0, { what: 'a clean account' });
  const group = world.whatsapp.group({ subject: 'Us', members: [ana, shop.phone] });
  const { logins, routedLogins } = world.whatsapp.stats();
  world.whatsapp.use({ name: 'other groups meanwhile', onClose: () => device.misses('groups', 1_700_000_000) });

  world.whatsapp.fault('cut', { number: SHOP });
  await world.fastForwardUntil(world.whatsapp.until((server) => server.stats().logins > logins));

  await world.whatsapp.until(() => device.dirty.size === 0, { what: 'clean groups' });
  expect(world.whatsapp.stats().routedLogins).toBe(routedLogins + 1);
  const [client] = device.connection ? [device.connection] : [];
  client!.send(
    node('ib', { from: SERVER }, [
      node('dirty', { type: 'something_new', timestamp: '1700000000' }),
      node('dirty', { type: 'account_sync', timestamp: 'never' }),
      node('dirty', {}),
    ]),
  );
  await ana.sendText(group, 'sigue');
  await world.backend.next(({ body }) => body.message_content === 'sigue');
  expect(cleaned.slice(-2)).toEqual(['something_new', 'account_sync']);
});

it('that somebody tries to register the number elsewhere is noted, once', async () => {
  for (let count = 0; count < 3; count++) world.whatsapp.notice('device-logout', SHOP);
  await untilTold('después');

  expect(await notes('trouble')).toEqual([expect.stringContaining('on another phone') as string]);
});

it('a contact who registers anew is noted in the timeline, and can be written to', async () => {
  await untilTold('hola');
  await world.orchestrator.send(shop.sessionId, ana.number, 'buenas');
  expect(await ana.next()).toMatchObject({ text: 'buenas' });

  await ana.registerAnew();
  await untilTrue(async () => (await notes('identity_changed')).length === 1);
  expect(await notes('identity_changed')).toEqual([expect.stringMatching(/^5491122334455 has a new security code/)]);

  await untilTold('soy yo, con otro teléfono');
  await world.orchestrator.send(shop.sessionId, ana.number, '¿quién?');
  expect(await ana.next()).toMatchObject({ text: '¿quién?' });
});

it('at most ten contacts an hour are noted, however many register anew', async () => {
  const crowd = Array.from({ length: 20 }, (_, at) => world.whatsapp.phone(`54911000000${at + 10}`));
  for (const phone of crowd) await phone.registerAnew();
  await untilTold('y nada más');

  expect(await notes('identity_changed')).toHaveLength(10);
});

it('the end of the client version is reported in time, without making the server unhealthy', async () => {
  const problems = async () => (await world.orchestrator.get('/health')).body as { status: string; problems: string[] };
  world.whatsapp.expireClients(world.clock.now() + 15 * DAY_MS);
  await untilTold('aún no');
  expect(await problems()).toMatchObject({ status: 'ok', problems: [] });

  const expiresAtMs = world.clock.now() + 13 * DAY_MS;
  world.whatsapp.expireClients(expiresAtMs);
  await untilTold('pronto');

  const warning = expect.stringContaining(new Date(expiresAtMs).toISOString().slice(0, 10)) as string;
  expect(await problems()).toMatchObject({ success: true, status: 'degraded', problems: [warning] });
  expect((await notes('trouble')).at(-1)).toEqual(warning);
});
