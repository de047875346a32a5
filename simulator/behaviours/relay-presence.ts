import { childrenOf, type Stanza } from '../kit/stanza.ts';
import type { Client } from '../transport/client.ts';
import type { Account } from '../world/account.ts';
import { parseJid } from '../world/address.ts';
import { showChatState } from '../world/chat-state.ts';
import type { Directory } from '../world/directory.ts';
import type { PresenceLog, ShownPresence } from '../world/presence-log.ts';
import type { Behaviour } from './behaviour.ts';

/** Dependencies of {@link relayPresence}. */
export interface PresenceDeps {
  readonly directory: Directory;
  readonly presences: PresenceLog;
}

/**
 * Records who is online and who types or records where, for the phones of others, and relays chat states to their
 * linked devices. Like WhatsApp, it ignores the presence of clients without a name, and chat states of clients that are
 * not online, or to the number of a migrated account.
 */
export function relayPresence({ directory, presences }: PresenceDeps): Behaviour {
  const online = new Set<Client>();
  const accountOf = (client: Client): Account | undefined => directory.byJid(client.device?.jid('pn'));
  const leave = (client: Client): void => {
    const of = accountOf(client);
    if (online.delete(client) && of) presences.note({ of, state: 'unavailable' });
  };
  const takePresence = ({ attrs }: Stanza, client: Client, of: Account): void => {
    if (attrs.type === 'unavailable') leave(client);
    if (attrs.type !== 'available' || !attrs.name || online.has(client)) return;
    online.add(client);
    presences.note({ of, state: 'available' });
  };
  const takeChatState = (stanza: Stanza, client: Client, of: Account): void => {
    const chat = directory.group(stanza.attrs.to) ?? directory.byJid(stanza.attrs.to);
    const state = chatStateIn(stanza);
    if (!chat || !state || !online.has(client) || directory.isMovedAway(stanza.attrs.to)) return;
    presences.note({ of, state, chat });
    const addressing = parseJid(stanza.attrs.to)?.addressing ?? 'lid';
    if (client.device) showChatState({ from: client.device, chat, addressing, content: stanza.content });
  };
  return {
    name: 'relay presence',
    onStanza(stanza, client) {
      const of = accountOf(client);
      if (!of || !['presence', 'chatstate'].includes(stanza.tag)) return false;
      if (stanza.tag === 'presence') takePresence(stanza, client, of);
      else takeChatState(stanza, client, of);
      return true;
    },
    onClose: leave,
  };
}

function chatStateIn(stanza: Stanza): ShownPresence | undefined {
  const [shown] = childrenOf(stanza);
  if (shown?.tag === 'paused') return 'paused';
  if (shown?.tag !== 'composing') return undefined;
  return shown.attrs.media === 'audio' ? 'recording' : 'composing';
}
