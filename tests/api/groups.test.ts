import request from 'supertest';
import { CODE, CONTACT, GROUP } from './connection-in-memory.ts';
import { answerTo, CONNECTED, startApi } from './support.ts';

const GROUPS = `/sessions/${CONNECTED}/groups`;
const COMMUNITIES = `/sessions/${CONNECTED}/communities`;
const ONE = `${GROUPS}/${GROUP.groupId}`;
/** The group in its REST form, without participants. */
const FACTS = {
  group_id: '120363012345678901@g.us',
  subject: 'Ventas',
  description: 'Todo lo que se vende',
  owner: { number: CONTACT.number, lid: CONTACT.lid },
  created_at: '2024-01-15T10:30:00.000Z',
  size: 2,
  announce: false,
  locked: true,
  member_add: 'everybody',
  join_approval: true,
  disappearing_seconds: 86_400,
  is_community: false,
  community_id: '120363099999999999@g.us',
};
/** The group in its REST form. */
const VIEW = {
  ...FACTS,
  participants: [
    { number: CONTACT.number, lid: CONTACT.lid, role: 'superadmin', username: 'ana.garcia' },
    { number: null, lid: '234567890123456@lid', role: 'member', username: null },
  ],
};
const ANA = { kind: 'number', number: CONTACT.number };
it.each([
  ['a group', GROUPS, { subject: ' Ventas ', participants: ['+54 9 11 2233-4455', CONTACT.lid] }],
  ['people', `${ONE}/participants`, { action: 'promote', participants: ['+54 9 11 2233-4455', CONTACT.lid] }],
])('passes on %s in its parsed form', async (_name, path, body) => {
  const { app, sessions } = startApi();
  await request(app).post(path).send(body).expect(200);
  const people = [ANA, { kind: 'jid', jid: CONTACT.lid }];
  expect(sessions.openConnection.asked).toEqual([
    'subject' in body ? ['create', body.subject, people] : [body.action, people],
  ]);
});

it('accepts a group id without its domain', async () => {
  const { app } = startApi();
  await request(app).get(ONE.replace('@g.us', '')).expect(200, { success: true, data: VIEW });
});

it.each([
  ['subject', 'post', GROUPS, { participants: [CONTACT.number] }],
  ['subject', 'post', GROUPS, { subject: ' ', participants: [CONTACT.number] }],
  ['subject', 'post', GROUPS, { subject: 'x'.repeat(101), participants: [CONTACT.number] }],
  ['participants', 'post', GROUPS, { subject: 'Ventas' }],
  ['participants', 'post', GROUPS, { subject: 'Ventas', participants: [] }],
  ['participants', 'post', GROUPS, { subject: 'Ventas', participants: ['Ana'] }],
  ['participants', 'post', GROUPS, { subject: 'Ventas', participants: [GROUP.groupId] }],
  [
    'participants',
    'post',
    GROUPS,
    { subject: 'Ventas', participants: Array.from({ length: 1_024 }, () => '5491122334455') },
  ],
  ['action', 'post', `${ONE}/participants`, { action: 'ban', participants: [CONTACT.number] }],
  ['participants', 'post', `${ONE}/participants`, { action: 'add', participants: CONTACT.number }],
  ['subject', 'patch', ONE, {}],
  ['subject', 'patch', ONE, { subject: null }],
  ['announce', 'patch', ONE, { announce: 'yes' }],
  ['member_add', 'patch', ONE, { member_add: 'nobody' }],
  ['disappearing_seconds', 'patch', ONE, { disappearing_seconds: 90 }],
  ['action', 'post', `${ONE}/requests`, { action: 'admit', participants: [CONTACT.number] }],
  ['group_id', 'post', `${ONE}/linked-groups`, { group_id: 'Ventas' }],
  ['subject', 'post', COMMUNITIES, { subject: ' ' }],
  ['description', 'post', COMMUNITIES, { subject: 'Vecinos', description: 1 }],
  ['join_approval', 'post', COMMUNITIES, { subject: 'Vecinos', join_approval: 'yes' }],
  ['community_id', 'post', GROUPS, { subject: 'Ventas', participants: [CONTACT.number], community_id: CONTACT.lid }],
  ['description', 'patch', ONE, { description: 'x'.repeat(2_049) }],
] as const)('refuses an invalid %s (%s %s %j)', async (field, method, path, body) => {
  const { app, sessions } = startApi();
  const answer = await answerTo(request(app)[method](path).send(body));
  expect(answer).toMatchObject({ status: 400, body: { success: false, error: 'invalid_body' } });
  expect((answer.body as { message: string }).message).toContain(`The field "${field}" `);
  expect(sessions.openConnection.asked).toEqual([]);
});

