import { childOf, childrenOf, type Stanza } from '../kit/stanza.ts';
import type { Behaviour } from './behaviour.ts';
import { messageAck } from './relay-messages.ts';

/** Refuses messages whose `<biz>` WhatsApp does not accept; `now` is in milliseconds since the Unix epoch. */
export function checkBusinessNodes(now: () => number): Behaviour {
  return {
    name: 'check business nodes',
    onStanza(stanza, client) {
      const error = stanza.tag === 'message' && client.device ? refusalOf(childOf(stanza, 'biz')) : undefined;
      if (error === undefined) return false;
      client.send(messageAck(stanza, Math.floor(now() / 1000), { error }));
      return true;
    },
  };
}

/** The older `<buttons>`, and an `<interactive>` that does not say what is in the message (measured: whatsmeow#1235). */
function refusalOf(biz: Stanza | undefined): string | undefined {
  if (childOf(biz, 'buttons')) return '405';
  const interactive = childOf(biz, 'interactive');
  return interactive && childrenOf(interactive).length === 0 ? '479' : undefined;
}
