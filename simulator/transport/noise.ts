import { Curve, proto } from '@whiskeysockets/baileys';

import { NoiseState, type TransportCipher } from './noise-state.ts';
import type { KeyPair, ServerIdentity } from './server-identity.ts';

/** What the server knows of a client after the handshake. */
export interface ClientIntroduction {
  /** The client's static Noise key, 32 bytes; it identifies a linked device. */
  readonly noiseKey: Buffer;
  readonly payload: proto.ClientPayload;
  readonly cipher: TransportCipher;
}

/** The server's answer to a client hello; with the introduction, when the handshake is over. */
export interface HelloAnswer {
  readonly serverHello: Uint8Array;
  readonly introduction?: ClientIntroduction;
}

/** A client hello that resumes. */
interface Resumption {
  readonly ephemeral: Uint8Array;
  readonly sealedKey: Uint8Array;
  readonly sealedPayload: Uint8Array;
}

const KEY_BYTES = 32;

/**
 * The responder of Noise_XX_25519_AESGCM_SHA256 as WhatsApp uses it (section 2 of the protocol notes). A client that knows
 * the server's static key may resume with IK, which saves a round trip; when the server cannot read that, it
 * answers with XXfallback, and the client continues as with XX.
 */
export class NoiseResponder {
  readonly #identity: ServerIdentity;
  readonly #resumes: () => boolean;
  readonly #ephemeral: KeyPair = Curve.generateKeyPair();
  #state: NoiseState | undefined;

  /** @param resumes whether to accept a resumption that can be read */
  constructor(identity: ServerIdentity, resumes: () => boolean = () => true) {
    this.#identity = identity;
    this.#resumes = resumes;
  }

  /** Takes the client's first frame. Throws when it is not a client hello. */
  hello(message: Uint8Array): HelloAnswer {
    const hello = proto.HandshakeMessage.decode(message).clientHello;
    const { ephemeral, static: sealedKey, payload: sealedPayload } = hello ?? {};
    if (ephemeral?.byteLength !== KEY_BYTES) throw new Error('The first frame holds no ephemeral key.');
    if (!sealedKey?.byteLength || !sealedPayload?.byteLength) return this.#answerFull('XX', ephemeral);
    const resumed = this.#resumes() ? this.#resume({ ephemeral, sealedKey, sealedPayload }) : undefined;
    return resumed ?? this.#answerFull('XXfallback', ephemeral);
  }

  /** Takes the client's second frame. Throws when it is not encrypted with the handshake's keys. */
  finish(message: Uint8Array): ClientIntroduction {
    const finish = proto.HandshakeMessage.decode(message).clientFinish;
    if (!this.#state || !finish?.static || !finish.payload) {
      throw new Error('The second frame does not finish the handshake.');
    }
    const noiseKey = this.#state.decrypt(finish.static);
    this.#state.mixKey(this.#ephemeral, noiseKey);
    const payload = proto.ClientPayload.decode(this.#state.decrypt(finish.payload));
    return { noiseKey, payload, cipher: this.#state.split() };
  }

  #answerFull(pattern: 'XX' | 'XXfallback', clientEphemeral: Uint8Array): HelloAnswer {
    const state = new NoiseState(pattern);
    this.#state = state;
    state.mixHash(clientEphemeral);
    state.mixHash(this.#ephemeral.public);
    state.mixKey(this.#ephemeral, clientEphemeral);
    const sealedStatic = state.encrypt(this.#identity.staticKey.public);
    state.mixKey(this.#identity.staticKey, clientEphemeral);
    const payload = state.encrypt(this.#identity.certificates);
    return { serverHello: encodeHello({ ephemeral: this.#ephemeral.public, static: sealedStatic, payload }) };
  }

  /** Undefined when the client means another server key. */
  #resume({ ephemeral, sealedKey, sealedPayload }: Resumption): HelloAnswer | undefined {
    const { staticKey, certificates } = this.#identity;
    const state = new NoiseState('IK');
    state.mixHash(staticKey.public);
    state.mixHash(ephemeral);
    state.mixKey(staticKey, ephemeral);
    const noiseKey = attempt(() => state.decrypt(sealedKey));
    if (!noiseKey) return undefined;
    state.mixKey(staticKey, noiseKey);
    const payload = proto.ClientPayload.decode(state.decrypt(sealedPayload));
    state.mixHash(this.#ephemeral.public);
    state.mixKey(this.#ephemeral, ephemeral);
    state.mixKey(this.#ephemeral, noiseKey);
    const serverHello = encodeHello({ ephemeral: this.#ephemeral.public, payload: state.encrypt(certificates) });
    return { serverHello, introduction: { noiseKey, payload, cipher: state.split() } };
  }
}

function encodeHello(serverHello: proto.HandshakeMessage.IServerHello): Uint8Array {
  return proto.HandshakeMessage.encode({ serverHello }).finish();
}

function attempt<Value>(step: () => Value): Value | undefined {
  try {
    return step();
  } catch {
    return undefined;
  }
}
