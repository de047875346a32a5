import { bytesOf, childOf, node, type Stanza } from '../kit/stanza.ts';
import type { Client } from '../transport/client.ts';
import type { Account } from '../world/account.ts';
import type { Directory } from '../world/directory.ts';
import { Group } from '../world/group.ts';
import type { PresenceLog } from '../world/presence-log.ts';
import { isShownTo } from '../world/shown-to.ts';
import type { TrustBook } from '../world/trust-book.ts';
import type { Behaviour } from './behaviour.ts';

/** Dependencies of {@link subscribePresence}. */
export interface SubscriptionDeps {
  readonly directory: Directory;
  readonly presences: PresenceLog;
  readonly trust: TrustBook;
}

/**
 * Tells clients who is online, and since when the others are not, of the people and groups that they subscribe to: at once,
 * and with each change until they unsubscribe or disconnect. Whoever hides it from them is away, and was last seen `deny`.
 */
export function subscribePresence({ directory, presences, trust }: SubscriptionDeps): Behaviour {
  const subscriptions = new Map<Client, Map<string, Buffer>>();
  const tell = (client: Client, jid: string, token: Buffer): void => {
    const whom = directory.group(jid) ?? directory.byJid(jid);
    if (!whom) return;
    if (whom instanceof Group) {
      client.send(groupPresence(whom, presences));
      return;
    }
    const viewer = directory.byJid(client.device?.jid('pn'));
    const isShown = isShownTo({ owner: whom, viewer, token }, 'last', trust);
    client.send(isShown ? presenceOf(whom, jid, presences) : hidden(jid));
  };
  presences.watch(({ of, chat }) => {
    if (chat !== undefined) return;
    const names = new Set([of.jid('pn'), of.jid('lid'), ...directory.groupsOf(of).map(({ jid }) => jid)]);
    for (const [client, jids] of subscriptions)
      for (const [jid, token] of jids) if (names.has(jid)) tell(client, jid, token);
  });
  return {
    name: 'subscribe presence',
    onStanza(stanza, client) {
      const { tag, attrs } = stanza;
      const { type, to = '' } = attrs;
      if (tag !== 'presence' || (type !== 'subscribe' && type !== 'unsubscribe')) return false;
      const jids = subscriptions.get(client) ?? new Map<string, Buffer>();
      subscriptions.set(client, jids);
      if (type === 'subscribe') {
        const token = bytesOf(childOf(stanza, 'tctoken'));
        jids.set(to, token);
        tell(client, to, token);
      } else jids.delete(to);
      return true;
    },
    onClose: (client) => void subscriptions.delete(client),
  };
}

function presenceOf(person: Account, from: string, presences: PresenceLog): Stanza {
  const { isOnline, sinceMs } = presences.stateOf(person);
  if (isOnline) return node('presence', { from });
  const last = sinceMs === undefined ? 'none' : String(Math.floor(sinceMs / 1000));
  return node('presence', { from, type: 'unavailable', last });
}

function hidden(from: string): Stanza {
  return node('presence', { from, type: 'unavailable', last: 'deny' });
}

function groupPresence({ jid, members }: Group, presences: PresenceLog): Stanza {
  const count = members.filter((member) => presences.stateOf(member).isOnline).length;
  return node('presence', { from: jid, type: count > 0 ? 'available' : 'unavailable', count: String(count) });
}
