import { PasskeyAuthenticator } from '../../../simulator/pairing/passkey-authenticator.ts';
import type { PasskeyAssertion } from '../../../src/domain/passkey.ts';
import { assertionComplaint, readPasskeyOptions } from '../../../src/whatsapp/pairing/passkey-assertion.ts';

const authenticator = new PasskeyAuthenticator();
const OPTIONS = {
  challenge: 'q83vEjRWeJCrze8SNFZ4kA',
  timeout: 600_000,
  rpId: 'whatsapp.com',
  allowCredentials: [],
  userVerification: 'required',
  extensions: {},
};
const good = authenticator.assert(OPTIONS) as PasskeyAssertion;

it('accepts what an authenticator answers, also where WhatsApp names no site or only this passkey', () => {
  expect(assertionComplaint(OPTIONS, good)).toBeUndefined();
  const allowed = { ...OPTIONS, allowCredentials: [{ id: authenticator.credentialId, type: 'public-key' }] };
  expect(assertionComplaint(allowed, good)).toBeUndefined();
  const { rpId: site, ...unnamed } = OPTIONS;
  const forWeb = authenticator.assert({ ...OPTIONS, rpId: `web.${site}` }) as PasskeyAssertion;
  expect(assertionComplaint(unnamed, forWeb)).toBeUndefined();
  const unverified = authenticator.assert(OPTIONS, { userVerified: false }) as PasskeyAssertion;
  expect(assertionComplaint({ ...OPTIONS, userVerification: 'preferred' }, unverified)).toBeUndefined();
});

const withResponse = (change: Partial<PasskeyAssertion['response']>): PasskeyAssertion => ({
  ...good,
  response: { ...good.response, ...change },
});

it.each([
  [/"id" that differs/, { ...good, id: 'b3RoZXI' }],
  [/another challenge/, authenticator.assert({ ...OPTIONS, challenge: 'b3RoZXI' })],
  [/for another site/, authenticator.assert({ ...OPTIONS, rpId: 'example.com' })],
  [/not made on a page of/, authenticator.assert(OPTIONS, { origin: 'https://web.whatsapp.com.example.com' })],
  [/not made on a page of/, authenticator.assert(OPTIONS, { origin: 'https://evilwhatsapp.com' })],
  [/not made on a page of/, authenticator.assert(OPTIONS, { origin: 'http://web.whatsapp.com' })],
  [/not made on a page of/, authenticator.assert(OPTIONS, { origin: 'no origin' })],
  [/without verifying/, authenticator.assert(OPTIONS, { userVerified: false })],
  [/clientDataJSON that is not/, withResponse({ clientDataJSON: Buffer.from('[]').toString('base64url') })],
  [/clientDataJSON that is not/, withResponse({ clientDataJSON: 'AAAA' })],
  [/too short/, withResponse({ authenticatorData: 'AAAA' })],
])('complains of an assertion: %s', (complaint, assertion) => {
  expect(assertionComplaint(OPTIONS, assertion as PasskeyAssertion)).toMatch(complaint);
});

it('complains of a passkey that WhatsApp does not allow', () => {
  const others = { ...OPTIONS, allowCredentials: [{ id: 'b3RoZXI', type: 'public-key' }, null, 'hostile'] };
  expect(assertionComplaint(others, good)).toMatch(/another passkey/);
});

it.each([
  ['nothing', undefined],
  ['children', []],
  ['no JSON', Buffer.from('{')],
  ['a list', Buffer.from('[]')],
  ['no challenge', Buffer.from('{"rpId":"whatsapp.com"}')],
  ['a challenge that is no text', Buffer.from('{"challenge":[1,2]}')],
  ['endless options', Buffer.from(JSON.stringify({ challenge: 'a'.repeat(20_000) }))],
])('reads no options from %s', (_, content) => {
  expect(readPasskeyOptions(content)).toBeUndefined();
});

it('reads options from bytes and from text', () => {
  const text = JSON.stringify(OPTIONS);
  expect([readPasskeyOptions(text), readPasskeyOptions(Buffer.from(text))]).toEqual([OPTIONS, OPTIONS]);
});
