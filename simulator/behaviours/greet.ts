import { randomBytes } from 'node:crypto';

import type { Counters } from '../kit/counters.ts';
import { childOf, node, resultOf, SERVER, type Stanza } from '../kit/stanza.ts';
import type { Client } from '../transport/client.ts';
import { isIq } from './answer-iq.ts';
import type { Behaviour } from './behaviour.ts';

const ROUTING_BYTES = 8;

/**
 * What follows a successful login: by which way to connect next time, unless the client came by it, and what of the account
 * is dirty, that is, has changed since the device saw it. What the client declares clean is not dirty any more.
 */
export function greet(counters: Counters): Behaviour {
  const way = randomBytes(ROUTING_BYTES);
  const route = (client: Client): void => {
    if (client.routingInfo?.equals(way)) {
      counters.routedLogins += 1;
      return;
    }
    client.send(bulletin(node('edge_routing', {}, [node('routing_info', {}, way)])));
  };
  return {
    name: 'greet',
    onSend(stanza, client, send) {
      send(stanza);
      if (stanza.tag !== 'success') return;
      route(client);
      for (const [type, seconds] of client.device?.dirty ?? []) {
        client.send(bulletin(node('dirty', { type, timestamp: String(seconds) })));
      }
    },
    onStanza(stanza, client) {
      if (!isIq(stanza, { xmlns: 'urn:xmpp:whatsapp:dirty', type: 'set', child: 'clean' })) return false;
      client.device?.clean(childOf(stanza, 'clean')?.attrs.type);
      client.send(resultOf(stanza));
      return true;
    },
  };
}

function bulletin(child: Stanza): Stanza {
  return node('ib', { from: SERVER }, [child]);
}
