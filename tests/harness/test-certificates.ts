import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

/** What a certificate of a test says. */
export interface CertificateOptions {
  /** The names of its machine. */
  names: readonly string[];
  notAfter?: Date;
}

/** A certificate with its key, and that of its authority: all in PEM. */
export interface TestCertificate {
  ca: string;
  cert: string;
  key: string;
}

const [INTEGER, BIT_STRING, OCTET_STRING, OID, UTF8, UTC_TIME, SEQUENCE, SET] = [2, 3, 4, 6, 12, 23, 0x30, 0x31];

/** One element of DER: its tag, its length, and its parts. */
function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag, ...lengthOf(body)]), body]);
}

/** In as few bytes as possible: Go refuses others. */
function lengthOf({ length }: Uint8Array): number[] {
  if (length < 128) return [length];
  return length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
}

const bytes = (...values: number[]) => Buffer.from(values);
const ED25519 = der(SEQUENCE, der(OID, bytes(0x2b, 0x65, 0x70)));
const COMMON_NAME = der(OID, bytes(0x55, 0x04, 0x03));
const ALTERNATIVE_NAMES = der(OID, bytes(0x55, 0x1d, 0x11));
const BASIC_CONSTRAINTS = der(OID, bytes(0x55, 0x1d, 0x13));

function nameOf(text: string): Buffer {
  return der(SEQUENCE, der(SET, der(SEQUENCE, COMMON_NAME, der(UTF8, Buffer.from(text)))));
}

function timeOf(date: Date): Buffer {
  return der(UTC_TIME, Buffer.from(`${date.toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`));
}

function extension(id: Buffer, value: Buffer): Buffer {
  return der(SEQUENCE, id, der(OCTET_STRING, value));
}

interface Fields {
  issuer: string;
  subject: string;
  publicKey: KeyObject;
  signedBy: KeyObject;
  notAfter: Date;
  extensions: readonly Buffer[];
}

/** RFC 5280, with Ed25519. */
function certificate({ issuer, subject, publicKey, signedBy, notAfter, extensions }: Fields): string {
  const toBeSigned = der(
    SEQUENCE,
    der(0xa0, der(INTEGER, bytes(2))),
    der(INTEGER, bytes(1, ...randomBytes(8))),
    ...[ED25519, nameOf(issuer), der(SEQUENCE, timeOf(new Date(0)), timeOf(notAfter)), nameOf(subject)],
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, der(SEQUENCE, ...extensions)),
  );
  const signature = der(BIT_STRING, bytes(0), sign(null, toBeSigned, signedBy));
  const lines = der(SEQUENCE, toBeSigned, ED25519, signature)
    .toString('base64')
    .replace(/.{1,64}/g, '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}-----END CERTIFICATE-----\n`;
}

const LATER = new Date(Date.UTC(2049, 0, 1));
const IS_AUTHORITY = extension(BASIC_CONSTRAINTS, der(SEQUENCE, der(1, bytes(255))));

/** A certificate authority of a test. */
export class TestAuthority {
  readonly #name: string;
  readonly #key: KeyObject;
  /** Its own certificate, in PEM. */
  readonly ca: string;

  constructor(name = 'an authority of a test') {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    this.#name = name;
    this.#key = privateKey;
    this.ca = certificate({
      ...{ issuer: name, subject: name, publicKey, signedBy: privateKey, notAfter: LATER, extensions: [IS_AUTHORITY] },
    });
  }

  /** A certificate for a machine with these names. */
  issue({ names, notAfter = LATER }: CertificateOptions): TestCertificate {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const alternatives = der(SEQUENCE, ...names.map((name) => der(0x82, Buffer.from(name))));
    const cert = certificate({
      ...{ issuer: this.#name, subject: names[0] ?? '', publicKey, signedBy: this.#key, notAfter },
      extensions: [extension(ALTERNATIVE_NAMES, alternatives)],
    });
    return { ca: this.ca, cert, key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string };
  }
}
