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

/** Certificates that are not as they should be. */
export interface CertificateFlaws {
  /** The serial that the leaf names as its issuer's. */
  issuerSerial?: number;
  /** Seconds since the epoch; both certificates are valid from a year ago until in a year. */
  notBefore?: number;
  notAfter?: number;
}

/** How a server pretends to be another one. */
export type Forgery = 'foreign-root' | 'stolen-certificates';

const { CertChain } = proto;
const SERIAL = { root: 0, intermediate: 1, leaf: 2 };
const YEAR_SECONDS = 365 * 24 * 3600;

/** Creates an identity with a root of its own. */
export function makeServerIdentity(flaws: CertificateFlaws = {}): ServerIdentity {
  const root = Curve.generateKeyPair();
  const intermediate = Curve.generateKeyPair();
  const staticKey = Curve.generateKeyPair();
  const now = Math.floor(Date.now() / 1000);
  const { issuerSerial = SERIAL.intermediate, notBefore = now - YEAR_SECONDS, notAfter = now + YEAR_SECONDS } = flaws;
  const valid = { notBefore, notAfter };
  const chain = CertChain.encode({
    leaf: certify({ serial: SERIAL.leaf, issuerSerial, key: staticKey.public, ...valid }, intermediate),
    intermediate: certify(
      { serial: SERIAL.intermediate, issuerSerial: SERIAL.root, key: intermediate.public, ...valid },
      root,
    ),
  });
  return { rootKey: Buffer.from(root.public), staticKey, certificates: chain.finish() };
}

/**
 * The identity of somebody who pretends to be this server: with certificates of their own, or with the server's, which
 * everybody who connects is shown, and a key of their own.
 */
export function forgeServerIdentity(genuine: ServerIdentity, how: Forgery): ServerIdentity {
  const own = makeServerIdentity();
  return how === 'foreign-root' ? own : { ...genuine, staticKey: own.staticKey };
}

function certify(
  subject: proto.CertChain.NoiseCertificate.IDetails,
  issuer: KeyPair,
): proto.CertChain.INoiseCertificate {
  const details = CertChain.NoiseCertificate.Details.encode(subject).finish();
  return { details, signature: Curve.sign(issuer.private, details) };
}
