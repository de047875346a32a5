import { aesDecryptGCM, aesEncryptGCM, Curve, NOISE_MODE, proto } from '@whiskeysockets/baileys';
import { createHash, hkdfSync } from 'node:crypto';

import { INTRO } from './frames.ts';
import { type KeyPair, type ServerIdentity } from './server-identity.ts';

const NO_BYTES = Buffer.alloc(0);

/** The cipher of a connection after the handshake: AES-256-GCM with a counter per direction and no associated data. */
export class TransportCipher {
  readonly #fromClient: Buffer;
  readonly #toClient: Buffer;
  #read = 0;
  #written = 0;

  constructor(fromClient: Buffer, toClient: Buffer) {
    this.#fromClient = fromClient;
    this.#toClient = toClient;
  }

  /** Decrypts the client's next frame; throws when it is out of order or was altered. */
  decrypt(sealed: Uint8Array): Buffer {
    return aesDecryptGCM(sealed, this.#fromClient, counterIv(this.#read++), NO_BYTES);
  }

  /** Encrypts the next frame for the client. */
  encrypt(plain: Uint8Array): Buffer {
    return aesEncryptGCM(plain, this.#toClient, counterIv(this.#written++), NO_BYTES);
  }
}

/** What the server knows of a client after the handshake. */
export interface ClientIntroduction {
  /** The client's static Noise key, 32 bytes; it identifies a linked device. */
  readonly noiseKey: Buffer;
  readonly payload: proto.ClientPayload;
  readonly cipher: TransportCipher;
}

/** The responder of Noise_XX_25519_AESGCM_SHA256 as WhatsApp uses it (section 2 of the protocol notes). */
export class NoiseResponder {
  readonly #identity: ServerIdentity;
  readonly #ephemeral: KeyPair = Curve.generateKeyPair();
  #hash: Buffer = Buffer.from(NOISE_MODE);
  #chainingKey: Buffer = this.#hash;
  #key: Buffer = this.#hash;
  #counter = 0;

  constructor(identity: ServerIdentity) {
    this.#identity = identity;
    this.#mixHash(INTRO);
  }

  /** Takes the client's first frame and returns the server hello. Throws when it is not a client hello. */
  hello(message: Uint8Array): Uint8Array {
    const clientEphemeral = proto.HandshakeMessage.decode(message).clientHello?.ephemeral;
    if (clientEphemeral?.byteLength !== 32) throw new Error('The first frame holds no ephemeral key.');
    this.#mixHash(clientEphemeral);
    this.#mixHash(this.#ephemeral.public);
    this.#mixKey(this.#ephemeral, clientEphemeral);
    const sealedStatic = this.#encrypt(this.#identity.staticKey.public);
    this.#mixKey(this.#identity.staticKey, clientEphemeral);
    const payload = this.#encrypt(this.#identity.certificates);
    const serverHello = { ephemeral: this.#ephemeral.public, static: sealedStatic, payload };
    return proto.HandshakeMessage.encode({ serverHello }).finish();
  }

  /** Takes the client's second frame. Throws when it is not encrypted with the handshake's keys. */
  finish(message: Uint8Array): ClientIntroduction {
    const finish = proto.HandshakeMessage.decode(message).clientFinish;
    if (!finish?.static || !finish.payload) throw new Error('The second frame does not finish the handshake.');
    const noiseKey = this.#decrypt(finish.static);
    this.#mixKey(this.#ephemeral, noiseKey);
    const payload = proto.ClientPayload.decode(this.#decrypt(finish.payload));
    const [fromClient, toClient] = this.#derive(NO_BYTES);
    return { noiseKey, payload, cipher: new TransportCipher(fromClient, toClient) };
  }

  #mixHash(bytes: Uint8Array): void {
    this.#hash = createHash('sha256').update(this.#hash).update(bytes).digest();
  }

  #mixKey(own: KeyPair, theirs: Uint8Array): void {
    [this.#chainingKey, this.#key] = this.#derive(Curve.sharedKey(own.private, theirs));
    this.#counter = 0;
  }

  #derive(secret: Uint8Array): [Buffer, Buffer] {
    const both = Buffer.from(hkdfSync('sha256', secret, this.#chainingKey, NO_BYTES, 64));
    return [both.subarray(0, 32), both.subarray(32)];
  }

  #encrypt(plain: Uint8Array): Buffer {
    const sealed = aesEncryptGCM(plain, this.#key, counterIv(this.#counter++), this.#hash);
    this.#mixHash(sealed);
    return sealed;
  }

  #decrypt(sealed: Uint8Array): Buffer {
    const plain = aesDecryptGCM(sealed, this.#key, counterIv(this.#counter++), this.#hash);
    this.#mixHash(sealed);
    return plain;
  }
}

function counterIv(counter: number): Buffer {
  const iv = Buffer.alloc(12);
  iv.writeUInt32BE(counter, 8);
  return iv;
}
