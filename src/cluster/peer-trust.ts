import { checkServerIdentity, type PeerCertificate, type TLSSocket } from 'node:tls';
import type { Secret } from '../kit/secret.ts';
import type { PeerCertificates } from './peer-certificates.ts';

/** How nodes know each other: by a common secret, or by certificates of a common authority. */
export type PeerTrust =
  | { kind: 'secret'; secret: Secret }
  | {
      kind: 'tls';
      /** The name in the certificates of all nodes; `null` if each has that of its node. */
      name: string | null;
      certificates: Pick<PeerCertificates, 'current'>;
    };

/** Accepts a server by the name in its certificate, whatever the name in its URL. */
export function identityCheck(name: string): (host: string, certificate: PeerCertificate) => Error | undefined {
  return (_host, certificate) => checkServerIdentity(name, certificate);
}

/** Whether the client has a certificate with this name. Its authority was checked before. */
export function hasName(socket: TLSSocket, name: string): boolean {
  return socket.authorized && checkServerIdentity(name, socket.getPeerCertificate()) === undefined;
}
