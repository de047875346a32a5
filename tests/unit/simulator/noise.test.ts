import {
  Curve,
  type KeyPair,
  makeNoiseHandler,
  NOISE_WA_HEADER,
  proto,
  WA_CERT_DETAILS,
} from '@whiskeysockets/baileys';
import { pino } from 'pino';

import { FrameReader } from '../../../simulator/transport/frames.ts';
import { NoiseResponder } from '../../../simulator/transport/noise.ts';
import { makeServerIdentity } from '../../../simulator/transport/server-identity.ts';

/** Runs the handshake between Baileys' own initiator and the simulator. */
function shakeHands(noiseKey: KeyPair) {
  const identity = makeServerIdentity();
  WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(identity.rootKey);
  const ephemeral = Curve.generateKeyPair();
  const client = makeNoiseHandler({
    keyPair: ephemeral,
    NOISE_HEADER: NOISE_WA_HEADER,
    logger: pino({ level: 'silent' }),
  });
  const server = new NoiseResponder(identity);
  const hello = proto.HandshakeMessage.encode({ clientHello: { ephemeral: ephemeral.public } }).finish();
  const answer = proto.HandshakeMessage.decode(server.hello(hello).serverHello);
  const sealedKey = client.processHandshake(answer, noiseKey);
  const payload = client.encrypt(proto.ClientPayload.encode({ username: 5491100000000, passive: true }).finish());
  const clientFinish = { static: sealedKey, payload };
  return { client, server, finish: proto.HandshakeMessage.encode({ clientFinish }).finish() };
}

it('derives the same keys as the client, and learns its identity and payload', async () => {
  const noiseKey = Curve.generateKeyPair();
  const { client, server, finish } = shakeHands(noiseKey);

  const introduction = server.finish(finish);
  await client.finishInit();

  expect(introduction.noiseKey).toEqual(Buffer.from(noiseKey.public));
  expect(Number(introduction.payload.username)).toBe(5491100000000);
  expect(introduction.payload.passive).toBe(true);
  for (const text of ['first', 'second']) {
    const [sealed] = new FrameReader().push(withIntro(client.encodeFrame(Buffer.from(text))));
    expect(introduction.cipher.decrypt(sealed!).toString()).toBe(text);
    expect(client.decrypt(introduction.cipher.encrypt(Buffer.from(text)))).toEqual(Buffer.from(text));
  }
});

it('refuses an altered finish, a hello without a key, and a frame out of order', async () => {
  const { server, finish } = shakeHands(Curve.generateKeyPair());
  const changed = Buffer.from(finish);
  changed[10]! ^= 1;
  expect(() => server.finish(changed)).toThrow();

  expect(() => new NoiseResponder(makeServerIdentity()).hello(Buffer.alloc(0))).toThrow('holds no ephemeral key');

  const other = shakeHands(Curve.generateKeyPair());
  const { cipher } = other.server.finish(other.finish);
  await other.client.finishInit();
  const [, second] = [other.client.encrypt(Buffer.from('first')), other.client.encrypt(Buffer.from('second'))];
  expect(() => cipher.decrypt(second)).toThrow();
});

/** Adds the intro, which the handler writes before its first frame only. */
function withIntro(bytes: Buffer): Buffer {
  const header = Buffer.from(NOISE_WA_HEADER);
  return bytes.subarray(0, header.byteLength).equals(header) ? bytes : Buffer.concat([header, bytes]);
}
