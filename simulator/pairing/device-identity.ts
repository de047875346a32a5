import { Curve, hmacSign, proto } from '@whiskeysockets/baileys';
import { verifySignature } from 'libsignal/src/curve.js';

import type { KeyPair } from '../transport/server-identity.ts';

/** How a device identity is corrupted on purpose. */
export type Tampering = 'hmac' | 'account-signature' | 'foreign-account-signature';

/** Input of {@link signDeviceIdentity}. */
export interface DeviceIdentityRequest {
  readonly phoneIdentity: KeyPair;
  /** The identity key in the QR. */
  readonly companionIdentity: Uint8Array;
  readonly advSecret: Uint8Array;
  readonly keyIndex: number;
  /** Names the registration of the account. */
  readonly rawId: number;
  /** Seconds since the Unix epoch. */
  readonly timestamp: number;
}

const PREFIX = { account: Buffer.from([6, 0]), device: Buffer.from([6, 1]), key: Buffer.from([5]) };

/** A signed device identity: `details` is what both sides sign, `sealed` is what the client gets. */
export interface DeviceIdentity {
  readonly details: Uint8Array;
  readonly sealed: Uint8Array;
}

/**
 * Signs a device identity with the phone's key, and seals it with the ADV secret (section 5.3 of the protocol notes).
 */
export function signDeviceIdentity(request: DeviceIdentityRequest, tampering?: Tampering): DeviceIdentity {
  const { phoneIdentity, companionIdentity, advSecret, keyIndex, rawId, timestamp } = request;
  const details = proto.ADVDeviceIdentity.encode({ rawId, timestamp, keyIndex }).finish();
  const signer = tampering === 'foreign-account-signature' ? Curve.generateKeyPair() : phoneIdentity;
  const signature = Curve.sign(signer.private, Buffer.concat([PREFIX.account, details, companionIdentity]));
  const signed = proto.ADVSignedDeviceIdentity.encode({
    details,
    accountSignatureKey: phoneIdentity.public,
    accountSignature: tampering === 'account-signature' ? signature.subarray(1) : signature,
  }).finish();
  const hmac = hmacSign(signed, tampering === 'hmac' ? Buffer.alloc(32) : advSecret);
  return { details, sealed: proto.ADVSignedDeviceIdentityHMAC.encode({ details: signed, hmac }).finish() };
}

/** Whether `answer`, an encoded ADVSignedDeviceIdentity, carries the companion's signature of the same details. */
export function isSignedByCompanion(
  answer: Uint8Array,
  facts: { details: Uint8Array; companionIdentity: Uint8Array; phoneIdentity: Uint8Array },
): boolean {
  const { deviceSignature, details } = proto.ADVSignedDeviceIdentity.decode(answer);
  if (deviceSignature?.byteLength !== 64 || !details || !Buffer.from(details).equals(facts.details)) return false;
  const signed = Buffer.concat([PREFIX.device, facts.details, facts.companionIdentity, facts.phoneIdentity]);
  return verifySignature(Buffer.concat([PREFIX.key, facts.companionIdentity]), signed, Buffer.from(deviceSignature));
}

/** The client's answer as others get it, with the key that the phone signed it with. */
export function publicIdentity(answer: Uint8Array, phoneIdentity: Uint8Array): Uint8Array {
  const identity = proto.ADVSignedDeviceIdentity.decode(answer);
  identity.accountSignatureKey = phoneIdentity;
  return proto.ADVSignedDeviceIdentity.encode(identity).finish();
}

/** The identity of a simulated device, which phone and device sign without a pairing. */
export function companionIdentity(facts: {
  readonly phoneIdentity: KeyPair;
  readonly companionIdentity: KeyPair;
  readonly rawId: number;
  readonly keyIndex: number;
}): Uint8Array {
  const { phoneIdentity, companionIdentity: own, rawId, keyIndex } = facts;
  const details = proto.ADVDeviceIdentity.encode({ rawId, keyIndex, timestamp: 0 }).finish();
  const signed = Buffer.concat([details, own.public]);
  const accountSignature = Curve.sign(phoneIdentity.private, Buffer.concat([PREFIX.account, signed]));
  const deviceSignature = Curve.sign(own.private, Buffer.concat([PREFIX.device, signed, phoneIdentity.public]));
  const identity = { details, accountSignatureKey: phoneIdentity.public, accountSignature, deviceSignature };
  return proto.ADVSignedDeviceIdentity.encode(identity).finish();
}
