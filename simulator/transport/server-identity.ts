import { Curve, proto } from '@whiskeysockets/baileys';

/** An X25519 key pair; both keys have 32 bytes. */
export type KeyPair = ReturnType<typeof Curve.generateKeyPair>;

/** The server's static Noise key, and the certificates with which clients verify it. */
export interface ServerIdentity {
  /** The public root key that clients must trust (Baileys: `WA_CERT_DETAILS.PUBLIC_KEY`). */
  readonly rootKey: Buffer;
  readonly staticKey: KeyPair;
  /**
   * An encoded CertChain: a leaf signed by an intermediate, which the root signed (section 2 of the protocol notes).
   */
  readonly certificates: Uint8Array;
}

const { CertChain } = proto;
const SERIAL = { root: 0, intermediate: 1, leaf: 2 };

/** Creates an identity with a root of its own. */
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
