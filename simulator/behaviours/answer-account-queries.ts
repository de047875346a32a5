import { node } from '../kit/stanza.ts';
import { answerIq } from './answer-iq.ts';
import type { Behaviour } from './behaviour.ts';

/**
 * Answers a client's queries about its own account: properties (section 7.5 of the protocol notes).
 */
export const answerAccountQueries: readonly Behaviour[] = [
  answerIq('answer properties', { xmlns: 'abt' }, () => [node('props')]),
];
