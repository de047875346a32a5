import { node } from '../kit/stanza.ts';
import { answerIq } from './answer-iq.ts';
import { type Behaviour } from './behaviour.ts';

const PRIVACY = ['readreceipts', 'last', 'online', 'profile', 'status', 'groupadd', 'calladd'];

/**
 * Answers a client's queries about its own account: blocked contacts, privacy (section 7.5 of the protocol notes).
 */
export const answerAccountQueries: readonly Behaviour[] = [
  answerIq('answer blocked contacts', { xmlns: 'blocklist' }, () => [node('list')]),
  answerIq('answer privacy settings', { xmlns: 'privacy', type: 'get' }, () => [
    node(
      'privacy',
      {},
      PRIVACY.map((name) => node('category', { name, value: 'all' })),
    ),
  ]),
];
