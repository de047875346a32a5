import sharp from 'sharp';
import type { Phone } from '../../../simulator/phones/phone.ts';
import type { Group } from '../../../simulator/world/group.ts';
import { type LinkedAccount, startWorld, type World } from '../../harness/world.ts';

let world: World;
let shop: LinkedAccount;
let ana: Phone;
let luz: Phone;

beforeAll(async () => {
  world = await startWorld();
  [ana, luz] = [world.whatsapp.phone('5491122334455', 'Ana'), world.whatsapp.phone('5491133445566', 'Luz')];
  shop = await world.link(world.whatsapp.phone('5491166778899', 'Shop'));
});

afterAll(() => world[Symbol.asyncDispose]());

function path(rest: string) {
  return `/sessions/${shop.sessionId}${rest}`;
}

/** A group of Ana, who administers it. */
function theirs(...members: Phone[]): Group {
  return world.whatsapp.group({ subject: 'De Ana', members: [ana, ...members] });
}

/** A group that the account administers. */
function ours(...members: Phone[]): Group {
  return world.whatsapp.group({ subject: 'Nuestro', members: [shop.phone, ...members] });
}

function refused(error: string) {
  return { body: { success: false, error } };
}

describe('settings', () => {
  it.each([
    [{ announce: true }, { announcement: true }],
    [{ locked: true }, { locked: true }],
    [{ member_add: 'everybody' }, { memberAddMode: 'all_member_add' }],
    [{ join_approval: true }, { needsApproval: true }],
  ])('%j are changed, shown, and turned back', async (change, settings) => {
    const group = ours(ana);

    const { status, body } = await world.orchestrator.patch(path(`/groups/${group.jid}`), change);

    expect({ status, body }).toMatchObject({ status: 200, body: { data: change } });
    expect(group.settings).toMatchObject(settings);
    const [[name, value]] = Object.entries(change) as [[string, unknown]];
    const back = { [name]: value === 'everybody' ? 'admins' : false };
    const { body: after } = await world.orchestrator.patch(path(`/groups/${group.jid}`), back);
    expect(after.data).toMatchObject(back);
  });

  it('set the disappearing timer, which messages to the group then carry, and turn it off', async () => {
    const group = ours(ana);
    const patch = async (seconds: number) =>
      (await world.orchestrator.patch(path(`/groups/${group.jid}`), { disappearing_seconds: seconds })).body.data;

    expect(await patch(86_400)).toMatchObject({ disappearing_seconds: 86_400 });
    await world.orchestrator.send(shop.sessionId, group.jid, 'se va');
    expect(await ana.next(({ text }) => text === 'se va')).toMatchObject({ expiration: 86_400 });
    expect(await patch(0)).toMatchObject({ disappearing_seconds: 0 });
  });

  it.each([{ announce: true }, { locked: true }, { member_add: 'everybody' }, { join_approval: true }])(
    '%j are refused to a member who is not an admin, and to somebody who is not in the group',
    async (change) => {
      const [inside, outside] = [theirs(shop.phone), theirs(luz)];

      const patch = (group: Group) => world.orchestrator.patch(path(`/groups/${group.jid}`), change);
      expect(await patch(inside)).toMatchObject({ status: 403, ...refused('not_allowed') });
      expect(await patch(outside)).toMatchObject({ status: 404, ...refused('group_not_found') });
    },
  );

  it('before a refused one stay', async () => {
    const group = theirs(shop.phone);

    const { body } = await world.orchestrator.patch(path(`/groups/${group.jid}`), { subject: 'Mío', locked: true });

    expect(body.error).toBe('not_allowed');
    expect((await world.orchestrator.get(path(`/groups/${group.jid}`))).body.data).toMatchObject({
      subject: 'Mío',
      locked: false,
    });
  });
});

describe('the picture of a group', () => {
  it('is set as a small square JPEG, shown, and removed', async () => {
    const group = ours(ana);
    const picture = path(`/groups/${group.jid}/picture`);
    const png = await sharp({ create: { width: 900, height: 300, channels: 3, background: 'red' } })
      .png()
      .toBuffer();

    expect(await world.orchestrator.get(picture)).toMatchObject({ status: 404, ...refused('picture_not_found') });
    const { status } = await world.orchestrator.post(picture, { file: { base64: png.toString('base64') } });
    expect(status).toBe(200);
    expect((await world.orchestrator.get(picture)).body).toEqual({ success: true, url: group.picture?.url });
    expect((await world.orchestrator.delete(picture)).status).toBe(200);
    expect(group.picture).toBeUndefined();
  });

  it('is refused when it is no image, and to those who may not change it', async () => {
    const group = theirs(shop.phone);
    const picture = path(`/groups/${group.jid}/picture`);
    const text = Buffer.from('no soy una foto').toString('base64');
    expect(await world.orchestrator.post(picture, { file: { base64: text } })).toMatchObject({
      status: 422,
      ...refused('unsupported_media'),
    });

    group.locked = true;
    expect(await world.orchestrator.delete(picture)).toMatchObject({ status: 403, ...refused('not_allowed') });
    ana.inGroup(group).remove(shop.phone);
    expect(await world.orchestrator.delete(picture)).toMatchObject({ status: 404, ...refused('group_not_found') });
  });
});

