import { childOf } from '../kit/stanza.ts';
import type { CodeDesk } from '../pairing/code-desk.ts';
import { isIq } from './answer-iq.ts';
import type { Behaviour } from './behaviour.ts';

/** Lets clients show a pairing code instead of a QR (section 6 of the protocol notes). */
export function pairByCode(desk: CodeDesk): Behaviour {
  return {
    name: 'pair by code',
    onStanza(stanza, client) {
      if (!isIq(stanza, { xmlns: 'md', type: 'set', child: 'link_code_companion_reg' })) return false;
      const { stage } = childOf(stanza, 'link_code_companion_reg')?.attrs ?? {};
      if (stage === 'companion_hello') desk.hello(client, stanza);
      else desk.finish(client, stanza);
      return true;
    },
    onClose: (client) => desk.closed(client),
  };
}
