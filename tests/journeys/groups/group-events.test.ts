import type { Phone } from '../../../simulator/phones/phone.ts';
import type { Group } from '../../../simulator/world/group.ts';
import type { FurtherEventKind } from '../../../src/domain/further-event.ts';
import { furtherComplaint } from '../../harness/openapi-conformance.ts';
import { startTestBackend, type TestBackend } from '../../harness/test-backend.ts';
import { type LinkedAccount, startWorld, type World } from '../../harness/world.ts';

let world: World;
let hook: TestBackend;
let shop: LinkedAccount;
let ana: Phone;
let luz: Phone;

beforeAll(async () => {
  hook = await startTestBackend();
  world = await startWorld({ environment: { WEBHOOK_ALLOWED_HOSTS: '127.0.0.1' } });
  [ana, luz] = [world.whatsapp.phone('5491122334455', 'Ana'), world.whatsapp.phone('5491133445566', 'Luz')];
  shop = await world.link(world.whatsapp.phone('5491166778899', 'Shop'));
  const events = ['group-update', 'group-participants', 'group-join-request'];
  expect((await world.orchestrator.post('/webhooks', { url: `${hook.url}/in`, events })).status).toBe(200);
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await hook[Symbol.asyncDispose]();
});

const who = ({ number, lid }: Pick<Phone, 'number' | 'lid'>) => ({ number, lid });

/** The next event of this group. */
async function next(group: Group) {
  const { body } = await hook.next((received) => received.body.data?.group_id === group.jid);
  expect(body).toMatchObject({ session_id: shop.sessionId, seq: null });
  expect(furtherComplaint(body.type as FurtherEventKind, body.data)).toBeUndefined();
  return { type: body.type as string, ...(body.data as object) };
}

function theirs(...members: Phone[]): Group {
  return world.whatsapp.group({ subject: 'De Ana', members: [ana, ...members] });
}

it('who comes, goes and becomes an admin is told, by whom, with number and LID', async () => {
  const group = theirs(shop.phone);
  const people = { type: 'group-participants', includes_me: false, offline: false };

  ana.inGroup(group).add(luz);
  expect(await next(group)).toMatchObject({ ...people, action: 'added', by: who(ana), participants: [who(luz)] });
  ana.inGroup(group).promote(luz);
  expect(await next(group)).toMatchObject({
    ...people,
    action: 'promoted',
    by_request: false,
    participants: [who(luz)],
  });
  ana.inGroup(group).demote(luz);
  expect(await next(group)).toMatchObject({ ...people, action: 'demoted', by: who(ana), participants: [who(luz)] });
  luz.inGroup(group).leave();
  expect(await next(group)).toMatchObject({ ...people, action: 'left', by: who(luz), participants: [who(luz)] });
  luz.joinGroup(group.inviteCode);
  expect(await next(group)).toMatchObject({ ...people, action: 'joined', by: null, participants: [who(luz)] });
  ana.inGroup(group).remove(luz);
  expect(await next(group)).toMatchObject({ ...people, action: 'removed', by: who(ana), participants: [who(luz)] });
  ana.inGroup(group).remove(shop.phone);
  expect(await next(group)).toMatchObject({ action: 'removed', includes_me: true, participants: [who(shop.phone)] });
  ana.inGroup(group).add(shop.phone);
  expect(await next(group)).toMatchObject({ action: 'added', by: who(ana), includes_me: true });
});

