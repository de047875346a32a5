import request from 'supertest';
import { AppError, type ErrorCode, ERRORS } from '../../src/domain/errors.ts';
import { CONTACT, GROUP } from './connection-in-memory.ts';
import { answerTo, CONNECTED, PAIRING, startApi } from './support.ts';

const GROUPS = `/sessions/${CONNECTED}/groups`;
const ONE = `${GROUPS}/${GROUP.group_id}`;
const ANA = { kind: 'number', number: CONTACT.number };
const LINE_ERRORS: ErrorCode[] = [
  ...(['session_not_connected', 'not_allowed', 'whatsapp_refused', 'rate_limited', 'whatsapp_timeout'] as const),
];

/** Every request about groups, with a body where it needs one. */
const REQUESTS: [method: 'get' | 'post' | 'patch', path: string, body: object | undefined, codes: ErrorCode[]][] = [
  ['get', GROUPS, undefined, LINE_ERRORS],
  ['post', GROUPS, { subject: 'Ventas', participants: [CONTACT.number] }, [...LINE_ERRORS, 'number_not_on_whatsapp']],
  ['get', ONE, undefined, [...LINE_ERRORS, 'group_not_found']],
  ['patch', ONE, { subject: 'Ventas' }, [...LINE_ERRORS, 'group_not_found']],
  ['post', `${ONE}/participants`, { action: 'add', participants: [CONTACT.lid] }, [...LINE_ERRORS, 'group_not_found']],
  ['get', `${ONE}/invite`, undefined, [...LINE_ERRORS, 'group_not_found']],
  ['post', `${ONE}/invite/revoke`, undefined, [...LINE_ERRORS, 'group_not_found']],
  ['post', `${ONE}/leave`, undefined, [...LINE_ERRORS, 'group_not_found']],
];

describe.each(REQUESTS)('%s %s', (method, path, body, codes) => {
  const call = (api: ReturnType<typeof startApi>, at = path) => {
    const asked = request(api.app)[method](at);
    return answerTo(body === undefined ? asked : asked.send(body));
  };

  it('answers', async () => {
    expect(await call(startApi())).toMatchObject({ status: 200, body: { success: true } });
  });

  it.each(codes)('passes on the refusal %s', async (code) => {
    const api = startApi();
    api.sessions.failure = new AppError(code, { message: 'Because WhatsApp says so.' });
    const answer = await call(api);
    expect(answer.status).toBe(ERRORS[code].status);
    expect(answer.body).toEqual({ success: false, error: code, message: 'Because WhatsApp says so.' });
  });

  it('refuses a session that is not connected, and one that is unknown', async () => {
    const waiting = await call(startApi(), path.replace(CONNECTED, PAIRING));
    expect(waiting).toMatchObject({ status: 409, body: { error: 'session_not_connected' } });
    const unknown = await call(startApi(), path.replace(CONNECTED, 'session_1_unknown00'));
    expect(unknown).toMatchObject({ status: 404, body: { error: 'session_not_found' } });
  });
});

describe.each(REQUESTS.filter(([, path]) => path.startsWith(ONE)))('%s %s', (method, path, body) => {
  it.each(['Ventas', '1', CONTACT.jid, `${GROUP.group_id}%2F..`, '1203630123%00@g.us'])(
    'refuses what is no id of a group: %s',
    async (groupId) => {
      const asked = request(startApi().app)[method](path.replace(GROUP.group_id, groupId));
      const answer = await answerTo(body === undefined ? asked : asked.send(body));
      expect(answer).toMatchObject({ status: 404, body: { error: 'group_not_found' } });
    },
  );
});

it.each([
  ['a group', GROUPS, { subject: ' Ventas ', participants: ['+54 9 11 2233-4455', CONTACT.lid] }],
  ['people', `${ONE}/participants`, { action: 'promote', participants: ['+54 9 11 2233-4455', CONTACT.lid] }],
])('hands on %s as it is meant', async (_name, path, body) => {
  const { app, sessions } = startApi();
  await request(app).post(path).send(body).expect(200);
  const people = [ANA, { kind: 'jid', jid: CONTACT.lid }];
  expect(sessions.onLine.asked).toEqual(['subject' in body ? ['create', body.subject, people] : [body.action, people]]);
});

it('takes the digits of a group for its id', async () => {
  const { app } = startApi();
  await request(app).get(ONE.replace('@g.us', '')).expect(200, { success: true, data: GROUP });
});

it.each([
  ['subject', 'post', GROUPS, { participants: [CONTACT.number] }],
  ['subject', 'post', GROUPS, { subject: ' ', participants: [CONTACT.number] }],
  ['subject', 'post', GROUPS, { subject: 'x'.repeat(101), participants: [CONTACT.number] }],
  ['participants', 'post', GROUPS, { subject: 'Ventas' }],
  ['participants', 'post', GROUPS, { subject: 'Ventas', participants: [] }],
  ['participants', 'post', GROUPS, { subject: 'Ventas', participants: ['Ana'] }],
  ['participants', 'post', GROUPS, { subject: 'Ventas', participants: [GROUP.group_id] }],
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
] as const)('refuses a wrong %s (%s %s %j)', async (field, method, path, body) => {
  const { app, sessions } = startApi();
  const answer = await answerTo(request(app)[method](path).send(body));
  expect(answer).toMatchObject({ status: 400, body: { success: false, error: 'invalid_body' } });
  expect((answer.body as { message: string }).message).toContain(`The field "${field}" `);
  expect(sessions.onLine.asked).toEqual([]);
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
  expect(sessions.onLine.asked).toEqual([['update', update]]);
});
