import { Curve, proto } from '@whiskeysockets/baileys';

/** An X25519 key pair, both halves 32 bytes. */
export type KeyPair = ReturnType<typeof Curve.generateKeyPair>;

/** What the server proves itself with: its static Noise key and the certificates that a client checks. */
export interface ServerIdentity {
  /** The public key that clients must trust, as `WA_CERT_DETAILS.PUBLIC_KEY`. */
  readonly rootKey: Buffer;
  readonly staticKey: KeyPair;
  /** An encoded CertChain: leaf, signed by an intermediate, signed by the root (section 2 of the protocol notes). */
  readonly certificates: Uint8Array;
}

const { CertChain } = proto;
const SERIAL = { root: 0, intermediate: 1, leaf: 2 };

/** Makes a new identity with a root of its own. */
export function makeServerIdentity(): ServerIdentity {
  const root = Curve.generateKeyPair();
  const intermediate = Curve.generateKeyPair();
  const staticKey = Curve.generateKeyPair();
  const chain = CertChain.encode({
    leaf: certify({ serial: SERIAL.leaf, issuerSerial: SERIAL.intermediate, key: staticKey.public }, intermediate),
    intermediate: certify({ serial: SERIAL.intermediate, issuerSerial: SERIAL.root, key: intermediate.public }, root),
  });
  return { rootKey: Buffer.from(root.public), staticKey, certificates: chain.finish() };
}

function certify(
  subject: { serial: number; issuerSerial: number; key: Uint8Array },
  issuer: KeyPair,
): proto.CertChain.INoiseCertificate {
  const details = CertChain.NoiseCertificate.Details.encode(subject).finish();
  return { details, signature: Curve.sign(issuer.private, details) };
}
