import { Curve, makeNoiseHandler, NOISE_WA_HEADER, proto, WA_CERT_DETAILS } from '@whiskeysockets/baileys';
import { NoiseResponder } from '../../../simulator/transport/noise.ts';
import {
  forgeServerIdentity,
  makeServerIdentity,
  type ServerIdentity,
} from '../../../simulator/transport/server-identity.ts';
import { silentLogger } from '../../../src/kit/logger.ts';

const HOUR = 3600;
const now = Math.floor(Date.now() / 1000);

/** Baileys shakes hands with this server, and trusts this root key. */
function shakeHands(server: ServerIdentity, { trusts = server } = {}): void {
  WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(trusts.rootKey);
  const keyPair = Curve.generateKeyPair();
  const client = makeNoiseHandler({ keyPair, NOISE_HEADER: NOISE_WA_HEADER, logger: silentLogger });
  const hello = proto.HandshakeMessage.encode({ clientHello: { ephemeral: keyPair.public } }).finish();
  const answer = proto.HandshakeMessage.decode(new NoiseResponder(server).hello(hello).serverHello);
  client.processHandshake(answer, Curve.generateKeyPair());
}

/** The same certificates, with a change to one of the signatures. */
function altered(server: ServerIdentity, which: 'leaf' | 'intermediate'): ServerIdentity {
  const chain = proto.CertChain.decode(server.certificates);
  const { [which]: certificate } = chain;
  const signature = Buffer.from(certificate?.signature ?? []);
  signature[7]! ^= 1;
  Object.assign(certificate ?? {}, { signature });
  return { ...server, certificates: proto.CertChain.encode(chain).finish() };
}

describe('a server', () => {
  const whatsapp = makeServerIdentity();

  it('that proves to be WhatsApp is accepted', () => {
    expect(() => shakeHands(whatsapp)).not.toThrow();
    expect(() => shakeHands(makeServerIdentity({ notBefore: 0, notAfter: 0 }))).not.toThrow();
  });

  it.each<[string, ServerIdentity, { trusts?: ServerIdentity }]>([
    ['has certificates of another root', forgeServerIdentity(whatsapp, 'foreign-root'), { trusts: whatsapp }],
    ["shows WhatsApp's certificates, but has another key", forgeServerIdentity(whatsapp, 'stolen-certificates'), {}],
    ['has a changed leaf', altered(whatsapp, 'leaf'), {}],
    ['has a changed intermediate', altered(whatsapp, 'intermediate'), {}],
    ['has a leaf of another issuer', makeServerIdentity({ issuerSerial: 7 }), {}],
    ['has certificates that are no longer valid', makeServerIdentity({ notAfter: now - HOUR }), {}],
    ['has certificates that are not valid yet', makeServerIdentity({ notBefore: now + HOUR }), {}],
  ])('that %s is refused', (_, server, options) => {
    expect(() => shakeHands(server, options)).toThrow(/certificate signature invalid/);
    expect(() => shakeHands(whatsapp)).not.toThrow();
  });
});

describe('a signature', () => {
  const pair = Curve.generateKeyPair();
  const [message, signature] = [Buffer.from('hola'), Curve.sign(pair.private, Buffer.from('hola'))];

  it('is verified by what it is, whoever asks', () => {
    expect(Curve.verify(pair.public, message, signature)).toBe(true);
    expect(Curve.verify(pair.public, Buffer.from('chau'), signature)).toBe(false);
    expect(Curve.verify(Curve.generateKeyPair().public, message, signature)).toBe(false);
    expect(Curve.verify(pair.public, message, signature.subarray(1))).toBe(false);
  });

  it('by the root key proves nothing outside of a handshake', () => {
    shakeHands(makeServerIdentity());
    WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(pair.public);
    expect(Curve.verify(WA_CERT_DETAILS.PUBLIC_KEY, message, signature)).toBe(false);
  });
});
