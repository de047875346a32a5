import { resultOf } from '../kit/stanza.ts';
import { type Behaviour } from './behaviour.ts';

/** Gives every other iq a plain result, as the table in section 13 of the protocol notes has it. */
export const answerTheRest: Behaviour = {
  name: 'answer the rest',
  onStanza(stanza, client) {
    const { id, type } = stanza.attrs;
    if (stanza.tag !== 'iq' || id === undefined || type === 'result' || type === 'error') return false;
    client.send(resultOf(stanza));
    return true;
  },
};
