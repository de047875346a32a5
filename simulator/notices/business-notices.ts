import { proto } from '@whiskeysockets/baileys';
import { randomBytes } from 'node:crypto';

import { node, type Stanza } from '../kit/stanza.ts';
import type { Owner } from '../world/endpoint.ts';
import { type Notice, notification } from './notice.ts';

/** What the server notifies of businesses. */
export const BUSINESS_NOTICES = {
  'verified-name': {
    meaning: 'The verified name of a business has changed.',
    make: ({ other }) => [ofBusiness(other, node('verified_name', verified(other), certificate(other)))],
  },
  'stale-verified-name': {
    meaning: 'The verified name of a contact has changed, whom only a hash names.',
    make: ({ other }) => [ofBusiness(other, node('verified_name', { hash: randomBytes(3).toString('base64') }))],
  },
  'business-profile': {
    meaning: 'The profile of a business has changed.',
    make: ({ other }) => [ofBusiness(other, node('profile', { hash: randomBytes(3).toString('base64') }))],
  },
  'product-catalog': {
    meaning: 'A product of a business was reviewed.',
    make: ({ other }) => [
      ofBusiness(
        other,
        node('product_catalog', {}, [
          node('product', {}, [
            node('id', {}, Buffer.from('4711')),
            node('status_info', {}, [node('status', {}, Buffer.from('APPROVED'))]),
          ]),
        ]),
      ),
    ],
  },
  'no-business': {
    meaning: 'A business is none any more.',
    make: ({ other }) => [ofBusiness(other, node('remove', { jid: other.jid('pn') }))],
  },
} as const satisfies Record<string, Notice>;

function ofBusiness(business: Owner, child: Stanza): Stanza {
  return notification('business', [child], business.jid('lid'));
}

function verified(business: Owner): Record<string, string> {
  const privacy = { actual_actors: '1', host_storage: '1', privacy_mode_ts: '1700000000' };
  return { v: '2', jid: business.jid('pn'), verified_level: 'unknown', serial: '1', ...privacy };
}

function certificate({ name }: Owner): Uint8Array {
  const { VerifiedNameCertificate: Certificate } = proto;
  const details = Certificate.Details.encode({ verifiedName: name, issuer: 'smb:wa', serial: 1 }).finish();
  return Certificate.encode({ details, signature: randomBytes(64) }).finish();
}
