import { randomBytes } from 'node:crypto';

import { node, SERVER, type Stanza } from '../kit/stanza.ts';
import type { Notice } from './notice.ts';

const IN_A_DAY_SECONDS = 86_400;

/** What the server says about a login besides what `log-in.ts` says. */
export const LOGIN_NOTICES = {
  'second-success': {
    meaning: 'A second `<success>` on the same connection.',
    make: ({ to, t }) => [node('success', { t: String(t), lid: to.jid('lid'), props: '27', abprops: '8' })],
  },
  'priority-offline-complete': {
    meaning: 'The most important of what waited has been sent.',
    make: () => [bulletin(node('priority_offline_complete'))],
  },
  tos: {
    meaning: 'Terms of service that the user has to accept.',
    make: ({ t }) => [bulletin(node('tos', { id: '20210210', stage: '1', t: String(t), version: '10', type: '2' }))],
  },
  'legal-notice': {
    meaning: 'Notices of the law that the user is to see, several in one stanza.',
    make: ({ t }) => [
      node('ib', { from: SERVER }, [
        node('notice', { id: '20601218', stage: '1', t: String(t), version: '10', type: '2' }),
        node('notice', { id: '20250331', stage: '0', t: String(t), version: '1', type: '1' }),
      ]),
    ],
  },
  'recovery-nonce': {
    meaning: 'A number to recover the account with.',
    make: ({ t }) => [bulletin(node('recovery_nonce', { expiry_t: String(t + IN_A_DAY_SECONDS) }, randomBytes(16)))],
  },
  'integrity-request': {
    meaning: 'A request to prove that the client is genuine (`gpia`), which only apps of Android can.',
    make: () => [bulletin(node('gpia', {}, [node('request', { nonce: randomBytes(36).toString('base64url') })]))],
  },
  'unknown-bulletin': {
    meaning: 'A bulletin that no client knows yet.',
    make: () => [bulletin(node('something_new', { v: '1' }))],
  },
} as const satisfies Record<string, Notice>;

function bulletin(child: Stanza): Stanza {
  return node('ib', { from: SERVER }, [child]);
}
