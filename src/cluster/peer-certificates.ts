import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import type { Clock, Timer } from '../kit/clock.ts';
import { describeFailure, messageOf } from '../kit/failure.ts';
import type { Logger } from '../kit/logger.ts';
import { OperatorError } from '../kit/operator-error.ts';

/** How often the files are read. */
const READ_MS = 10_000;
/** An authority that renews on its own does it long before this part of the time is left. */
const LATE_PART = 0.1;

/** PEM files. Whatever renews certificates replaces them while the process runs. */
export interface CertificateFiles {
  caFile: string;
  certFile: string;
  keyFile: string;
}

/** The authority of the cluster, the certificate of this node, and its key: in PEM, for TLS 1.3 only. */
export type Certificates = Pick<SecureContextOptions, 'minVersion'> & Record<'ca' | 'cert' | 'key', Buffer>;

/** The dependencies of {@link PeerCertificates}. */
export interface PeerCertificatesDeps {
  clock: Clock;
  log: Logger;
}

/** The files cannot be used as certificates. The message tells the operator why. */
export class CertificateError extends OperatorError {
  override readonly name = 'CertificateError';

  constructor(cause: unknown) {
    super(`The files of CLUSTER_TLS_… are no certificate with its key and authority: ${messageOf(cause)}`, { cause });
  }
}

/** The certificates of this node, as its files say now: new ones count within seconds, and those that do not fit never do. */
export class PeerCertificates implements Disposable {
  readonly #files: CertificateFiles;
  readonly #deps: PeerCertificatesDeps;
  readonly #listeners: ((certificates: Certificates) => void)[] = [];
  #current: Certificates;
  /** What was last found in the files, whether it could be used or not. */
  #found: Certificates;
  #isLate = false;
  #isOver = false;
  #timer: Timer | undefined;

  /** Reads the files. @throws CertificateError, or that of a file that cannot be read */
  constructor(files: CertificateFiles, deps: PeerCertificatesDeps) {
    this.#files = files;
    this.#deps = deps;
    const { caFile, certFile, keyFile } = files;
    const found = certificates(readFileSync(caFile), readFileSync(certFile), readFileSync(keyFile));
    try {
      createSecureContext(found);
    } catch (error) {
      throw new CertificateError(error);
    }
    [this.#current, this.#found] = [found, found];
    this.#next();
  }

  /** Another object after each renewal. */
  get current(): Certificates {
    return this.#current;
  }

  /** Calls `listener` with what replaces the current ones. */
  onRenewal(listener: (certificates: Certificates) => void): void {
    this.#listeners.push(listener);
  }

  /** From now on, nothing is read. */
  [Symbol.dispose](): void {
    this.#isOver = true;
    this.#timer?.cancel();
  }

  #next(): void {
    this.#warnIfLate();
    if (!this.#isOver) this.#timer = this.#deps.clock.after(READ_MS, () => void this.#look());
  }

  async #look(): Promise<void> {
    try {
      const { caFile, certFile, keyFile } = this.#files;
      const found = certificates(...(await Promise.all([readFile(caFile), readFile(certFile), readFile(keyFile)])));
      if (!this.#isOver && !isSame(found, this.#found)) this.#take(found);
    } catch (error) {
      // A file may be missing while it is being replaced, or be half of the old and half of the new.
      this.#deps.log.warn(
        { failure: describeFailure(error) },
        'renewed certificates cannot be used: the old ones stay',
      );
    }
    this.#next();
  }

  #take(found: Certificates): void {
    this.#found = found;
    createSecureContext(found);
    this.#current = found;
    this.#isLate = false;
    this.#deps.log.info(
      { validUntil: new X509Certificate(found.cert).validTo },
      'the certificates of this node are renewed',
    );
    for (const listener of this.#listeners) listener(found);
  }

  #warnIfLate(): void {
    if (this.#isLate) return;
    const { validFromDate, validToDate, validTo } = new X509Certificate(this.#current.cert);
    const [fromMs, toMs] = [validFromDate.getTime(), validToDate.getTime()];
    this.#isLate = toMs - this.#deps.clock.now() < (toMs - fromMs) * LATE_PART;
    if (this.#isLate) {
      this.#deps.log.warn({ validUntil: validTo }, 'the certificate of this node ends soon, and nobody has renewed it');
    }
  }
}

function certificates(ca: Buffer, cert: Buffer, key: Buffer): Certificates {
  return { ca, cert, key, minVersion: 'TLSv1.3' };
}

function isSame(one: Certificates, other: Certificates): boolean {
  return one.ca.equals(other.ca) && one.cert.equals(other.cert) && one.key.equals(other.key);
}
