import { NOTICES, type NoticeName } from '../../../simulator/notices/notice-table.ts';
import type { Phone } from '../../../simulator/phones/phone.ts';
import type { Group } from '../../../simulator/world/group.ts';
import { type LinkedAccount, startWorld, type World } from '../../harness/world.ts';

let world: World;
let shop: LinkedAccount;
let ana: Phone;
beforeAll(async () => {
  world = await startWorld();
  ana = world.whatsapp.phone('5491122334455', 'Ana');
  shop = await world.link(world.whatsapp.phone('5491166778899', 'Shop'));
});
afterAll(() => world[Symbol.asyncDispose]());

/** Ana writes, which comes behind everything that was sent before. Returns the contents of what was told as messages until then. */
async function toldUntil(text: string): Promise<unknown[]> {
  const before = world.backend.received.length;
  await ana.sendText(shop.phone.number, text);
  await world.backend.next(({ body }) => body.message_content === text);
  const told = world.backend.received.slice(before).filter(({ path }) => path.endsWith('messages/received'));
  return told.map(({ body }) => body.message_content as unknown);
}

/** Everything is acknowledged on the same connection, and nothing about it is noted as trouble. */
async function expectCalm(): Promise<void> {
  const { whatsapp, orchestrator } = world;
  await whatsapp.until((server) => server.devices()[0]!.waiting === 0, { what: 'every acknowledgement' });
  expect(whatsapp.stats()).toMatchObject({ logins: 1, open: 1, errors: [] });
  const { body } = await orchestrator.get(`/sessions/${shop.sessionId}/timeline`);
  const troubles = (body.data as { what: string; why: string }[]).filter(({ what }) => what === 'trouble');
  expect(troubles.filter(({ why }) => !why.startsWith('Somebody tries to register this account'))).toEqual([]);
}

it.each(Object.keys(NOTICES) as NoticeName[])('bears the notice "%s"', async (name) => {
  world.whatsapp.notice(name, shop.phone.number);

  expect(await toldUntil(`after ${name}`)).toEqual([`after ${name}`]);
  await expectCalm();
});

it('bears all notices at once, and after an absence', async () => {
  const names = Object.keys(NOTICES) as NoticeName[];
  for (const name of names) world.whatsapp.notice(name, shop.phone.number);
  expect(await toldUntil('after all of them')).toEqual(['after all of them']);
  await expectCalm();

  await world.stopOrchestrator();
  await world.whatsapp.until((server) => !server.devices()[0]!.online);
  for (const name of names) world.whatsapp.notice(name, shop.phone.number);
  await world.startOrchestrator();

  expect(await toldUntil('after the absence')).toEqual(['after the absence']);
  await world.whatsapp.until((server) => server.devices()[0]!.waiting === 0);
  expect(world.whatsapp.stats()).toMatchObject({ logins: 2, open: 1, errors: [] });
});

it('bears every change of a group', async () => {
  const { whatsapp } = world;
  const luz = whatsapp.phone('5491133445566', 'Luz');
  const members = [ana, luz, shop.phone];
  const [group, sub] = ['Us', 'Some of us'].map((subject) => whatsapp.group({ subject, members })) as [Group, Group];
  const community = whatsapp.group({ subject: 'All', members: [ana, shop.phone], isCommunity: true });
  const before = whatsapp.stats().logins;
  const [admin, owner] = [ana.inGroup(group), ana.inGroup(community)];

  admin.promote(shop.phone);
  for (const is of [true, false]) {
    admin.lock(is);
    admin.announceOnly(is);
    admin.letAdd(is ? 'all_member_add' : 'admin_add');
    for (const restriction of ['suspended', 'growth_locked'] as const) whatsapp.restrictGroup(group, restriction, is);
  }
  luz.inGroup(group).hadNumber('5490000000000@s.whatsapp.net');
  luz.inGroup(group).leave();
  luz.joinGroup(group.inviteCode);
  luz.inGroup(group).leave();
  admin.needApproval();
  for (const end of ['withdraw', 'reject', 'approve'] as const) {
    luz.joinGroup(group.inviteCode);
    if (end === 'withdraw') luz.inGroup(group).withdrawRequest();
    else admin[end](luz);
  }
  admin.needApproval(false);
  owner.link(sub);
  owner.unlink(sub);
  owner.hadNumber('5490000000000@s.whatsapp.net');
  ana.inGroup(sub).delete('deactivate_general_chat');
  owner.delete();

  expect(await toldUntil('after the changes')).toEqual(['after the changes']);
  await whatsapp.until((server) => server.devices()[0]!.waiting === 0);
  expect(whatsapp.stats()).toMatchObject({ logins: before, open: 1, errors: [] });
  await ana.sendText(group, 'still here');
  expect((await world.backend.next(({ body }) => body.message_content === 'still here')).body).toMatchObject({
    group_name: 'Us',
  });
});

it('bears what the account does elsewhere, and how others are shown', async () => {
  const { whatsapp } = world;
  const { logins } = whatsapp.stats();
  const { phone } = shop;
  const id = await ana.sendText(phone.number, 'read it on the phone');
  await world.backend.next(({ body }) => body.message_id === id);

  phone.privacy.set('last', 'none');
  for (const value of ['none', 'all']) {
    phone.privacy.set('readreceipts', value);
    await phone.markRead(id);
    await phone.markPlayed(id);
  }
  phone.privacy.block(ana);
  phone.privacy.unblock(ana);
  phone.picture = { url: 'https://pps.whatsapp.net/picture.jpg', shownTo: 'everybody' };
  ana.presence.goOnline();
  for (const state of ['composing', 'recording', 'paused'] as const) ana.presence.show(phone, state);
  ana.presence.goOffline();
  phone.calls.answer(ana.calls.ring(phone));

  expect(await toldUntil('after all that')).toEqual(['after all that']);
  await whatsapp.until((server) => server.devices()[0]!.waiting === 0);
  expect(whatsapp.stats()).toMatchObject({ logins, open: 1, errors: [] });
});
