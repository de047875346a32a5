import { childrenOf, node, type Stanza } from '../../simulator/kit/stanza.ts';
import type { Phone } from '../../simulator/phones/phone.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import type { Group } from '../../simulator/world/group.ts';
import { BaileysClient } from '../harness/baileys-client.ts';
import { startQuickSimulator } from '../harness/few-pre-keys.ts';

let whatsapp: Simulator;
let client: BaileysClient;
let ana: Phone;
let luz: Phone;
let shop: Phone;
beforeAll(async () => {
  whatsapp = await startQuickSimulator();
  ana = whatsapp.phone('5491122334455', 'Ana');
  luz = whatsapp.phone('5491133445566', 'Luz');
  shop = whatsapp.phone('5491166778899', 'Shop');
  client = new BaileysClient(whatsapp);
  await client.pairWith(shop);
});

afterEach(async () => {
  await whatsapp.until((server) => server.devices().every(({ waiting }) => waiting === 0));
  expect(whatsapp.stats().errors).toEqual([]);
});

afterAll(async () => {
  await client[Symbol.asyncDispose]();
  await whatsapp[Symbol.asyncDispose]();
});

/**
 * Resolves with the next `count` group events of the client, recorded where it emits them: its listeners only get the
 * first of several events of one group in one turn.
 */
function nextGroupEvents(count: number): Promise<unknown[]> {
  const { ev } = client.sock!;
  const emit = ev.emit.bind(ev);
  const events: unknown[] = [];
  const { promise, resolve } = Promise.withResolvers<unknown[]>();
  ev.emit = (name, data) => {
    if (name === 'groups.update') events.push(...(data as unknown[]));
    if (name === 'group-participants.update') events.push(data);
    if (events.length >= count) resolve(events);
    return emit(name, data);
  };
  return promise;
}

/** Creates a group that the shop owns. */
function ours(...others: Phone[]): Group {
  return whatsapp.group({ subject: 'Ours', members: [shop, ...others] });
}

describe('a client that is an admin', () => {
  it('creates a group of those who allow it', async () => {
    luz.addedBy = 'nobody';
    const made = await client.sock!.groupCreate('New', [ana.jid, luz.lid, '14155550100@s.whatsapp.net']);
    luz.addedBy = 'everybody';

    expect(made).toMatchObject({ subject: 'New', owner: shop.lid, size: 2, addressingMode: 'lid' });
    expect((await client.sock!.groupMetadata(made.id)).participants.map(({ id }) => id)).toEqual([shop.lid, ana.lid]);
    await ana.sendText(made.id, 'hola');
    await client.text('hola');
  });

  it('adds, promotes, demotes and removes people, with an outcome for each', async () => {
    const group = ours(ana);
    const sock = client.sock!;
    const to = async (action: 'add' | 'remove' | 'promote' | 'demote', ...jids: string[]) =>
      (await sock.groupParticipantsUpdate(group.jid, jids, action)).map(({ status, jid }) => [status, jid]);

    expect(await to('add', luz.jid, ana.lid, '14155550100@s.whatsapp.net')).toEqual([
      ['200', luz.lid],
      ['409', ana.lid],
      ['404', '14155550100@s.whatsapp.net'],
    ]);
    expect(await to('promote', luz.lid)).toEqual([['200', luz.lid]]);
    expect((await sock.groupMetadata(group.jid)).participants.at(-1)).toMatchObject({ id: luz.lid, admin: 'admin' });
    expect(await to('demote', luz.lid, shop.lid)).toEqual([
      ['200', luz.lid],
      ['405', shop.lid],
    ]);
    expect(await to('remove', luz.jid)).toEqual([['200', luz.lid]]);
    expect(await to('remove', luz.jid)).toEqual([['404', luz.lid]]);
    expect(group.members.map(({ name }) => name)).toEqual(['Shop', 'Ana']);
  });

  it('changes subject and description, gets and renews the invite link, and leaves', async () => {
    const group = ours(ana);
    const sock = client.sock!;

    await sock.groupUpdateSubject(group.jid, 'Ours anew');
    await sock.groupUpdateDescription(group.jid, 'First');
    await sock.groupUpdateDescription(group.jid, 'Second');
    expect(await sock.groupMetadata(group.jid)).toMatchObject({ subject: 'Ours anew', desc: 'Second' });
    await sock.groupUpdateDescription(group.jid);
    expect((await sock.groupMetadata(group.jid)).desc).toBeUndefined();

    const code = (await sock.groupInviteCode(group.jid))!;
    expect(luz.joinGroup(code)).toBe(group.jid);
    const renewed = await sock.groupRevokeInvite(group.jid);
    expect(renewed).not.toBe(code);
    expect(() => ana.joinGroup(code)).toThrow('gone');
    await sock.groupLeave(group.jid);
    await expect(sock.groupMetadata(group.jid)).rejects.toMatchObject({ data: 404 });
  });
});

it('refuses a client that is not an admin, or not a member', async () => {
  const group = whatsapp.group({ subject: 'Theirs', members: [ana, shop] });
  const foreign = whatsapp.group({ subject: 'Foreign', members: [ana, luz] });
  const sock = client.sock!;

  await sock.groupUpdateSubject(group.jid, 'Anybody may');
  group.locked = true;
  for (const refused of [
    sock.groupUpdateSubject(group.jid, 'Not any more'),
    sock.groupUpdateDescription(group.jid, 'Not any more'),
    sock.groupParticipantsUpdate(group.jid, [luz.jid], 'add'),
    sock.groupInviteCode(group.jid),
    sock.groupRevokeInvite(group.jid),
  ]) {
    await expect(refused).rejects.toMatchObject({ data: 403 });
  }
  await expect(sock.groupUpdateSubject(foreign.jid, 'Mine')).rejects.toMatchObject({ data: 404 });
  await expect(sock.groupLeave(foreign.jid)).rejects.toMatchObject({ data: 404 });
  await expect(sock.groupUpdateSubject(group.jid, 'x'.repeat(101))).rejects.toMatchObject({ data: 403 });
});

