import { resultOf } from '../kit/stanza.ts';
import type { Behaviour } from './behaviour.ts';

/** Answers every other iq with an empty result (table in section 13 of the protocol notes). */
export const answerTheRest: Behaviour = {
  name: 'answer the rest',
  onStanza(stanza, client) {
    const { id, type } = stanza.attrs;
    if (stanza.tag !== 'iq' || id === undefined || type === 'result' || type === 'error') return false;
    client.send(resultOf(stanza));
    return true;
  },
};