it('what is new of a group is told, whoever changes it: a phone, or this session by REST', async () => {
  const group = theirs(shop.phone);
  const admin = ana.inGroup(group);
  const changed = async () => {
    const { type, ...event } = (await next(group)) as { type: string; changes?: object; by?: object };
    expect([type, event.by]).toEqual(['group-update', who(ana)]);
    return event.changes;
  };

  const steps: [() => unknown, object][] = [
    [() => admin.rename('Nuevo'), { subject: 'Nuevo' }],
    [() => admin.describe('De qué va'), { description: 'De qué va' }],
    [() => admin.describe(undefined), { description: null }],
    [() => admin.lock(), { locked: true }],
    [() => admin.announceOnly(), { announce: true }],
    [() => admin.letAdd('all_member_add'), { member_add: 'everybody' }],
    [() => admin.needApproval(), { join_approval: true }],
    [() => ana.chats.setTimer(group, 86_400), { disappearing_seconds: 86_400 }],
    [() => admin.revokeInvite(), { invite_link: 'revoked' }],
  ];
  for (const [step, changes] of steps) {
    await step();
    expect(await changed()).toEqual(changes);
  }
  // Of a change of the picture WhatsApp names the author by one address only.
  for (const picture of [{ url: 'https://pps.whatsapp.net/p.jpg', shownTo: 'everybody' as const }, undefined]) {
    admin.setPicture(picture);
    expect(await next(group)).toMatchObject({
      by: { lid: ana.lid },
      changes: { picture: picture ? 'set' : 'removed' },
    });
  }

  admin.promote(shop.phone);
  await next(group);
  const { status } = await world.orchestrator.patch(`/sessions/${shop.sessionId}/groups/${group.jid}`, {
    subject: 'Por REST',
  });
  expect(status).toBe(200);
  expect(await next(group)).toMatchObject({
    type: 'group-update',
    group_name: 'Por REST',
    by: who(shop.phone),
    changes: { subject: 'Por REST' },
  });
});

it('wishes to join are told to an admin: created, taken back, rejected; who is admitted is added', async () => {
  const group = world.whatsapp.group({ subject: 'Nuestro', members: [shop.phone] });
  shop.phone.inGroup(group).needApproval();
  await next(group);

  luz.joinGroup(group.inviteCode);
  expect(await next(group)).toMatchObject({
    ...{ type: 'group-join-request', action: 'created', method: 'invite_link' },
    participants: [who(luz)],
  });
  luz.inGroup(group).withdrawRequest();
  expect(await next(group)).toMatchObject({ type: 'group-join-request', action: 'revoked', by: who(luz) });
  luz.joinGroup(group.inviteCode);
  await next(group);
  shop.phone.inGroup(group).reject(luz);
  expect(await next(group)).toMatchObject({ action: 'rejected', by: who(shop.phone), participants: [who(luz)] });
  luz.joinGroup(group.inviteCode);
  await next(group);
  // A restart forgets no wish.
  await world.stopOrchestrator();
  shop.phone.inGroup(group).approve(luz);
  await world.startOrchestrator();
  const added = { type: 'group-participants', action: 'added', by: who(shop.phone) };
  expect(await next(group)).toMatchObject({ ...added, by_request: true, offline: true });

  // Whoever left and is added again asked for nothing.
  luz.inGroup(group).leave();
  expect(await next(group)).toMatchObject({ action: 'left', by_request: false });
  shop.phone.inGroup(group).add(luz);
  expect(await next(group)).toMatchObject({ ...added, by_request: false });
});

it('whom the session admits by REST had asked to join, even if the wish was made before it was linked', async () => {
  const group = theirs();
  ana.inGroup(group).needApproval();
  luz.joinGroup(group.inviteCode);
  ana.inGroup(group).add(shop.phone);
  ana.inGroup(group).promote(shop.phone);
  await next(group);
  await next(group);

  const body = { action: 'approve', participants: [luz.number] };
  const path = `/sessions/${shop.sessionId}/groups/${group.jid}/requests`;
  expect((await world.orchestrator.post(path, body)).body.data).toMatchObject([{ done: true }]);
  expect(await next(group)).toMatchObject({ action: 'added', by: who(shop.phone), by_request: true });
});

it('what happened while the session was away is told once, in order, and the main backend gets none of it', async () => {
  const group = theirs(shop.phone);
  await world.stopOrchestrator();
  ana.inGroup(group).rename('Mientras tanto');
  ana.inGroup(group).add(luz);
  await world.startOrchestrator();

  expect(await next(group)).toMatchObject({ offline: true, changes: { subject: 'Mientras tanto' } });
  expect(await next(group)).toMatchObject({ offline: true, action: 'added' });
  await world.whatsapp.until((server) => server.devices().every(({ waiting }) => waiting === 0));
  const times = hook.received.filter(({ body }) => body.data?.group_id === group.jid);
  expect(times).toHaveLength(2);
  expect(world.backend.received.filter(({ path }) => path.includes('group'))).toEqual([]);
});