it('notifies the members’ devices of every change by a phone', async () => {
  const group = whatsapp.group({ subject: 'Theirs', members: [ana, shop] });
  const admin = ana.inGroup(group);
  const events = nextGroupEvents(8);

  admin.add(luz);
  admin.promote(luz);
  luz.inGroup(group).rename('Ours now');
  admin.demote(luz);
  admin.describe('What it is about');
  admin.revokeInvite();
  luz.inGroup(group).leave();
  admin.remove(shop);

  expect(await events).toMatchObject([
    { id: group.jid, author: ana.lid, action: 'add', participants: [{ id: luz.lid, phoneNumber: luz.jid }] },
    { id: group.jid, author: ana.lid, action: 'promote', participants: [{ id: luz.lid, admin: 'admin' }] },
    { id: group.jid, author: luz.lid, subject: 'Ours now' },
    { id: group.jid, action: 'demote', participants: [{ id: luz.lid, admin: null }] },
    { id: group.jid, desc: 'What it is about' },
    { id: group.jid, inviteCode: group.inviteCode },
    { id: group.jid, author: luz.lid, action: 'remove', participants: [{ id: luz.lid }] },
    { id: group.jid, author: ana.lid, action: 'remove', participants: [{ id: shop.lid }] },
  ]);
  expect(() => luz.inGroup(group).rename('Back')).toThrow('item-not-found');
  await expect(shop.sendText(group, 'am I still here?')).rejects.toThrow(RangeError);
});

it('notifies a device that was away of earlier changes', async () => {
  const group = whatsapp.group({ subject: 'Theirs', members: [ana, shop] });
  await client.goAway();
  await whatsapp.until((server) => !server.devices()[0]!.online);
  ana.inGroup(group).add(luz);
  await client.logIn();

  const stanza = await client.stanza(
    ({ tag, attrs }) => tag === 'notification' && attrs.from === group.jid && attrs.offline !== undefined,
  );
  expect(stanza.attrs).toMatchObject({ type: 'w:gp2', participant: ana.lid, participant_pn: ana.jid });
});

describe('whoever is added to a group', () => {
  const changes = (group: Group) =>
    client.stanzas.filter(({ tag, attrs }) => tag === 'notification' && attrs.from === group.jid);

  it.each(['is added', 'follows the link'])('gets its description when it %s; others are told who', async (how) => {
    const group = whatsapp.group({ subject: 'Theirs', members: [ana] });
    const before = group.version;

    if (how === 'is added') ana.inGroup(group).add(shop);
    else shop.joinGroup(group.inviteCode);
    ana.inGroup(group).add(luz);
    ana.inGroup(group).remove(luz);
    await client.until(() => changes(group).length === 3, 'three changes');

    const [[create], [add], [remove]] = changes(group).map(childrenOf) as [Stanza[], Stanza[], Stanza[]];
    expect([create!.tag, add!.tag, remove!.tag]).toEqual(['create', 'add', 'remove']);
    const [described] = childrenOf(create);
    expect(described!.attrs).toMatchObject({
      creator: ana.lid,
      creator_pn: ana.jid,
      size: '2',
      p_v_id: add!.attrs.prev_v_id,
    });
    const joinTime = expect.stringMatching(/^\d{10}$/) as string;
    expect(childrenOf(described).at(-1)!.attrs).toMatchObject({ jid: shop.lid, join_time: joinTime });
    expect(childrenOf(add)[0]!.attrs).toEqual({ jid: luz.lid, phone_number: luz.jid, join_time: joinTime });
    expect(childrenOf(remove)[0]!.attrs).toEqual({ jid: luz.lid, phone_number: luz.jid });
    expect(remove!.attrs).toEqual({ v_id: group.version, prev_v_id: add!.attrs.v_id });
    expect(add!.attrs.prev_v_id).not.toBe(before);
    expect(changes(group)[0]!.attrs.participant).toBe(how === 'is added' ? ana.lid : undefined);
  });

  it('is told why when the link was followed', async () => {
    const group = ours(ana);
    luz.joinGroup(group.inviteCode);
    await client.until(() => changes(group).length === 1, 'the change');

    expect(childrenOf(changes(group)[0])[0]).toMatchObject({ tag: 'add', attrs: { reason: 'invite' } });
    expect(changes(group)[0]!.attrs).not.toHaveProperty('participant');
  });
});

it('counts only participants as people', async () => {
  const content = [node('member_add_mode', {}, 'all_member_add'), node('participant', { jid: ana.jid })];
  const change = node('create', { subject: 'New', key: '1' }, [...content, node('ephemeral', { expiration: '0' })]);
  const iq = node('iq', { type: 'set', xmlns: 'w:g2', to: '@g.us' }, [change]);

  const [group] = childrenOf(await client.sock!.query(iq));

  const people = childrenOf(group).filter(({ tag }) => tag === 'participant');
  expect(people.map(({ attrs }) => [attrs.jid, attrs.error])).toEqual([
    [shop.lid, undefined],
    [ana.lid, undefined],
  ]);
});
