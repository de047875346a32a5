import { Curve, type KeyPair, proto } from '@whiskeysockets/baileys';
import { createCipheriv, createDecipheriv, createHash, hkdfSync } from 'node:crypto';
import { verifySignature } from 'libsignal/src/curve.js';

/** The pattern of a handshake: a full one, a resumption, or a resumption that the server declined. */
export type Pattern = 'XX' | 'IK' | 'XXfallback';

/** What begins a connection. */
export const PROLOGUE = Buffer.from([0x57, 0x41, 6, 3]);

const { HandshakeMessage, CertChain } = proto;
const NO_BYTES = Buffer.alloc(0);
const TAG_BYTES = 16;
const KEY_TYPE = Buffer.from([5]);

/** AES-256-GCM under a counter. */
class Sealer {
  readonly #key: Buffer;
  #counter = 0;

  constructor(key: Buffer) {
    this.#key = key;
  }

  seal(plain: Uint8Array, authenticated: Uint8Array = NO_BYTES): Buffer {
    const cipher = createCipheriv('aes-256-gcm', this.#key, this.#nonce()).setAAD(authenticated);
    return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  }

  open(sealed: Uint8Array, authenticated: Uint8Array = NO_BYTES): Buffer {
    const end = sealed.byteLength - TAG_BYTES;
    const cipher = createDecipheriv('aes-256-gcm', this.#key, this.#nonce()).setAAD(authenticated);
    cipher.setAuthTag(sealed.subarray(end));
    return Buffer.concat([cipher.update(sealed.subarray(0, end)), cipher.final()]);
  }

  #nonce(): Buffer {
    const nonce = Buffer.alloc(12);
    nonce.writeUInt32BE(this.#counter++, 8);
    return nonce;
  }
}

/** The ciphers of an open connection, and what the handshake has shown. */
export interface Opened {
  readonly pattern: Pattern;
  readonly serverKey: Buffer;
  readonly write: Sealer;
  readonly read: Sealer;
}

/** What an initiator needs. `serverKey` is the one of an earlier handshake: with it, this one is a resumption. */
export interface InitiatorFacts {
  readonly noiseKey: KeyPair;
  readonly payload: Uint8Array;
  readonly rootKey: Buffer;
  readonly serverKey?: Buffer | undefined;
}

/** The client's side of the Noise handshake. */
export class Initiator {
  readonly #facts: InitiatorFacts;
  readonly #ephemeral = Curve.generateKeyPair();
  #state: SymmetricState | undefined;

  constructor(facts: InitiatorFacts) {
    this.#facts = facts;
  }

  /** The first frame. */
  hello(): Uint8Array {
    const { serverKey, noiseKey, payload } = this.#facts;
    const ephemeral = this.#ephemeral.public;
    if (!serverKey) return HandshakeMessage.encode({ clientHello: { ephemeral } }).finish();
    this.#state = new SymmetricState('IK');
    this.#state.mixHash(serverKey);
    this.#state.mixHash(ephemeral);
    this.#state.mixKey(this.#ephemeral, serverKey);
    const sealedKey = this.#state.seal(noiseKey.public);
    this.#state.mixKey(noiseKey, serverKey);
    const clientHello = { ephemeral, static: sealedKey, payload: this.#state.seal(payload) };
    return HandshakeMessage.encode({ clientHello }).finish();
  }

  /** Takes the server's frame. Returns the last frame, unless the resumption needs none. */
  answer(frame: Uint8Array): { opened: Opened; finish?: Uint8Array } {
    const hello = HandshakeMessage.decode(frame).serverHello;
    if (!hello?.ephemeral || !hello.payload) throw new Error('The server hello is incomplete.');
    const { ephemeral, payload } = hello;
    if (this.#state && !hello.static?.byteLength) return { opened: this.#resume(this.#state, { ephemeral, payload }) };
    if (!hello.static) throw new Error('The server hello has no static key.');
    return this.#full({ ephemeral, payload, sealedKey: hello.static });
  }

  #resume(state: SymmetricState, { ephemeral, payload }: { ephemeral: Uint8Array; payload: Uint8Array }): Opened {
    const serverKey = this.#facts.serverKey!;
    state.mixHash(ephemeral);
    state.mixKey(this.#ephemeral, ephemeral);
    state.mixKey(this.#facts.noiseKey, ephemeral);
    verifyCertificates(state.open(payload), { serverKey, rootKey: this.#facts.rootKey });
    return { pattern: 'IK', serverKey, ...state.split() };
  }

  #full(hello: { ephemeral: Uint8Array; payload: Uint8Array; sealedKey: Uint8Array }) {
    const pattern = this.#state ? 'XXfallback' : 'XX';
    const { noiseKey, rootKey, payload } = this.#facts;
    const state = new SymmetricState(pattern);
    state.mixHash(this.#ephemeral.public);
    state.mixHash(hello.ephemeral);
    state.mixKey(this.#ephemeral, hello.ephemeral);
    const serverKey = state.open(hello.sealedKey);
    state.mixKey(this.#ephemeral, serverKey);
    verifyCertificates(state.open(hello.payload), { serverKey, rootKey });
    const sealedKey = state.seal(noiseKey.public);
    state.mixKey(noiseKey, hello.ephemeral);
    const clientFinish = { static: sealedKey, payload: state.seal(payload) };
    const finish = HandshakeMessage.encode({ clientFinish }).finish();
    return { opened: { pattern, serverKey, ...state.split() } as const, finish };
  }
}

class SymmetricState {
  #hash: Buffer;
  #chainingKey: Buffer;
  #sealer: Sealer;

  constructor(pattern: Pattern) {
    const name = Buffer.from(`Noise_${pattern}_25519_AESGCM_SHA256`);
    this.#hash = name.byteLength > 32 ? sha256(name) : Buffer.concat([name, Buffer.alloc(32 - name.byteLength)]);
    this.#chainingKey = this.#hash;
    this.#sealer = new Sealer(this.#hash);
    this.mixHash(PROLOGUE);
  }

  mixHash(bytes: Uint8Array): void {
    this.#hash = sha256(this.#hash, bytes);
  }

  mixKey(own: KeyPair, theirs: Uint8Array): void {
    const [chainingKey, key] = this.#derive(Curve.sharedKey(own.private, theirs));
    this.#chainingKey = chainingKey;
    this.#sealer = new Sealer(key);
  }

  seal(plain: Uint8Array): Buffer {
    const sealed = this.#sealer.seal(plain, this.#hash);
    this.mixHash(sealed);
    return sealed;
  }

  open(sealed: Uint8Array): Buffer {
    const plain = this.#sealer.open(sealed, this.#hash);
    this.mixHash(sealed);
    return plain;
  }

  split(): { write: Sealer; read: Sealer } {
    const [write, read] = this.#derive(NO_BYTES);
    return { write: new Sealer(write), read: new Sealer(read) };
  }

  #derive(secret: Uint8Array): [Buffer, Buffer] {
    const both = Buffer.from(hkdfSync('sha256', secret, this.#chainingKey, NO_BYTES, 64));
    return [both.subarray(0, 32), both.subarray(32)];
  }
}

function sha256(...parts: Uint8Array[]): Buffer {
  return parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();
}

/** Throws unless the chain leads from the root to the server's key, and both certificates are valid now. */
function verifyCertificates(encoded: Uint8Array, { serverKey, rootKey }: { serverKey: Buffer; rootKey: Buffer }): void {
  const { intermediate, leaf } = CertChain.decode(encoded);
  const issuer = verifiedDetails(intermediate, rootKey);
  const subject = verifiedDetails(leaf, issuer.key!);
  if (issuer.issuerSerial !== 0 || subject.issuerSerial !== issuer.serial) {
    throw new Error('The serials of the certificates do not form a chain.');
  }
  if (!serverKey.equals(subject.key!)) throw new Error("The leaf is not that of the server's key.");
}

function verifiedDetails(
  certificate: proto.CertChain.INoiseCertificate | null | undefined,
  issuerKey: Uint8Array,
): proto.CertChain.NoiseCertificate.Details {
  const { details, signature } = certificate ?? {};
  if (!details || signature?.byteLength !== 64) throw new Error('A certificate is incomplete.');
  const isSigned = verifySignature(Buffer.concat([KEY_TYPE, issuerKey]), Buffer.from(details), Buffer.from(signature));
  if (!isSigned) throw new Error('A certificate is not signed by its issuer.');
  const read = CertChain.NoiseCertificate.Details.decode(details);
  const [notBefore, notAfter] = [Number(read.notBefore), Number(read.notAfter)];
  const now = Date.now() / 1000;
  if (!(notBefore > 0 && notBefore <= now && now <= notAfter)) throw new Error('A certificate is not valid now.');
  return read;
}
