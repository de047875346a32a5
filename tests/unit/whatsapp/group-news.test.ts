import type { BinaryNode, SignalKeyStore, WASocket } from '@whiskeysockets/baileys';
import { EventEmitter } from 'node:events';
import { pino } from 'pino';
import type { GroupChange } from '../../../src/domain/group-event.ts';
import type { ConnectionEvent } from '../../../src/ports/connection.ts';
import { holdNotifications } from '../../../src/whatsapp/connection/held-notifications.ts';
import { GroupNotices } from '../../../src/whatsapp/receive/group-notices.ts';
import { ManualClock } from '../../harness/manual-clock.ts';

const GROUP = '120363012345678901@g.us';
const COMMUNITY = '120363099999999999@g.us';
const ANA = { number: '5491122334455', lid: '111111111111111@lid' };
const LUZ = { number: '5491133445566', lid: '222222222222222@lid' };
const ME = { number: '5491166778899', lid: '333333333333333@lid' };
const BY_ANA = { participant: ANA.lid, participant_pn: `${ANA.number}@s.whatsapp.net` };

const node = (tag: string, attrs: Record<string, string> = {}, content?: BinaryNode['content']): BinaryNode => ({
  ...{ tag, attrs },
  ...(content !== undefined && { content }),
});

function named(person: typeof ANA, tag = 'participant'): BinaryNode {
  return node(tag, { jid: person.lid, phone_number: `${person.number}@s.whatsapp.net` });
}

function notification(change: BinaryNode | BinaryNode[], attrs: Record<string, string> = BY_ANA): BinaryNode {
  const all = { from: GROUP, type: 'w:gp2', id: '3513186091', t: '1751819093', ...attrs };
  return node('notification', all, Array.isArray(change) ? change : [change]);
}

function start() {
  const events: Extract<ConnectionEvent, { kind: 'group-changed' }>[] = [];
  const touched: string[] = [];
  const creds = { me: { id: `${ME.number}:1@s.whatsapp.net`, lid: ME.lid.replace('@', ':1@') } };
  const keys = { get: () => ({}) } as unknown as SignalKeyStore;
  let tail = Promise.resolve();
  const notices = new GroupNotices({
    socket: { authState: { creds, keys } } as unknown as WASocket,
    auth: { isFenced: () => false },
    cache: {
      name: () => Promise.resolve('Ventas'),
      renamed: (_, name) => touched.push(`renamed ${name}`),
      changed: () => touched.push('changed'),
    },
    inOrder: (work) => {
      tail = tail.then(work);
    },
    onEvent: (event) => {
      if (event.kind === 'group-changed') events.push(event);
    },
    clock: new ManualClock(),
    log: pino({ level: 'silent' }),
  });
  const read = async (stanza: BinaryNode): Promise<readonly GroupChange[]> => {
    void notices.take(stanza);
    await tail;
    return events.at(-1)?.changes ?? [];
  };
  return { notices, read, events, touched, settled: () => tail };
}

const what = async (...input: Parameters<typeof notification>) =>
  (await start().read(notification(...input))).map((change) => change.what);

it.each<[string, BinaryNode, object, object]>([
  ['adds', node('add', {}, [named(LUZ)]), BY_ANA, { action: 'added', participants: [LUZ], includesMe: false }],
  ['removes', node('remove', {}, [named(LUZ)]), BY_ANA, { action: 'removed', participants: [LUZ], includesMe: false }],
  ['leaves', node('remove', {}, [named(ANA)]), BY_ANA, { action: 'left', participants: [ANA], includesMe: false }],
  ['promotes', node('promote', {}, [named(ME)]), BY_ANA, { action: 'promoted', participants: [ME], includesMe: true }],
  ['demotes', node('demote', {}, [named(LUZ)]), BY_ANA, { action: 'demoted', participants: [LUZ], includesMe: false }],
  ['comes by the link', node('add', { reason: 'invite' }, [named(LUZ)]), {}, { action: 'joined', participants: [LUZ] }],
  ['adds us', node('create', {}, [node('group', { id: '1' })]), BY_ANA, { action: 'added', participants: [ME] }],
])('somebody %s', async (_name, change, by, expected) => {
  expect(await what(change, by as Record<string, string>)).toEqual([
    expect.objectContaining({ kind: 'group-participants', ...expected }),
  ]);
});

it.each<[BinaryNode, object]>([
  [node('subject', { subject: 'Nuevo' }), { subject: 'Nuevo' }],
  [node('description', { id: 'A' }, [node('body', {}, Buffer.from('De qué va'))]), { description: 'De qué va' }],
  [node('description', { id: 'A' }, [node('delete')]), { description: null }],
  [node('announcement'), { announce: true }],
  [node('not_announcement'), { announce: false }],
  [node('locked'), { locked: true }],
  [node('unlocked'), { locked: false }],
  [node('member_add_mode', {}, Buffer.from('all_member_add')), { member_add: 'everybody' }],
  [node('membership_approval_mode', {}, [node('group_join', { state: 'on' })]), { join_approval: true }],
  [node('ephemeral', { expiration: '86400' }), { disappearing_seconds: 86_400 }],
  [node('not_ephemeral'), { disappearing_seconds: 0 }],
  [node('invite', { code: 'SECRET' }), { invite_link: 'revoked' }],
  [node('link', { link_type: 'parent_group' }, [node('group', { jid: COMMUNITY })]), { community_id: COMMUNITY }],
  [node('unlink', { unlink_type: 'parent_group' }, [node('group', { jid: COMMUNITY })]), { community_id: null }],
  [node('delete', { reason: 'delete_group' }), { deleted: true }],
])('what is new: %j', async (change, changes) => {
  expect(await what(change)).toEqual([{ kind: 'group-update', changes }]);
});