describe('an invite link', () => {
  const invite = (code: string, rest = '') => path(`/group-invites/${encodeURIComponent(code)}${rest}`);

  it('shows the group before one joins, then leads into it, also a second time', async () => {
    const group = theirs(luz);
    const link = `https://chat.whatsapp.com/${group.inviteCode}`;

    const { body } = await world.orchestrator.get(invite(link));
    expect(body.data).toMatchObject({
      group_id: group.jid,
      subject: 'De Ana',
      size: 2,
      owner: { number: ana.number, lid: ana.lid },
      join_approval: false,
    });
    expect(group.has(shop.phone)).toBe(false);
    for (const times of [1, 2]) {
      const joined = await world.orchestrator.post(invite(group.inviteCode, '/join'));
      expect([times, joined.status, joined.body]).toEqual([
        times,
        200,
        { success: true, group_id: group.jid, joined: true },
      ]);
    }
    expect((await world.orchestrator.get(path(`/groups/${group.jid}`))).body.data.size).toBe(3);
  });

  it('makes the account wait where admins decide', async () => {
    const group = theirs(luz);
    ana.inGroup(group).needApproval();

    const { body } = await world.orchestrator.post(invite(group.inviteCode, '/join'));

    expect(body).toEqual({ success: true, group_id: group.jid, joined: false });
    expect((await world.orchestrator.get(path(`/groups/${group.jid}`))).status).toBe(404);
    ana.inGroup(group).approve(shop.phone);
    expect((await world.orchestrator.get(path(`/groups/${group.jid}`))).status).toBe(200);
  });

  it('that is unknown or was revoked is not valid', async () => {
    const group = theirs(luz);
    const old = group.inviteCode;
    ana.inGroup(group).revokeInvite();

    for (const code of [old, 'AAAAAAAAAAAAAAAAAAAAAA']) {
      const refusal = { status: 404, ...refused('invite_not_valid') };
      expect(await world.orchestrator.get(invite(code))).toMatchObject(refusal);
      expect(await world.orchestrator.post(invite(code, '/join'))).toMatchObject(refusal);
    }
  });

  it('does not lead into a full group', async () => {
    const group = theirs(luz);
    group.settings.limit = 2;

    const joining = await world.orchestrator.post(invite(group.inviteCode, '/join'));

    expect(joining).toMatchObject({ status: 409, ...refused('group_full') });
    expect((await world.orchestrator.get(invite(group.inviteCode))).body.data.size).toBe(2);
  });
});

describe('those who want to join', () => {
  it('are listed, admitted and rejected one by one', async () => {
    const group = ours();
    shop.phone.inGroup(group).needApproval();
    const mia = world.whatsapp.phone('5491144556677', 'Mia');
    for (const phone of [ana, luz, mia]) phone.joinGroup(group.inviteCode);
    const requests = path(`/groups/${group.jid}/requests`);
    const result = ({ number, lid }: Phone, reason: string | null = null) => ({
      number,
      lid,
      done: reason === null,
      reason,
      code: null,
    });

    expect((await world.orchestrator.get(requests)).body.data).toEqual(
      [ana, luz, mia].map(({ number, lid }) => ({
        number,
        lid,
        method: 'invite_link',
        requested_at: expect.stringMatching(/^20.*Z$/) as string,
      })),
    );
    const decide = async (action: string, ...participants: string[]) =>
      (await world.orchestrator.post(requests, { action, participants })).body.data as unknown;
    expect(await decide('approve', ana.number, luz.lid)).toEqual([result(ana), result(luz)]);
    expect(await decide('reject', mia.number, ana.number)).toEqual([
      result(mia),
      { ...result(ana, 'no_request'), lid: null },
    ]);
    expect(group.members.map(({ name }) => name)).toEqual(['Shop', 'Ana', 'Luz']);
    expect((await world.orchestrator.get(requests)).body.data).toEqual([]);
  });

  it('are no business of others', async () => {
    const [inside, outside] = [theirs(shop.phone), theirs(luz)];
    const decision = { action: 'approve', participants: [luz.number] };

    const ask = (group: Group) => world.orchestrator.get(path(`/groups/${group.jid}/requests`));
    const decide = (group: Group) => world.orchestrator.post(path(`/groups/${group.jid}/requests`), decision);
    for (const request of [ask, decide]) {
      expect(await request(inside)).toMatchObject({ status: 403, ...refused('not_allowed') });
      expect(await request(outside)).toMatchObject({ status: 404, ...refused('group_not_found') });
    }
  });
});

