import { createHash, randomBytes } from 'node:crypto';
import {
  aesEncryptGCM,
  type AuthenticationCreds,
  bytesToCrockford,
  Curve,
  hkdf,
  type KeyPair,
  proto,
} from '@whiskeysockets/baileys';

/** Our half of the exchange with the phone. Nothing of it may be logged. */
export interface CompanionHalf {
  keys: KeyPair;
  /** Revealed only after the phone has shown its own, so that neither side can choose the code. */
  nonce: Buffer;
  ref: string;
  /** The encoded `ProloguePayload`: our ephemeral identity, and the hash that commits us to the nonce. */
  payload: Uint8Array;
}

/** The phone's half. */
export interface PrimaryHalf {
  publicKey: Uint8Array;
  nonce: Uint8Array;
}

/** As the registration names this client: the number is part of the key. */
const DEVICE_TYPE = proto.DeviceProps.PlatformType.CHROME;
const KEY_BYTES = 32;
const IV_BYTES = 12;
const CODE_BYTES = 5;
const CODE_HALF = 4;

/** Makes our half for the reference that WhatsApp gave us. */
export function makeCompanionHalf(ref: string): CompanionHalf {
  const keys = Curve.generateKeyPair();
  const nonce = randomBytes(KEY_BYTES);
  const identity = { publicKey: keys.public, deviceType: DEVICE_TYPE, ref };
  const companionEphemeralIdentity = proto.CompanionEphemeralIdentity.encode(identity).finish();
  const commitment = { hash: sha256(companionEphemeralIdentity, nonce) };
  const payload = proto.ProloguePayload.encode({ companionEphemeralIdentity, commitment }).finish();
  return { keys, nonce, ref, payload };
}

/** Reads the phone's half; `undefined` when it is incomplete. */
export function readPrimaryHalf(encoded: Uint8Array): PrimaryHalf | undefined {
  try {
    const { publicKey, nonce } = proto.PrimaryEphemeralIdentity.decode(encoded);
    const isWhole = publicKey?.byteLength === KEY_BYTES && nonce?.byteLength === KEY_BYTES;
    return isWhole ? { publicKey, nonce } : undefined;
  } catch {
    return undefined;
  }
}

/** The code that the phone shows too, if nobody stands between us. */
export function verificationCode({ nonce }: CompanionHalf, primary: PrimaryHalf): string {
  const digest = sha256(nonce, primary.publicKey);
  const bytes = Buffer.from(primary.nonce.slice(0, CODE_BYTES)).map((byte, at) => byte ^ (digest[at] ?? 0));
  const code = bytesToCrockford(Buffer.from(bytes));
  return `${code.slice(0, CODE_HALF)}-${code.slice(CODE_HALF)}`;
}

/** Encrypts for the phone what it needs to link us: our public keys, and the secret under which it signs them. */
export function sealPairingRequest(
  { keys, ref }: CompanionHalf,
  { publicKey }: PrimaryHalf,
  creds: Pick<AuthenticationCreds, 'noiseKey' | 'signedIdentityKey' | 'advSecretKey'>,
): Uint8Array {
  const salt = Buffer.from(`Companion Pairing ${DEVICE_TYPE} with ref ${ref}`);
  const shared = Curve.sharedKey(keys.private, publicKey);
  const key = hkdf(Buffer.from(shared), KEY_BYTES, { salt, info: 'Pairing Information Encryption Key' });
  const request = proto.PairingRequest.encode({
    companionPublicKey: creds.noiseKey.public,
    companionIdentityKey: creds.signedIdentityKey.public,
    advSecret: Buffer.from(creds.advSecretKey, 'base64'),
  }).finish();
  const iv = randomBytes(IV_BYTES);
  const encryptedPayload = aesEncryptGCM(request, key, iv, Buffer.alloc(0));
  return proto.EncryptedPairingRequest.encode({ encryptedPayload, iv }).finish();
}

function sha256(...inputs: Uint8Array[]): Buffer {
  return createHash('sha256').update(Buffer.concat(inputs)).digest();
}
