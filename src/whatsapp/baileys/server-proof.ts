import { Curve, generateSignalPubKey, proto, WA_CERT_DETAILS } from '@whiskeysockets/baileys';
import { verifySignature } from 'libsignal/src/curve.js';
import { systemClock } from '../../kit/clock.ts';

type Details = proto.CertChain.NoiseCertificate.IDetails;

/** What a handshake has shown so far. It runs in one go, so there is never more than one. */
interface Handshake {
  /** The key that the server uses. */
  serverKey: Uint8Array;
  /** The certificate that was verified first, encoded. */
  leaf?: Uint8Array;
}

const { Details: DetailsMessage } = proto.CertChain.NoiseCertificate;

/**
 * Makes Baileys refuse a server that does not prove that it is WhatsApp, for the whole process. `Curve.verify` answers the
 * truth: Baileys' own one drops the result of the verification. And what Baileys does not compare is compared when it verifies
 * the last certificate, which is the one that the root key signed: without that, whoever has once been shown WhatsApp's
 * certificates could show them too.
 */
export function verifyServers(): void {
  const { sharedKey } = Curve;
  let handshake: Handshake | undefined;
  Object.assign(Curve, {
    // Baileys agrees on a secret with the server's key right before it verifies the certificates.
    sharedKey(privateKey: Uint8Array, publicKey: Uint8Array): Buffer {
      handshake = { serverKey: publicKey };
      return sharedKey(privateKey, publicKey);
    },
    verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
      const isSigned = isSignedBy(publicKey, message, signature);
      if (publicKey === WA_CERT_DETAILS.PUBLIC_KEY) return isSigned && certifies(message, handshake);
      if (handshake) handshake.leaf = message;
      return isSigned;
    },
  });
}

/** @param publicKey with its type or without. */
function isSignedBy(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    return verifySignature(generateSignalPubKey(publicKey), message, signature);
  } catch {
    return false;
  }
}

/** Whether the intermediate certificate issued the leaf, the leaf is that of the server's key, and both are valid now. */
function certifies(encoded: Uint8Array, handshake: Handshake | undefined): boolean {
  if (!handshake?.leaf) return false;
  const [intermediate, leaf] = [DetailsMessage.decode(encoded), DetailsMessage.decode(handshake.leaf)];
  return (
    leaf.issuerSerial === intermediate.serial &&
    Buffer.from(leaf.key ?? []).equals(handshake.serverKey) &&
    [intermediate, leaf].every(isValidNow)
  );
}

/** Times are seconds since the epoch; a certificate without them is always valid. */
function isValidNow({ notBefore, notAfter }: Details): boolean {
  const now = systemClock.now() / 1000;
  return Number(notBefore ?? 0) <= now && now <= (Number(notAfter ?? 0) || Infinity);
}
