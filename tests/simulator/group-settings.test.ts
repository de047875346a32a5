import type { Stanza } from '../../simulator/kit/stanza.ts';
import type { Phone } from '../../simulator/phones/phone.ts';
import type { Group } from '../../simulator/world/group.ts';
import type { WASocket } from '@whiskeysockets/baileys';
import { linkedClientForAllTests, SHOP } from '../harness/linked-client.ts';

const scene = linkedClientForAllTests();
let [shop, luz] = [] as unknown as [Phone, Phone];
beforeAll(() => {
  shop = scene.whatsapp.phone(SHOP);
  luz = scene.whatsapp.phone('5491133445566', 'Luz');
});

/** The changes of the group that the client was notified of. */
function changes(group: Group): Stanza[] {
  return scene.client.stanzas.flatMap(({ tag, attrs, content }) =>
    tag === 'notification' && attrs.from === group.jid ? (content as Stanza[]) : [],
  );
}

async function untilChange(group: Group, tag: string): Promise<Stanza> {
  await scene.client.until(() => changes(group).some((change) => change.tag === tag), tag);
  return changes(group).find((change) => change.tag === tag)!;
}

function theirs(...others: Phone[]): Group {
  return scene.whatsapp.group({ subject: 'Theirs', members: [scene.ana, shop, ...others] });
}

function ours(...others: Phone[]): Group {
  return scene.whatsapp.group({ subject: 'Ours', members: [shop, ...others] });
}

it.each<[string, (socket: WASocket, jid: string) => Promise<unknown>, object]>([
  ['locked', (sock, jid) => sock.groupSettingUpdate(jid, 'locked'), { restrict: true }],
  ['announcement', (sock, jid) => sock.groupSettingUpdate(jid, 'announcement'), { announce: true }],
  ['member_add_mode', (sock, jid) => sock.groupMemberAddMode(jid, 'all_member_add'), { memberAddMode: true }],
  ['membership_approval_mode', (sock, jid) => sock.groupJoinApprovalMode(jid, 'on'), { joinApprovalMode: true }],
])('a client changes a setting, which all are notified of: %s', async (tag, change, described) => {
  const group = ours(luz);
  const socket = scene.client.sock!;

  await change(socket, group.jid);

  await untilChange(group, tag);
  expect(await socket.groupMetadata(group.jid)).toMatchObject(described);
  await expect(change(socket, theirs(luz).jid)).rejects.toMatchObject({ data: 403 });
});

it('a client turns settings off again', async () => {
  const group = ours(luz);
  const socket = scene.client.sock!;
  shop.inGroup(group).lock();
  shop.inGroup(group).announceOnly();

  await socket.groupSettingUpdate(group.jid, 'unlocked');
  await socket.groupSettingUpdate(group.jid, 'not_announcement');

  expect(await socket.groupMetadata(group.jid)).toMatchObject({ restrict: false, announce: false });
});

it('only admins write where only they may, and nobody in a suspended group', async () => {
  const group = theirs(luz);
  const { ana, client, whatsapp } = scene;
  ana.inGroup(group).announceOnly();
  const { key } = (await client.sock!.sendMessage(group.jid, { text: 'may I?' }))!;
  const refusal = await client.stanza(({ tag, attrs }) => tag === 'ack' && attrs.id === key.id);
  expect(refusal.attrs.error).toBe('420');
  await expect(luz.sendText(group, 'may I?')).rejects.toThrow(RangeError);
  await ana.sendText(group, 'I may');

  whatsapp.restrictGroup(group, 'suspended');
  await untilChange(group, 'suspended');
  await expect(ana.sendText(group, 'and now?')).rejects.toThrow(RangeError);
  whatsapp.restrictGroup(group, 'suspended', false);
  await untilChange(group, 'unsuspended');
  await ana.sendText(group, 'again');
});

it('members add people where they may, unless WhatsApp has locked the growth', async () => {
  const { ana, whatsapp } = scene;
  const [group, new1, new2] = [theirs(luz), whatsapp.phone('5491100000001'), whatsapp.phone('5491100000002')];
  expect(() => luz.inGroup(group).add(new1)).toThrow('forbidden');

  ana.inGroup(group).letAdd('all_member_add');
  luz.inGroup(group).add(new1);
  whatsapp.restrictGroup(group, 'growth_locked');
  luz.inGroup(group).add(new2);

  await untilChange(group, 'growth_locked');
  expect(group.members.map(({ number }) => number)).toEqual([ana, shop, luz, new1].map(({ number }) => number));
});