describe('a community', () => {
  it('lists its groups, by itself and by each of them; others belong to none', async () => {
    const community = world.whatsapp.group({ subject: 'Todos', members: [shop.phone], isCommunity: true });
    const [group, alone] = [ours(ana), ours()];
    shop.phone.inGroup(community).link(group);
    group.settings.isAnnouncements = true;

    const listed = { group_id: group.jid, subject: 'Nuestro', is_announcements: true, size: 2 };
    for (const { jid } of [community, group]) {
      expect((await world.orchestrator.get(path(`/groups/${jid}/linked-groups`))).body).toEqual({
        success: true,
        community_id: community.jid,
        data: [listed],
      });
    }
    const { body } = await world.orchestrator.get(path(`/groups/${alone.jid}/linked-groups`));
    expect(body).toEqual({ success: true, community_id: null, data: [] });
  });

  it('gets a new group, which can be unlinked and linked again', async () => {
    const community = world.whatsapp.group({ subject: 'Todos', members: [shop.phone], isCommunity: true });
    const { body } = await world.orchestrator.post(path('/groups'), {
      subject: 'Dentro',
      participants: [ana.number],
      community_id: community.jid,
    });
    expect(body.data).toMatchObject({ subject: 'Dentro', community_id: community.jid, is_community: false });
    const groupId = body.data.group_id as string;
    const links = path(`/groups/${community.jid}/linked-groups`);
    const communityOf = async () =>
      (await world.orchestrator.get(path(`/groups/${groupId}`))).body.data.community_id as string | null;

    expect((await world.orchestrator.delete(`${links}/${groupId}`)).status).toBe(200);
    expect(await communityOf()).toBeNull();
    expect((await world.orchestrator.post(links, { group_id: groupId })).status).toBe(200);
    expect(await communityOf()).toBe(community.jid);
  });

  it('is created with its group for announcements, and its groups ask before somebody joins, unless it says otherwise', async () => {
    const create = (body: object) => world.orchestrator.post(path('/communities'), body);

    const { status, body } = await create({ subject: 'Vecinos', description: 'Todo el barrio' });

    expect([status, body.data]).toMatchObject([
      200,
      { subject: 'Vecinos', description: 'Todo el barrio', is_community: true, community_id: null, size: 1 },
    ]);
    const community_id = body.data.group_id as string;
    const linked = await world.orchestrator.get(path(`/groups/${community_id}/linked-groups`));
    expect(linked.body).toMatchObject({ community_id, data: [{ subject: 'Vecinos', is_announcements: true }] });
    const within = { subject: 'Fiestas', participants: [ana.number] };
    const group = await world.orchestrator.post(path('/groups'), { ...within, community_id });
    expect(group.body.data).toMatchObject({ community_id, join_approval: true });

    const open = (await create({ subject: 'Abierta', join_approval: false })).body.data;
    expect(open).toMatchObject({ description: null, is_community: true });
    const openGroup = await world.orchestrator.post(path('/groups'), { ...within, community_id: open.group_id });
    expect(openGroup.body.data).toMatchObject({ community_id: open.group_id, join_approval: false });
  });

  it('is not created when WhatsApp refuses it', async () => {
    world.whatsapp.fault('error-answer', { xmlns: 'w:g2', code: 429, times: 1 });
    expect(await world.orchestrator.post(path('/communities'), { subject: 'Vecinos' })).toMatchObject({
      status: 429,
      ...refused('rate_limited'),
    });
    world.whatsapp.fault('error-answer', { xmlns: 'w:g2', code: 409, times: 1 });
    expect(await world.orchestrator.post(path('/communities'), { subject: 'Vecinos' })).toMatchObject(
      refused('whatsapp_refused'),
    );
  });

  it('refuses what the account does not administer', async () => {
    const [community, group] = [theirs(shop.phone), ours()];
    community.settings.isCommunity = true;
    const links = path(`/groups/${community.jid}/linked-groups`);

    expect(await world.orchestrator.post(links, { group_id: group.jid })).toMatchObject({ status: 403 });
    expect(
      await world.orchestrator.post(path('/groups'), {
        subject: 'Dentro',
        participants: [ana.number],
        community_id: community.jid,
      }),
    ).toMatchObject({ status: 403, ...refused('not_allowed') });
  });
});
