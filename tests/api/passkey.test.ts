import request from 'supertest';
import { ERRORS } from '../../src/domain/errors.ts';
import { answerTo, CONNECTED, PAIRING, startApi } from './support.ts';

const PATH = `/sessions/${PAIRING}/passkey`;
const ASSERTION = {
  id: 'kQ3mZ0aT',
  rawId: 'kQ3mZ0aT',
  type: 'public-key',
  response: { clientDataJSON: 'eyJ9', authenticatorData: 'SZYN', signature: 'MEUC', userHandle: 'dXNlcg' },
};
const EXPIRES_AT = '2024-01-15T10:40:00.000Z';

it('shows the request while a passkey is wanted, and the code while it is to be compared', async () => {
  const { app, sessions } = startApi();
  const { openPasskey } = sessions;
  const options = { challenge: 'q83vEjRWeJCrze8SNFZ4kA', rpId: 'whatsapp.com' };

  const wanted = { state: 'wanted', expires_at: EXPIRES_AT, options, code: null };
  await request(app).get(PATH).expect(200, { success: true, data: wanted });
  openPasskey.now = { stage: 'confirming', code: 'ABCD-EFGH', expiresAtMs: openPasskey.current().expiresAtMs };
  const confirming = { state: 'confirming', expires_at: EXPIRES_AT, options: null, code: 'ABCD-EFGH' };
  await request(app).get(PATH).expect(200, { success: true, data: confirming });
});

it('passes an assertion on, without what else a browser writes', async () => {
  const { app, sessions } = startApi();
  const written = { ...ASSERTION, authenticatorAttachment: 'platform', clientExtensionResults: {} };

  await request(app).post(PATH).send(written).expect(200, { success: true });
  const withResponse = (change: object) => ({ ...ASSERTION, response: { ...ASSERTION.response, ...change } });
  await request(app)
    .post(PATH)
    .send(withResponse({ userHandle: undefined }))
    .expect(200);

  const withoutHandle = withResponse({ userHandle: null });
  expect(sessions.openPasskey.answers).toEqual([ASSERTION, withoutHandle]);
});

it.each([
  ['nothing', {}],
  ['no id', { ...ASSERTION, id: undefined }],
  ['an id that is not base64url', { ...ASSERTION, id: 'a+b=' }],
  ['an endless id', { ...ASSERTION, rawId: 'a'.repeat(8_193) }],
  ['another type', { ...ASSERTION, type: 'password' }],
  ['no response', { ...ASSERTION, response: undefined }],
  ['a response that is a text', { ...ASSERTION, response: 'signed' }],
  ['no signature', { ...ASSERTION, response: { ...ASSERTION.response, signature: '' } }],
  ['bytes as a list', { ...ASSERTION, response: { ...ASSERTION.response, signature: [1, 2] } }],
  ['a hostile handle', { ...ASSERTION, response: { ...ASSERTION.response, userHandle: { __proto__: 1 } } }],
])('refuses an assertion with %s', async (_, sent) => {
  const { app, sessions } = startApi();

  const { status, body } = await answerTo(request(app).post(PATH).send(sent));

  expect([status, body]).toMatchObject([400, { error: 'invalid_passkey', message: ERRORS.invalid_passkey }]);
  expect(sessions.openPasskey.answers).toEqual([]);
});

it.each([true, false])('passes on whether the codes are the same: %s', async (matches) => {
  const { app, sessions } = startApi();

  await request(app).post(`${PATH}/confirm`).send({ matches }).expect(200, { success: true });

  expect(sessions.openPasskey.comparisons).toEqual([matches]);
});

it.each([[{}], [{ matches: 'true' }], [{ matches: 1 }], [{ matches: null }], [{ code: 'ABCD-EFGH' }]])(
  'never takes %j for a comparison',
  async (sent) => {
    const { app, sessions } = startApi();

    const { status, body } = await answerTo(request(app).post(`${PATH}/confirm`).send(sent));

    expect([status, body]).toMatchObject([400, { error: 'invalid_body' }]);
    expect(sessions.openPasskey.comparisons).toEqual([]);
  },
);

it.each([
  ['get', '', undefined],
  ['post', '', ASSERTION],
  ['post', '/confirm', { matches: true }],
] as const)('refuses %s …/passkey%s where no passkey is wanted', async (method, path, sent) => {
  const { app } = startApi();

  const asked = request(app)[method](`/sessions/${CONNECTED}/passkey${path}`);
  const { status, body } = await answerTo(sent ? asked.send(sent) : asked);

  expect([status, body]).toMatchObject([409, { error: 'passkey_not_wanted' }]);
});
