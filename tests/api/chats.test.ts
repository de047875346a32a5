import request from 'supertest';
import { answerTo, CONNECTED, startApi } from './support.ts';

const READ = `/sessions/${CONNECTED}/read`;
const PRESENCE = `/sessions/${CONNECTED}/presence`;

it('marks each message once', async () => {
  const { app, sessions } = startApi();
  const { body } = await answerTo(
    request(app)
      .post(READ)
      .send({ messageIds: ['B', 'A', 'B'] }),
  );
  expect(body).toEqual({ success: true, read: ['B', 'A'], unknown: [] });
  expect(sessions.openConnection.asked).toEqual([['markRead', ['B', 'A']]]);
});

it.each([
  [{ state: 'available', to: 'ignored' }, ['show', 'available']],
  [{ state: 'unavailable' }, ['show', 'unavailable']],
  [{ state: 'paused', to: 5491122334455 }, ['type', { kind: 'number', number: '5491122334455' }, 'paused']],
  [{ state: 'recording', to: '111111@g.us' }, ['type', { kind: 'jid', jid: '111111@g.us' }, 'recording']],
])('sets the presence %j', async (body, asked) => {
  const { app, sessions } = startApi();
  await request(app).post(PRESENCE).send(body).expect(200, { success: true });
  expect(sessions.openConnection.asked).toEqual([asked]);
});
