import { timingSafeEqual } from 'node:crypto';
import signalCrypto from 'libsignal/src/crypto.js';
import signalCurve from 'libsignal/src/curve.js';
import { calculateAgreement, generateIndexMac, generateKeyPair, hkdf } from 'whatsapp-rust-bridge';

/** The length of keys, salts and of each derived secret. */
const KEY_BYTES = 32;
/** What the Signal protocol derives secrets for. */
const PURPOSES = new Set(['WhisperText', 'WhisperRatchet', 'WhisperMessageKeys', 'WhisperGroup']);

/** What libsignal's own types leave out or call by other names. */
interface SignalFunctions {
  calculateMAC: (key: Buffer, data: Buffer) => Buffer;
  deriveSecrets: (input: Buffer, salt: Buffer, info: Buffer, chunks: number) => Buffer[];
  calculateAgreement: (publicKey: Buffer, privateKey: Buffer) => Buffer;
}

const original = { ...signalCrypto, ...signalCurve } as unknown as SignalFunctions;

/**
 * Replaces the functions of libsignal that use SHA-256 or agree on keys by compiled ones, for the whole process. A message takes
 * seven HMACs, and each one in Node makes two native objects. What is unusual is left to the original, and so are its errors.
 */
export function calculateQuickly(): void {
  Object.assign(signalCrypto, { calculateMAC, deriveSecrets, verifyMAC });
  Object.assign(signalCurve, { generateKeyPair: generateSignalKeys, calculateAgreement: agree });
}

/** HMAC-SHA256 as libsignal's. The bridge has it under the name of what WhatsApp's app state uses it for, for keys of 32 bytes. */
export function calculateMAC(key: Buffer, data: Buffer): Buffer {
  const isUsual = key instanceof Buffer && data instanceof Buffer && key.length === KEY_BYTES;
  if (!isUsual) return original.calculateMAC(key, data);
  return asBuffer(generateIndexMac(data, key));
}

/** HKDF as libsignal's: one to three secrets of 32 bytes, three by default. */
function deriveSecrets(input: Buffer, salt: Buffer, info: Buffer, chunks = 3): Buffer[] {
  const purpose = info instanceof Buffer ? info.toString('latin1') : '';
  const isUsual = PURPOSES.has(purpose) && input instanceof Buffer && salt instanceof Buffer;
  if (!isUsual || salt.length !== KEY_BYTES || ![1, 2, 3].includes(chunks)) {
    return original.deriveSecrets(input, salt, info, chunks);
  }
  const secrets = asBuffer(hkdf(input, chunks * KEY_BYTES, { salt, info: purpose }));
  return Array.from({ length: chunks }, (_, at) => secrets.subarray(at * KEY_BYTES, (at + 1) * KEY_BYTES));
}

/** Compares the first `length` bytes of a MAC, in constant time, unlike libsignal. */
function verifyMAC(data: Buffer, key: Buffer, mac: Buffer, length: number): void {
  const calculated = calculateMAC(key, data).subarray(0, length);
  if (mac.length !== length || calculated.length !== length) throw new Error('Bad MAC length');
  if (!timingSafeEqual(mac, calculated)) throw new Error('Bad MAC');
}

/** A key pair as libsignal's; the public key begins with its type. */
export function generateSignalKeys(): { pubKey: Buffer; privKey: Buffer } {
  const { pubKey, privKey } = generateKeyPair();
  return { pubKey: asBuffer(pubKey), privKey: asBuffer(privKey) };
}

/**
 * X25519 as libsignal's: with a public key that leads to the same secret for everybody (all zeros), Node throws; the bridge
 * does not.
 */
function agree(publicKey: Buffer, privateKey: Buffer): Buffer {
  if (!(publicKey instanceof Buffer && privateKey instanceof Buffer) || !isUsualPair(publicKey, privateKey)) {
    return original.calculateAgreement(publicKey, privateKey);
  }
  const secret = asBuffer(calculateAgreement(publicKey, privateKey));
  if (secret.every((byte) => byte === 0)) return original.calculateAgreement(publicKey, privateKey);
  return secret;
}

function isUsualPair(publicKey: Buffer, privateKey: Buffer): boolean {
  return publicKey.length === KEY_BYTES + 1 && publicKey[0] === 5 && privateKey.length === KEY_BYTES;
}

/** The same bytes, without a copy: what the bridge returns is nobody else's. */
function asBuffer({ buffer, byteOffset, length }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, length);
}
