import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign, verify } from 'node:crypto';

/** The options of a WebAuthn request, as WhatsApp sends them; binary values are base64url. */
export interface PasskeyOptions {
  readonly challenge: string;
  /** Milliseconds. */
  readonly timeout: number;
  readonly rpId: string;
  readonly allowCredentials: readonly { readonly id: string; readonly type: string }[];
  readonly userVerification: string;
  readonly extensions: Readonly<Record<string, unknown>>;
}

/** The answer of an authenticator, as `PublicKeyCredential.toJSON()` writes it. */
export interface PasskeyAssertion {
  readonly id: string;
  readonly rawId: string;
  readonly type: string;
  readonly response: {
    readonly clientDataJSON: string;
    readonly authenticatorData: string;
    readonly signature: string;
    readonly userHandle?: string | null;
  };
}

/** How a browser or an authenticator answers otherwise than it should. */
export interface AssertionFlaws {
  /** The page that asked; `https://web.whatsapp.com` by default. */
  readonly origin?: string | undefined;
  /** Whether the person unlocked the authenticator; true by default. */
  readonly userVerified?: boolean | undefined;
}

const ORIGIN = 'https://web.whatsapp.com';
const FLAG = { present: 1, verified: 4 };
const COUNTER_AT = 33;

/** An authenticator with one passkey (ES256): the software one behind a phone, without a person who has to touch it. */
export class PasskeyAuthenticator {
  /** Base64url. */
  readonly credentialId = randomBytes(16).toString('base64url');
  readonly #userHandle = randomBytes(16).toString('base64url');
  readonly #privateKey: KeyObject;
  readonly #publicKey: KeyObject;
  #uses = 0;

  constructor() {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    this.#privateKey = privateKey;
    this.#publicKey = publicKey;
  }

  /** Signs a challenge, as `navigator.credentials.get` would. */
  assert(options: PasskeyOptions, { origin = ORIGIN, userVerified = true }: AssertionFlaws = {}): PasskeyAssertion {
    this.#uses += 1;
    const { challenge, rpId } = options;
    const clientData = Buffer.from(JSON.stringify({ type: 'webauthn.get', challenge, origin, crossOrigin: false }));
    const data = Buffer.alloc(COUNTER_AT + 4);
    sha256(rpId).copy(data);
    data[32] = FLAG.present | (userVerified ? FLAG.verified : 0);
    data.writeUInt32BE(this.#uses, COUNTER_AT);
    const signature = sign('sha256', Buffer.concat([data, sha256(clientData)]), this.#privateKey);
    const response = {
      clientDataJSON: clientData.toString('base64url'),
      authenticatorData: data.toString('base64url'),
      signature: signature.toString('base64url'),
      userHandle: this.#userHandle,
    };
    return { id: this.credentialId, rawId: this.credentialId, type: 'public-key', response };
  }

  /** Why this assertion does not answer the challenge with this passkey; undefined when it does. */
  complaint(options: PasskeyOptions, assertion: PasskeyAssertion): string | undefined {
    const [clientData, data, signature] = partsOf(assertion);
    const { type, challenge, origin } = JSON.parse(clientData.toString()) as Record<string, unknown>;
    if (assertion.rawId !== this.credentialId) return 'unknown credential';
    if (type !== 'webauthn.get' || challenge !== options.challenge) return 'another challenge';
    if (origin !== ORIGIN) return 'another origin';
    if (!data.subarray(0, 32).equals(sha256(options.rpId))) return 'another relying party';
    const flags = FLAG.present | FLAG.verified;
    if (((data[32] ?? 0) & flags) !== flags) return 'no person was verified';
    const signed = Buffer.concat([data, sha256(clientData)]);
    return verify('sha256', signed, this.#publicKey, signature) ? undefined : 'wrong signature';
  }
}

function partsOf({ response }: PasskeyAssertion): [Buffer, Buffer, Buffer] {
  const { clientDataJSON, authenticatorData, signature } = response;
  const bytes = (text: string): Buffer => Buffer.from(text, 'base64url');
  return [bytes(clientDataJSON), bytes(authenticatorData), bytes(signature)];
}

function sha256(input: string | Uint8Array): Buffer {
  return createHash('sha256').update(input).digest();
}