it.each([
  [{ description: '' }, { description: null }],
  [{ description: null }, { description: null }],
  [
    { subject: 'Ventas', description: 'Todo' },
    { subject: 'Ventas', description: 'Todo' },
  ],
  [
    { announce: true, locked: false, member_add: 'everybody', join_approval: true, disappearing_seconds: 0 },
    { announce: true, locked: false, memberAdd: 'everybody', joinApproval: true, disappearingSeconds: 0 },
  ],
])('updates a group with %j', async (body, update) => {
  const { app, sessions } = startApi();
  await request(app).patch(ONE).send(body).expect(200);
  expect(sessions.openConnection.asked).toEqual([['update', update]]);
});

it('passes on a community to create', async () => {
  const { app, sessions } = startApi();
  await request(app).post(COMMUNITIES).send({ subject: ' Vecinos ' }).expect(200, { success: true, data: VIEW });
  await request(app).post(COMMUNITIES).send({ subject: 'V', description: 'Todo', join_approval: false }).expect(200);
  expect(sessions.openConnection.asked).toEqual([
    ['create community', { subject: ' Vecinos ', description: null, joinApproval: true }],
    ['create community', { subject: 'V', description: 'Todo', joinApproval: false }],
  ]);
});

it('passes on a group to create in a community, and one to link to it', async () => {
  const { app, sessions } = startApi();
  const people = { subject: 'Ventas', participants: [CONTACT.number] };
  const other = '120363099999999999';
  await request(app)
    .post(GROUPS)
    .send({ ...people, community_id: other })
    .expect(200);
  const linked = `${GROUPS}/${other}/linked-groups`;
  await request(app).post(linked).send({ group_id: GROUP.groupId }).expect(200);
  await request(app).delete(`${linked}/${GROUP.groupId}`).expect(200);
  expect(sessions.openConnection.asked).toEqual([
    ['create', 'Ventas', [ANA], `${other}@g.us`],
    ['link', `${other}@g.us`],
    ['unlink', `${other}@g.us`],
  ]);
});

it.each([CODE, `https://chat.whatsapp.com/${CODE}`, `chat.whatsapp.com/invite/${CODE}?mode=wwt`])(
  'takes the invite code %s',
  async (text) => {
    const { app } = startApi();
    const path = `/sessions/${CONNECTED}/group-invites/${encodeURIComponent(text)}`;
    await request(app).get(path).expect(200, { success: true, data: FACTS });
    await request(app).post(`${path}/join`).expect(200, { success: true, group_id: GROUP.groupId, joined: true });
  },
);

it.each(['x', 'https://evil.example/BYWNEUCdFPO2fQhhXlqMyB', '\n', 'BYWNEUCdFPO2fQhhXlqMy🎉', 'x'.repeat(65)])(
  'refuses the invite code %j like an unknown one',
  async (code) => {
    const { app } = startApi();
    const path = `/sessions/${CONNECTED}/group-invites/${encodeURIComponent(code)}`;
    expect(await answerTo(request(app).get(path))).toMatchObject({ status: 404, body: { error: 'invite_not_valid' } });
  },
);

it('passes on a picture, and decisions about those who want to join', async () => {
  const { app, sessions } = startApi();
  const base64 = Buffer.from([0xff, 0xd8, 0xff, 0xe0]).toString('base64');
  await request(app).post(`${ONE}/picture`).send({ file: { base64 } }).expect(200);
  await request(app).delete(`${ONE}/picture`).expect(200);
  await request(app)
    .post(`${ONE}/requests`)
    .send({ action: 'reject', participants: [CONTACT.number] })
    .expect(200);
  expect(sessions.openConnection.asked).toEqual([['setPicture', 'image/jpeg'], ['removePicture'], ['reject', [ANA]]]);
});