it('a client joins by a code, or waits where admins decide', async () => {
  const { ana, client, whatsapp } = scene;
  const [open, closed] = [1, 2].map(() => whatsapp.group({ subject: 'Open', members: [ana] })) as [Group, Group];
  ana.inGroup(closed).needApproval();
  const socket = client.sock!;

  expect(await socket.groupGetInviteInfo(open.inviteCode)).toMatchObject({ id: open.jid, subject: 'Open' });
  expect(await socket.groupAcceptInvite(open.inviteCode)).toBe(open.jid);
  expect(await socket.groupAcceptInvite(closed.inviteCode)).toBeUndefined();
  expect([open, closed].map((group) => group.members.length)).toEqual([2, 1]);

  ana.inGroup(closed).approve(shop);
  await untilChange(closed, 'create');
  await expect(socket.groupAcceptInvite('unknown')).rejects.toMatchObject({ data: 406 });
});

it('a client decides about people who want to join, and is notified of those who no longer do', async () => {
  const { client, whatsapp, ana } = scene;
  const group = ours();
  const others = ['5491100000003', '5491100000004'].map((number) => whatsapp.phone(number)) as [Phone, Phone];
  shop.inGroup(group).needApproval();
  for (const phone of [luz, ana, ...others]) phone.joinGroup(group.inviteCode);
  others[0].inGroup(group).withdrawRequest();
  const socket = client.sock!;

  expect((await untilChange(group, 'created_membership_requests')).attrs).toEqual({ request_method: 'invite_link' });
  expect((await untilChange(group, 'revoked_membership_requests')).content).toMatchObject([
    { attrs: { jid: others[0].lid } },
  ]);
  expect(await socket.groupRequestParticipantsList(group.jid)).toMatchObject([
    { jid: luz.lid, phone_number: luz.jid, request_method: 'invite_link' },
    { jid: ana.lid },
    { jid: others[1].lid },
  ]);
  expect(await socket.groupRequestParticipantsUpdate(group.jid, [luz.jid], 'approve')).toMatchObject([
    { status: '200', jid: luz.lid },
  ]);
  expect(await socket.groupRequestParticipantsUpdate(group.jid, [ana.jid, luz.jid], 'reject')).toMatchObject([
    { status: '200', jid: ana.lid },
    { status: '404', jid: luz.lid },
  ]);
  shop.inGroup(group).needApproval(false);
  expect(group.members.map(({ number }) => number)).toEqual([shop, luz, others[1]].map(({ number }) => number));
  expect(() => ana.inGroup(group).withdrawRequest()).toThrow('item-not-found');
});

it('a community and its groups are told of each other', async () => {
  const { whatsapp, client } = scene;
  const community = whatsapp.group({ subject: 'All of us', members: [shop], isCommunity: true });
  const group = ours(luz);

  shop.inGroup(community).link(group);
  const [down, up] = [await untilChange(community, 'link'), await untilChange(group, 'link')];
  expect([down, up]).toMatchObject([
    { attrs: { link_type: 'sub_group' }, content: [{ attrs: { jid: group.jid } }] },
    { attrs: { link_type: 'parent_group' }, content: [{ attrs: { jid: community.jid } }] },
  ]);
  expect(await client.sock!.groupMetadata(group.jid)).toMatchObject({ linkedParent: community.jid });
  expect(await client.sock!.groupMetadata(community.jid)).toMatchObject({ isCommunity: true });

  await client.sock!.communityUnlinkGroup(group.jid, community.jid);
  await untilChange(group, 'unlink');
  await client.sock!.communityLinkGroup(group.jid, community.jid);
  expect(group.settings.community).toBe(community.jid);
  expect(() => shop.inGroup(group).link(community)).toThrow('bad-request');

  shop.inGroup(community).hadNumber('5490000000000@s.whatsapp.net');
  expect((await untilChange(community, 'modify')).content).toMatchObject([{ attrs: { jid: shop.lid } }]);
  await untilChange(community, 'change_number');
  shop.inGroup(community).delete();
  expect((await untilChange(community, 'delete')).attrs).toEqual({ reason: 'delete_group' });
  expect(community.members).toEqual([]);
});
