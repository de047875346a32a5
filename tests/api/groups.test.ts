import request from 'supertest';
import { CONTACT, GROUP } from './connection-in-memory.ts';
import { answerTo, CONNECTED, startApi } from './support.ts';

const GROUPS = `/sessions/${CONNECTED}/groups`;
const ONE = `${GROUPS}/${GROUP.groupId}`;
/** The group in its REST form. */
const VIEW = {
  group_id: '120363012345678901@g.us',
  subject: 'Ventas',
  description: 'Todo lo que se vende',
  owner: { number: CONTACT.number, lid: CONTACT.lid },
  created_at: '2024-01-15T10:30:00.000Z',
  size: 2,
  announce: false,
  participants: [
    { number: CONTACT.number, lid: CONTACT.lid, role: 'superadmin' },
    { number: null, lid: '234567890123456@lid', role: 'member' },
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
])('updates a group with %j', async (body, update) => {
  const { app, sessions } = startApi();
  await request(app).patch(ONE).send(body).expect(200);
  expect(sessions.openConnection.asked).toEqual([['update', update]]);
});
