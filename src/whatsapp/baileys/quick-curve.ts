import { Curve, type KeyPair } from '@whiskeysockets/baileys';
import curve25519 from 'curve25519-js';
import { calculateSignature, verifySignature } from 'whatsapp-rust-bridge';
import { generateSignalKeys } from './quick-signal.ts';

/** The first byte of a public key in the Signal protocol: it is a point of Curve25519. */
const KEY_TYPE = Buffer.from([5]);

/** Replaces libsignal's signature functions for the whole process: it looks them up at each call. */
export function signQuickly(): void {
  Object.assign(curve25519, { sign, verify });
}

/** Replaces Baileys' generation of key pairs for the whole process. */
export function makeKeysQuickly(): void {
  Object.assign(Curve, { generateKeyPair });
}

/** Signs as `curve25519-js` does. @param privateKey 32 bytes. @returns 64 bytes. */
function sign(privateKey: Uint8Array, message: Uint8Array): Uint8Array {
  return calculateSignature(privateKey, message);
}

/** Verifies as `curve25519-js` does. @param publicKey 32 bytes, without its type. @param signature 64 bytes. */
function verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  return verifySignature(Buffer.concat([KEY_TYPE, publicKey]), message, signature);
}

/**
 * Generates a key pair as Baileys' `Curve` does, but not in Node's slabs: the pair of a connection lives as long as that, and would keep
 * 64 kB.
 */
function generateKeyPair(): KeyPair {
  const { pubKey, privKey } = generateSignalKeys();
  return { public: pubKey.subarray(KEY_TYPE.length), private: privKey };
}
