import { Curve } from '@whiskeysockets/baileys';
import { randomBytes } from 'node:crypto';

import type { Client } from '../transport/client.ts';
import type { StandingKeys } from '../world/pre-key-shelf.ts';
import type { PasskeyAssertion, PasskeyAuthenticator, PasskeyOptions } from './passkey-authenticator.ts';
import {
  type ClientPrologue,
  isCommitted,
  isHandedOff,
  openPairingRequest,
  passkeyCode,
  type PhoneHalf,
  readPrologue,
} from './passkey-keys.ts';
import { PairingError, type PairingFailure } from './pairing-error.ts';

/** The keys with which the client wants to be linked, as it encrypted them for the phone. */
export interface ClientSecrets {
  readonly companionIdentity: Buffer;
  readonly advSecret: Buffer;
}

/** What a client sends to answer the challenge. */
export interface PrologueStanza {
  readonly credentialId: Buffer;
  readonly assertion: Buffer;
  readonly payload: Buffer;
  /** Empty when there is none. */
  readonly proof: Buffer;
}

/** Dependencies of {@link PasskeyCeremony}. */
export interface CeremonyDeps {
  readonly client: Client;
  readonly keys: StandingKeys;
  readonly authenticator: PasskeyAuthenticator;
  /** The secret in the QR that was scanned; undefined after a pairing code. */
  readonly qrSecret: Uint8Array | undefined;
  readonly timeoutMs: number;
  readonly announce: () => void;
}

/** Why the server refuses a stanza of the ceremony, as an error code: malformed, not proven, or not its turn. */
export type Refusal = 400 | 403 | 409;

/** A passkey that is wanted to link one client, from the challenge to the keys. */
export class PasskeyCeremony {
  readonly client: Client;
  readonly options: PasskeyOptions;
  /** Named in the prologue, and part of the key. */
  readonly ref = `2@${randomBytes(48).toString('base64')}`;
  readonly #deps: CeremonyDeps;
  readonly #half: PhoneHalf = { keys: Curve.generateKeyPair(), nonce: randomBytes(32) };
  readonly #outcome = Promise.withResolvers<ClientSecrets>();
  #prologue: ClientPrologue | undefined;
  #code: string | undefined;
  #secrets: ClientSecrets | undefined;
  #isCompared = false;

  constructor(deps: CeremonyDeps) {
    this.client = deps.client;
    this.#deps = deps;
    this.options = {
      challenge: randomBytes(32).toString('base64url'),
      timeout: deps.timeoutMs,
      rpId: 'whatsapp.com',
      allowCredentials: [],
      userVerification: 'required',
      extensions: { uvm: true },
    };
  }

  /** Resolves with the client's keys once it has sent them and the codes were compared. Rejects with a PairingError. */
  get outcome(): Promise<ClientSecrets> {
    return this.#outcome.promise;
  }

  /** The phone's public half, which the client gets after its answer. */
  get primary(): { publicKey: Uint8Array; nonce: Buffer } {
    return { publicKey: this.#half.keys.public, nonce: this.#half.nonce };
  }

  /** The code that the phone shows to be compared; undefined before, and when nobody has to. */
  get code(): string | undefined {
    return this.#isCompared ? undefined : this.#code;
  }

  /** Takes the answer to the challenge. Returns why it is refused; another answer is possible then. */
  answer({ credentialId, assertion, payload, proof }: PrologueStanza): Refusal | undefined {
    if (this.#prologue) return 409;
    const prologue = readPrologue(payload);
    const given = readAssertion(assertion);
    const isWhole = prologue?.ref === this.ref && credentialId.toString('base64url') === given?.rawId;
    if (!prologue || !given || !isWhole) return 400;
    if (this.#deps.authenticator.complaint(this.options, given) !== undefined) return 403;
    this.#prologue = prologue;
    const { qrSecret } = this.#deps;
    this.#isCompared = qrSecret !== undefined && isHandedOff(proof, payload, qrSecret);
    return undefined;
  }

  /** Takes the nonce that the client has committed itself to: the phone shows its code. */
  reveal(nonce: Buffer): Refusal | undefined {
    if (!this.#prologue || this.#code !== undefined) return 409;
    if (!isCommitted(this.#prologue, nonce)) return this.#refuse('wrong_commitment');
    this.#code = passkeyCode(this.#half, nonce);
    this.#deps.announce();
    return undefined;
  }

  /** Takes the client's keys. */
  request(sealed: Buffer): Refusal | undefined {
    if (!this.#prologue || this.#code === undefined || this.#secrets) return 409;
    const { companionPublicKey, companionIdentityKey, advSecret } =
      openPairingRequest(sealed, this.#half, this.#prologue) ?? {};
    const [noise, identity] = [Buffer.from(companionPublicKey ?? []), Buffer.from(companionIdentityKey ?? [])];
    const isItsOwn = noise.toString('hex') === this.client.noiseKey && identity.equals(this.#deps.keys.identity);
    if (!isItsOwn) return this.#refuse('foreign_keys');
    this.#secrets = { companionIdentity: identity, advSecret: Buffer.from(advSecret ?? []) };
    this.#settle();
    return undefined;
  }

  /** The person at the phone saw the same code at the client. Throws a RangeError while the phone shows none. */
  confirm(): void {
    if (this.code === undefined) throw new RangeError('The phone shows no code to be compared.');
    this.#isCompared = true;
    this.#settle();
  }

  /** Ends the ceremony: no device is linked. */
  fail(reason: PairingFailure): void {
    this.#outcome.reject(new PairingError(reason));
  }

  #refuse(reason: PairingFailure): Refusal {
    this.fail(reason);
    return 403;
  }

  #settle(): void {
    if (this.#secrets && this.#isCompared) this.#outcome.resolve(this.#secrets);
    this.#deps.announce();
  }
}

/** The assertion in a stanza; undefined when it is not one. */
function readAssertion(bytes: Buffer): PasskeyAssertion | undefined {
  try {
    const assertion = JSON.parse(bytes.toString()) as PasskeyAssertion;
    const { clientDataJSON, authenticatorData, signature } = assertion.response;
    const fields = [assertion.id, assertion.rawId, clientDataJSON, authenticatorData, signature];
    const isWhole = fields.every((field) => typeof field === 'string' && /^[\w-]+$/.test(field));
    if (!isWhole || assertion.type !== 'public-key') return undefined;
    JSON.parse(Buffer.from(clientDataJSON, 'base64url').toString());
    return assertion;
  } catch {
    return undefined;
  }
}
