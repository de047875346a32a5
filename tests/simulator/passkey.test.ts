import { type BinaryNode, proto } from '@whiskeysockets/baileys';
import { createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto';

import type { PasskeyAssertion, PasskeyOptions } from '../../simulator/pairing/passkey-authenticator.ts';
import type { Phone } from '../../simulator/phones/phone.ts';
import { foreignAssertion } from '../../simulator/phones/phone-passkey.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { makeCompanionHalf, readPrimaryHalf, sealPairingRequest } from '../../src/whatsapp/pairing/passkey-keys.ts';
import { BaileysClient } from '../harness/baileys-client.ts';
import { startQuickSimulator } from '../harness/few-pre-keys.ts';

const SHOP = '5491166778899';
const SERVER = '@s.whatsapp.net';

/** Has a phone that wants a passkey scan the QR of a stock client. */
async function scanned(whatsapp: Simulator, client: BaileysClient) {
  const shop = whatsapp.phone(SHOP);
  shop.passkey.isWanted = true;
  const outcome = shop.scan(await client.qr()).then(
    () => 'linked',
    (error: unknown) => (error as { reason: string }).reason,
  );
  const asked = await client.stanza(({ attrs }) => attrs.type === 'passkey_prologue_request');
  const options = JSON.parse(bytesIn(asked).toString()) as PasskeyOptions;
  return { shop, outcome, options };
}

/** The bytes of a stanza's first child. */
function bytesIn({ content }: BinaryNode): Buffer {
  const [child] = content as BinaryNode[];
  return Buffer.from(child!.content as Uint8Array);
}

/** Sends a query; resolves with the answer, or with the code of the refusal. */
async function query(client: BaileysClient, type: string, tag: string, content?: BinaryNode['content']) {
  const child = content === undefined ? { tag, attrs: {} } : { tag, attrs: {}, content };
  const iq = { tag: 'iq', attrs: { to: SERVER, type, xmlns: 'md' }, content: [child] };
  return client.sock!.query(iq).then(
    (answer) => answer as BinaryNode,
    (error: unknown) => (error as { data: number }).data,
  );
}

async function refOf(client: BaileysClient): Promise<string> {
  return bytesIn((await query(client, 'get', 'ref')) as BinaryNode).toString();
}

function prologue(assertion: PasskeyAssertion, payload: Uint8Array, proof?: Uint8Array): BinaryNode[] {
  return [
    { tag: 'credential_id', attrs: {}, content: Buffer.from(assertion.rawId, 'base64url') },
    { tag: 'webauthn_assertion', attrs: {}, content: Buffer.from(JSON.stringify(assertion)) },
    { tag: 'prologue_payload', attrs: {}, content: payload },
    ...(proof ? [{ tag: 'pairing_handoff_proof', attrs: {}, content: proof }] : []),
  ];
}

/** Answers the challenge, and resolves with both halves of the exchange. */
async function answered(client: BaileysClient, phone: Phone, options: PasskeyOptions, secret?: string) {
  const half = makeCompanionHalf(await refOf(client));
  const key = secret && Buffer.from(hkdfSync('sha256', Buffer.from(secret, 'base64'), '', HANDOFF, 32));
  const proof = key && createHmac('sha256', key).update(half.payload).digest();
  const content = prologue(phone.passkey.assert(options), half.payload, proof === '' ? undefined : proof);
  expect(await query(client, 'set', 'passkey_prologue', content)).toMatchObject({ attrs: { type: 'result' } });
  const next = await client.stanza(({ attrs }) => attrs.type === 'crsc_continuation');
  return { half, primary: readPrimaryHalf(bytesIn(next))! };
}

const HANDOFF = 'shortcake-passkey-handoff-v1';

it('refuses what is malformed, not by the passkey of the account, or not due', async () => {
  await using whatsapp = await startQuickSimulator();
  await using client = new BaileysClient(whatsapp).connect();
  const { shop, options } = await scanned(whatsapp, client);
  expect(options).toMatchObject({ timeout: 600_000, rpId: 'whatsapp.com', userVerification: 'required' });
  const again = (await query(client, 'get', 'passkey_request_options')) as BinaryNode;
  expect(JSON.parse(bytesIn(again).toString())).toEqual(options);
  const { payload } = makeCompanionHalf(await refOf(client));
  const tell = (assertion: PasskeyAssertion, bytes = payload) =>
    query(client, 'set', 'passkey_prologue', prologue(assertion, bytes));

  expect(await query(client, 'set', 'companion_nonce', randomBytes(32))).toBe(409);
  expect(await tell(shop.passkey.assert(options), randomBytes(20))).toBe(400);
  expect(await tell(shop.passkey.assert(options), makeCompanionHalf('2@other').payload)).toBe(400);
  expect(await tell({ ...shop.passkey.assert(options), type: 'password' })).toBe(400);
  expect(await tell(foreignAssertion(options))).toBe(403);
  expect(await tell(shop.passkey.assert(options, { origin: 'https://example.com' }))).toBe(403);
  expect(await tell(shop.passkey.assert({ ...options, challenge: 'b3RoZXI' }))).toBe(403);
  expect(await tell(shop.passkey.assert({ ...options, rpId: 'example.com' }))).toBe(403);
  expect(await tell(shop.passkey.assert(options))).toMatchObject({ attrs: { type: 'result' } });
  expect(await tell(shop.passkey.assert(options))).toBe(409);
  expect([shop.passkey.code, whatsapp.devices()]).toEqual([undefined, []]);
});

it('links nobody who reveals another nonce than it committed itself to', async () => {
  await using whatsapp = await startQuickSimulator();
  await using client = new BaileysClient(whatsapp).connect();
  const { shop, outcome, options } = await scanned(whatsapp, client);
  await answered(client, shop, options);

  expect(await query(client, 'set', 'companion_nonce', randomBytes(32))).toBe(403);

  expect(await outcome).toBe('wrong_commitment');
  await whatsapp.until((server) => server.stats().open === 0);
});

it('links with the keys that the client sends, once the person at the phone has compared the code', async () => {
  await using whatsapp = await startQuickSimulator({ controlPort: 0 });
  await using client = new BaileysClient(whatsapp).connect();
  const { shop, outcome, options } = await scanned(whatsapp, client);
  const { half, primary } = await answered(client, shop, options);
  await query(client, 'set', 'companion_nonce', half.nonce);
  const { code } = (await (await fetch(`${whatsapp.controlUrl}/phones/${SHOP}/passkey`)).json()) as { code: string };
  const digest = createHash('sha256')
    .update(Buffer.concat([half.nonce, primary.publicKey]))
    .digest();
  const value = Array.from({ length: 5 }, (_five, at) => primary.nonce[at]! ^ digest[at]!);
  const number = value.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  const spelled = number
    .toString(32)
    .padStart(8, '0')
    .replaceAll(/./g, (digit) => ALPHABET[parseInt(digit, 32)]!);

  expect(code).toBe(`${spelled.slice(0, 4)}-${spelled.slice(4)}`);
  await query(client, 'set', 'encrypted_pairing_request', sealPairingRequest(half, primary, client.creds));
  expect(whatsapp.devices()).toEqual([]);
  await fetch(`${whatsapp.controlUrl}/phones/${SHOP}/passkey/confirm`, { method: 'POST' });

  expect(await outcome).toBe('linked');
  expect(await client.untilClosed(0)).toMatchObject({ code: 515 });
  await client.logIn();
  expect(whatsapp.stats()).toMatchObject({ pairings: 1, logins: 1, errors: [] });
});

const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTVWXYZ';

it('asks nobody to compare a code when the client proves that it made the QR', async () => {
  await using whatsapp = await startQuickSimulator();
  await using client = new BaileysClient(whatsapp).connect();
  const { shop, outcome, options } = await scanned(whatsapp, client);
  const { half, primary } = await answered(client, shop, options, client.creds.advSecretKey);

  await query(client, 'set', 'companion_nonce', half.nonce);
  expect(shop.passkey.code).toBeUndefined();
  await query(client, 'set', 'encrypted_pairing_request', sealPairingRequest(half, primary, client.creds));

  expect(await outcome).toBe('linked');
});

it('links nobody with foreign keys, nor after ten minutes', async () => {
  const timers: { delayMs: number; task: () => void }[] = [];
  const after = (delayMs: number, task: () => void) => {
    timers.push({ delayMs, task });
    return { cancel: () => undefined };
  };
  await using whatsapp = await startQuickSimulator({ after });
  await using client = new BaileysClient(whatsapp).connect();
  const { shop, outcome, options } = await scanned(whatsapp, client);
  const { half, primary } = await answered(client, shop, options);
  await query(client, 'set', 'companion_nonce', half.nonce);
  const foreign = { ...client.creds, signedIdentityKey: client.creds.noiseKey };
  expect(await query(client, 'set', 'encrypted_pairing_request', sealPairingRequest(half, primary, foreign))).toBe(403);
  expect(await outcome).toBe('foreign_keys');

  await using other = new BaileysClient(whatsapp).connect();
  const late = await scanned(whatsapp, other);
  for (const { delayMs, task } of timers) if (delayMs === 600_000) task();
  expect(await late.outcome).toBe('passkey_late');
  expect(() => late.shop.passkey.confirm()).toThrow('No device is being linked with a passkey.');
});

it('speaks the protocol buffers of the library', () => {
  const { payload, ref } = makeCompanionHalf('2@ref');
  const { companionEphemeralIdentity } = proto.ProloguePayload.decode(payload);
  expect(proto.CompanionEphemeralIdentity.decode(companionEphemeralIdentity!)).toMatchObject({ ref, deviceType: 1 });
});
