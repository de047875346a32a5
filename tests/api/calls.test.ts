import request from 'supertest';
import { ERRORS } from '../../src/domain/errors.ts';
import { CALL } from './connection-in-memory.ts';
import { answerTo, CONNECTED, startApi } from './support.ts';

const CALLS = `/sessions/${CONNECTED}/calls`;

it('lists the calls that ring', async () => {
  const { app } = startApi();
  const { callId: call_id, caller } = CALL;
  const started_at = '2024-01-15T10:30:00.000Z';

  await request(app)
    .get(CALLS)
    .expect(200, { success: true, data: [{ call_id, ...caller, is_video: false, started_at }] });
});

it('rejects a call', async () => {
  const { app, sessions } = startApi();

  await request(app).post(`${CALLS}/${CALL.callId}/reject`).expect(200, { success: true });

  expect(sessions.openConnection.asked).toEqual([['reject', CALL.callId]]);
});

it.each([
  ['does not ring', 'C2', [['reject', 'C2']]],
  ['has a hostile id', encodeURIComponent('../__proto__\n'), [['reject', '../__proto__\n']]],
  ['has an endless id', 'x'.repeat(513), []],
])('refuses a call that %s', async (_, callId, asked) => {
  const { app, sessions } = startApi();

  const { status, body } = await answerTo(request(app).post(`${CALLS}/${callId}/reject`));

  expect([status, body]).toEqual([404, { success: false, error: 'call_not_found', message: ERRORS.call_not_found }]);
  expect(sessions.openConnection.asked).toEqual(asked);
});