it('the picture names its author in the change', async () => {
  const change = node('set', { jid: GROUP, author: ANA.lid, author_pn: `${ANA.number}@s.whatsapp.net` });
  expect(await start().read(notification(change, { type: 'picture' }))).toMatchObject([
    { by: ANA, what: { kind: 'group-update', changes: { picture: 'set' } } },
  ]);
});

it.each<[string, BinaryNode, object, object]>([
  [
    'created',
    node('created_membership_requests', { request_method: 'invite_link' }, [named(LUZ, 'requested_user')]),
    {},
    { action: 'created', method: 'invite_link', participants: [LUZ] },
  ],
  [
    'named only as the author',
    node('created_membership_requests', { request_method: 'made up' }),
    BY_ANA,
    { action: 'created', method: 'other', participants: [ANA] },
  ],
  [
    'rejected',
    node('revoked_membership_requests', {}, [named(LUZ)]),
    BY_ANA,
    { action: 'rejected', method: null, participants: [LUZ] },
  ],
  [
    'taken back',
    node('revoked_membership_requests', {}, [named(ANA)]),
    BY_ANA,
    { action: 'revoked', method: null, participants: [ANA] },
  ],
])('a wish to join that is %s', async (_name, change, by, expected) => {
  expect(await what(change, by as Record<string, string>)).toEqual([{ kind: 'group-join-request', ...expected }]);
});

it('says when, where, by whom, and under an id of its own for each change', async () => {
  const changes = await start().read(notification([node('locked'), node('announcement')], { ...BY_ANA, offline: '8' }));
  expect(changes).toMatchObject(
    ['3513186091 0', '3513186091 1'].map((id) => ({
      ...{ id, groupId: GROUP, groupName: 'Ventas', by: ANA, offline: true, atMs: 1_751_819_093_000 },
    })),
  );
});

it('bounds what strangers write, and drops what makes no sense', async () => {
  const long = 'x'.repeat(100_000);
  expect(await what(node('subject', { subject: long }))).toMatchObject([{ changes: { subject: 'x'.repeat(1_000) } }]);
  const odd = ['@lid', 'x@lid', `${'9'.repeat(400)}@lid`, `${'9'.repeat(400)}@s.whatsapp.net`, '', '1@g.us'];
  const people = odd.map((jid) => node('participant', { jid }));
  expect(await what(node('add', {}, [...people, named(LUZ)]))).toMatchObject([{ participants: [LUZ] }]);
  const scene = start();
  for (const change of [
    node('constructor'),
    node('__proto__'),
    node('ephemeral', { expiration: '-1' }),
    node('member_add_mode', {}, 'nobody'),
    node('membership_approval_mode'),
    node('link', { link_type: 'parent_group' }, [node('group', { jid: 'x@g.us' })]),
    node('subject'),
  ]) {
    expect(scene.notices.take(notification(change))).toBeUndefined();
  }
  expect(await scene.read(notification(node('add', {}, people)))).toEqual([]);
  expect(scene.notices.take(notification(node('locked'), { from: 'x@g.us' }))).toBeUndefined();
  expect(scene.notices.take(notification(node('locked'), { type: 'contacts' }))).toBeUndefined();
});

it('has the new name at once, and forgets what is outdated', () => {
  const { notices, touched } = start();
  void notices.take(notification([node('subject', { subject: 'Nuevo' }), node('add', {}, [named(LUZ)])]));
  expect(touched).toEqual(['renamed Nuevo', 'changed']);
});

it('is acknowledged only when it is stored', async () => {
  const ws = Object.assign(new EventEmitter(), { isOpen: true });
  const handled: string[] = [];
  ws.on('CB:notification', ({ attrs }: BinaryNode) => handled.push(attrs.id!));
  const { notices, events, settled } = start();
  holdNotifications({ ws } as unknown as WASocket, (stanza) => notices.take(stanza));

  ws.emit('CB:notification', notification(node('locked')));
  ws.emit('CB:notification', notification(node('locked'), { type: 'devices', id: 'other' }));
  await settled();
  expect(handled).toEqual(['other']);
  events[0]!.stored();
  await Promise.resolve();
  expect(handled).toEqual(['other', '3513186091']);

  ws.emit('CB:notification', notification(node('unlocked'), { id: 'late' }));
  await settled();
  ws.isOpen = false;
  events[1]!.stored();
  await Promise.resolve();
  expect(handled).not.toContain('late');
});
