import request from 'supertest';
import { CONTACT } from './connection-in-memory.ts';
import { LABEL } from './labels-in-memory.ts';
import { answerTo, CONNECTED, startApi } from './support.ts';

const at = (path: string) => `/sessions/${CONNECTED}/${path}`;
const ANA = { kind: 'number', number: CONTACT.number };
const PLACE = { chat_id: CONTACT.jid, number: CONTACT.number, lid: CONTACT.lid };
const VIEW = { label_id: '7', name: 'Pagado', color: 3, predefined_id: null };
const NEW: typeof LABEL = { ...LABEL, labelId: '8', name: 'Nuevo', color: 0 };

it.each([
  ['get', 'labels', undefined, { data: [VIEW] }, []],
  [
    'post',
    'labels',
    { name: 'Nuevo' },
    { data: { ...VIEW, label_id: '8', name: 'Nuevo', color: 0 } },
    ['editLabel', NEW],
  ],
  ['patch', 'labels/7', { color: 19 }, { data: { ...VIEW, color: 19 } }, ['editLabel', { ...LABEL, color: 19 }]],
  [
    'patch',
    'labels/7',
    { name: 'Otro' },
    { data: { ...VIEW, name: 'Otro' } },
    ['editLabel', { ...LABEL, name: 'Otro' }],
  ],
  ['delete', 'labels/7', undefined, {}, ['deleteLabel', LABEL]],
  ['get', 'labels/7/chats', undefined, { data: [PLACE], next: null }, []],
  ['get', 'labels/7/messages', undefined, { data: [{ ...PLACE, message_id: '3EB0A' }], next: null }, []],
  ['get', 'labels/7/chats?limit=1', undefined, { data: [PLACE], next: CONTACT.jid }, []],
  ['get', 'labels/7/messages?limit=1', undefined, { next: `${CONTACT.jid}/3EB0A` }, []],
  ['get', `labels/7/messages?after=${CONTACT.jid}/3EB0A`, undefined, { data: [], next: null }, []],
  ['post', `chats/${CONTACT.number}/labels`, { label_id: '7' }, {}, ['labelChat', '7', ANA, true]],
  ['delete', `chats/${CONTACT.number}/labels/7`, undefined, {}, ['labelChat', '7', ANA, false]],
  ['post', 'messages/3EB0A/labels', { label_id: '7' }, {}, ['labelMessage', '7', '3EB0A', true]],
  ['delete', 'messages/3EB0A/labels/7', undefined, {}, ['labelMessage', '7', '3EB0A', false]],
] as const)('%s %s %j answers', async (...[method, path, sent, body, asked]) => {
  const { app, sessions } = startApi();
  const answer = await answerTo(request(app)[method](at(path)).send(sent));
  expect([answer.status, answer.body]).toMatchObject([200, { success: true, ...body }]);
  expect(sessions.openConnection.asked).toEqual(asked.length === 0 ? [] : [asked]);
});

it.each([
  ['post', 'labels', { name: ' ' }, 400, 'invalid_body'],
  ['post', 'labels', { name: 'Nuevo', color: 20 }, 400, 'invalid_body'],
  ['patch', 'labels/7', {}, 400, 'invalid_body'],
  ['patch', 'labels/9', { name: 'Nuevo' }, 404, 'label_not_found'],
  ['delete', 'labels/%20', undefined, 404, 'label_not_found'],
  ['get', 'labels/9/chats', undefined, 404, 'label_not_found'],
  ['get', `labels/7/chats?after=${'x'.repeat(300)}`, undefined, 400, 'invalid_query'],
  ['post', `chats/${CONTACT.number}/labels`, { label_id: '9' }, 404, 'label_not_found'],
  ['post', `chats/${CONTACT.number}/labels`, {}, 404, 'label_not_found'],
  ['post', 'chats/Ana/labels', { label_id: '7' }, 400, 'invalid_number'],
  ['delete', 'messages/3EB0A/labels/9', undefined, 404, 'label_not_found'],
] as const)('%s %s %j is refused', async (...[method, path, sent, status, error]) => {
  const { app, sessions } = startApi();
  const answer = await answerTo(request(app)[method](at(path)).send(sent));
  expect([answer.status, answer.body]).toMatchObject([status, { error }]);
  expect(sessions.openConnection.asked).toEqual([]);
});

it('a label that was deleted gives its id to no other one', async () => {
  const { app } = startApi();
  await request(app).delete(at('labels/7')).expect(200);
  const created = await Promise.all([1, 2].map(() => request(app).post(at('labels')).send({ name: 'Nuevo' })));
  expect(created.map(({ body }) => (body as { data: { label_id: string } }).data.label_id).sort()).toEqual(['8', '9']);
  const { body } = await answerTo(request(app).get(at('labels')));
  expect((body as { data: unknown[] }).data).toHaveLength(2);
});

it('a label is created only once with the same Idempotency-Key', async () => {
  const { app, sessions } = startApi();
  const create = (name: string) => request(app).post(at('labels')).set('Idempotency-Key', 'k1').send({ name });
  const [first, again, other] = [await create('Nuevo'), await create('Nuevo'), await create('Otro')];
  expect([again.body, again.headers['idempotency-replayed']]).toEqual([first.body, 'true']);
  expect([other.status, (other.body as { error: string }).error]).toEqual([422, 'idempotency_mismatch']);
  expect(sessions.openConnection.asked).toEqual([['editLabel', NEW]]);
});
