import { isIq } from '../behaviours/answer-iq.ts';
import type { Behaviour } from '../behaviours/behaviour.ts';
import { resultOf } from '../kit/stanza.ts';
import type { Faults } from './faults.ts';

/** Answers clients that ask for app state with an empty result, as `app-state-empty` says. */
export function emptyAppState(faults: Faults): Behaviour {
  return {
    name: 'app-state-empty',
    onStanza(stanza, client) {
      const isAsked = isIq(stanza, { xmlns: 'w:sync:app:state' });
      if (!isAsked || !faults.take('app-state-empty', client.number)) return false;
      client.send(resultOf(stanza));
      return true;
    },
  };
}
