import request from 'supertest';
import { historyInMemory, keptMessage } from './history-in-memory.ts';
import { CONNECTED, id, startApi } from './support.ts';

const path = (rest: string) => `/sessions/${CONNECTED}/${rest}`;

/** An API whose sessions keep messages for so many days. */
function start(days = 30) {
  const { sessions, clock } = startApi();
  const { history, store } = historyInMemory(sessions, clock, days);
  const { app } = startApi({ history, sessions });
  const get = (rest: string) => request(app).get(path(rest));
  return { app, get, store, sessions };
}

it('lists conversations and their messages in pages', async () => {
  const { get } = start();
  const chats = await get('chats');
  expect(chats.body).toMatchObject({ data: [{ name: 'Ana', is_group: false, last_message: { message_id: 'M2' } }] });

  const first = await get('chats/5491122334455/messages?limit=1');
  expect(first.body).toMatchObject({ data: [{ message_id: 'M2', from_me: false }], next: '2-2' });
  const second = await get(`chats/5491122334455/messages?after=${first.body.next}`);
  expect(second.body).toMatchObject({ data: [{ message_id: 'M1' }], next: null });
  expect((await get('chats/5491100000000@lid/messages')).body.data).toHaveLength(2);
  expect((await get('chats/120363012345678901@g.us/messages')).body).toEqual({ success: true, data: [], next: null });
});

it.each([
  ['chats/nobody/messages', 400, 'invalid_number'],
  ['chats?after=1', 400, 'invalid_query'],
  ['chats?limit=201', 400, 'invalid_query'],
  ['search', 400, 'invalid_query'],
  ['search?q=%20', 400, 'invalid_query'],
  ['search?q=hola&chat=nobody', 400, 'invalid_number'],
  ['history/export?chat=nobody', 400, 'invalid_number'],
])('refuses %s', async (rest, status, error) => {
  expect(await start().get(rest)).toMatchObject({ status, body: { error } });
});

it.each(['chats', 'chats/5491122334455/messages', 'search?q=a', 'history/export'])(
  'refuses %s while the session keeps nothing',
  async (rest) => {
    expect(await start(0).get(rest)).toMatchObject({ status: 403, body: { error: 'history_not_kept' } });
  },
);

it('searches, also in one conversation, and says whether there is more', async () => {
  const { get } = start();
  expect((await get('search?q=medialunas')).body).toMatchObject({ data: [{ message_id: 'M2' }], next: null });
  expect((await get('search?q=hola&chat=5491122334455&limit=1')).body).toMatchObject({ next: '1-1' });
  expect((await get('search?q=hola&chat=120363012345678901@g.us')).body.data).toEqual([]);
});

it('exports one message on each line, all of them', async () => {
  const { get, store, app } = start();
  store.messages = Array.from({ length: 450 }, (_, at) => keptMessage(at + 1, `texto\n${at}`));
  const { headers } = await get('history/export').buffer(true);
  expect(headers['content-type']).toBe('application/x-ndjson; charset=utf-8');
  const answer = await get('history/export?chat=5491122334455').buffer(true);
  const messages = answer.text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(messages.map(({ message_id }) => message_id)).toEqual(
    store.messages.map(({ messageId }) => messageId).reverse(),
  );
  expect((await request(app).head(path('history/export'))).status).toBe(200);
});

it('changes how long messages are kept, and removes what is too old by then', async () => {
  const { app, get, store } = start();
  const set = (days: unknown) => request(app).patch(path('history')).send({ days });
  expect((await get('history')).body).toEqual({ success: true, days: 30, is_default: true, messages: 2 });
  expect((await set(7)).body).toEqual({ success: true, days: 7, is_default: false, messages: 0 });
  expect(store.messages).toEqual([]);
  expect((await set(null)).body).toEqual({ success: true, days: 30, is_default: true, messages: 0 });
  for (const days of [-1, 3_651, 1.5, '7', undefined]) {
    expect(await set(days)).toMatchObject({ status: 400, body: { error: 'invalid_body' } });
  }
});

it('asks the phone only for what is before a message that is known', async () => {
  const { app, store, sessions } = start();
  const ask = (chat: string) =>
    request(app)
      .post(path(`chats/${chat}/history`))
      .send({ count: 5 });
  expect((await ask('5491122334455')).status).toBe(200);
  expect(sessions.openConnection.asked.at(-1)).toMatchObject(['askForOlder', {}, { messageId: 'M1', sentAtMs: 1 }, 5]);
  store.messages = [];
  expect(await ask('5491122334455')).toMatchObject({ status: 404, body: { error: 'message_not_found' } });
});

it('removes a conversation, and forgets a person under all names', async () => {
  const { app, get } = start();
  const remove = (rest: string, session = String(CONNECTED)) => request(app).delete(`/sessions/${session}/${rest}`);
  const forgotten = { success: true, messages: 2, sent: 1, others: 3, scheduled: 0, drafts: 0 };
  expect((await remove('people/5491122334455')).body).toEqual(forgotten);
  expect((await remove('chats/5491122334455/messages')).body).toEqual({ success: true, messages: 2 });
  expect((await get('chats/5491122334455/messages')).body.data).toEqual([]);
  const unknown = String(id('session_1_unknown00'));
  expect((await remove('people/5491122334455', unknown)).body.error).toBe('session_not_found');
});

it('forgets a person everywhere, with the drafts to them', async () => {
  const { app } = start();
  const forget = (who: string) => request(app).delete(`/people/${who}`);
  const { body } = await forget('5491234567890');
  expect(body).toMatchObject({ success: true, messages: 2, sent: 1, drafts: 1, sessions: 2 });
  expect((await forget('5491234567890')).body).toMatchObject({ drafts: 0 });
  expect(await forget('nobody')).toMatchObject({ status: 400, body: { error: 'invalid_number' } });
  expect((await request(app).get('/people/5491234567890')).status).toBe(405);
});
