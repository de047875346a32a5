import { Curve, proto } from '@whiskeysockets/baileys';
import { createDecipheriv, createHash, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

import type { KeyPair } from '../transport/server-identity.ts';

/** What a client says of itself when it answers with a passkey: its ephemeral key, and a hash that commits it to a nonce. */
export interface ClientPrologue {
  /** The encoded identity; the hash is over it and the nonce. */
  readonly identity: Buffer;
  readonly publicKey: Buffer;
  readonly deviceType: number;
  readonly ref: string;
  readonly commitment: Buffer;
}

/** The phone's half of the exchange. */
export interface PhoneHalf {
  readonly keys: KeyPair;
  readonly nonce: Buffer;
}

const KEY_BYTES = 32;
const GCM_TAG_BYTES = 16;
const CODE_BYTES = 5;
const BITS_PER_CHARACTER = 5;
/** WhatsApp's alphabet for codes that people read. */
const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTVWXYZ';

/** Reads the payload of a prologue; undefined when a part is missing or has another length. */
export function readPrologue(payload: Uint8Array): ClientPrologue | undefined {
  try {
    const { companionEphemeralIdentity, commitment } = proto.ProloguePayload.decode(payload);
    const identity = Buffer.from(companionEphemeralIdentity ?? []);
    const { publicKey, deviceType, ref } = proto.CompanionEphemeralIdentity.decode(identity);
    const hash = Buffer.from(commitment?.hash ?? []);
    if (publicKey?.byteLength !== KEY_BYTES || hash.byteLength !== KEY_BYTES || !ref) return undefined;
    return { identity, publicKey: Buffer.from(publicKey), deviceType: deviceType ?? 0, ref, commitment: hash };
  } catch {
    return undefined;
  }
}

/** Whether the nonce is the one that the client committed itself to. */
export function isCommitted({ identity, commitment }: ClientPrologue, nonce: Uint8Array): boolean {
  return nonce.byteLength === KEY_BYTES && sha256(identity, nonce).equals(commitment);
}

/** The code that both sides show: only who has both nonces and the phone's key can know it. */
export function passkeyCode({ keys, nonce }: PhoneHalf, clientNonce: Uint8Array): string {
  const digest = sha256(clientNonce, keys.public);
  const bits = Array.from({ length: CODE_BYTES }, (_, at) => (nonce[at] ?? 0) ^ (digest[at] ?? 0))
    .map((byte) => byte.toString(2).padStart(8, '0'))
    .join('');
  const code = bits.replaceAll(/.{5}/g, (five) => ALPHABET[parseInt(five, 2)] ?? '');
  const half = (CODE_BYTES * 8) / BITS_PER_CHARACTER / 2;
  return `${code.slice(0, half)}-${code.slice(half)}`;
}

/** Decrypts what the client wants to be linked with; undefined when the two sides do not share the key. */
export function openPairingRequest(
  sealed: Uint8Array,
  { keys }: PhoneHalf,
  { publicKey, deviceType, ref }: ClientPrologue,
): proto.PairingRequest | undefined {
  const shared = Curve.sharedKey(keys.private, publicKey);
  const salt = `Companion Pairing ${deviceType} with ref ${ref}`;
  const key = Buffer.from(hkdfSync('sha256', shared, salt, 'Pairing Information Encryption Key', KEY_BYTES));
  try {
    const { encryptedPayload, iv } = proto.EncryptedPairingRequest.decode(sealed);
    const bytes = Buffer.from(encryptedPayload ?? []);
    const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(iv ?? []));
    decipher.setAuthTag(bytes.subarray(-GCM_TAG_BYTES));
    const plain = Buffer.concat([decipher.update(bytes.subarray(0, -GCM_TAG_BYTES)), decipher.final()]);
    return proto.PairingRequest.decode(plain);
  } catch {
    return undefined;
  }
}

/** Whether the proof shows that the client had the secret of the QR that was scanned: then nobody has to compare a code. */
export function isHandedOff(proof: Uint8Array, payload: Uint8Array, qrSecret: Uint8Array): boolean {
  const key = hkdfSync('sha256', qrSecret, '', 'shortcake-passkey-handoff-v1', KEY_BYTES);
  const expected = createHmac('sha256', Buffer.from(key)).update(payload).digest();
  return proof.byteLength === expected.byteLength && timingSafeEqual(expected, proof);
}

function sha256(...inputs: Uint8Array[]): Buffer {
  return createHash('sha256').update(Buffer.concat(inputs)).digest();
}
