import { node, type Stanza } from '../kit/stanza.ts';
import { type Client } from '../transport/client.ts';
import { type Account } from '../world/account.ts';
import { type Directory } from '../world/directory.ts';
import { Group } from '../world/group.ts';
import { type PresenceLog } from '../world/presence-log.ts';
import { type Behaviour } from './behaviour.ts';

/** Dependencies of {@link subscribePresence}. */
export interface SubscriptionDeps {
  readonly directory: Directory;
  readonly presences: PresenceLog;
}

/**
 * Tells clients who is online, and since when the others are not, of the people and groups that they subscribe to: at once,
 * and with each change until they unsubscribe or disconnect. Whoever hides it was last seen `deny`.
 */
export function subscribePresence({ directory, presences }: SubscriptionDeps): Behaviour {
  const subscriptions = new Map<Client, Set<string>>();
  const tell = (client: Client, jid: string): void => {
    const whom = directory.group(jid) ?? directory.byJid(jid);
    if (whom) client.send(whom instanceof Group ? groupPresence(whom, presences) : presenceOf(whom, jid, presences));
  };
  presences.watch(({ of, chat }) => {
    if (chat !== undefined) return;
    const names = new Set([of.jid('pn'), of.jid('lid'), ...directory.groupsOf(of).map(({ jid }) => jid)]);
    for (const [client, jids] of subscriptions) for (const jid of jids) if (names.has(jid)) tell(client, jid);
  });
  return {
    name: 'subscribe presence',
    onStanza({ tag, attrs: { type, to = '' } }, client) {
      if (tag !== 'presence' || (type !== 'subscribe' && type !== 'unsubscribe')) return false;
      const jids = subscriptions.get(client) ?? new Set();
      subscriptions.set(client, jids);
      if (type === 'subscribe') {
        jids.add(to);
        tell(client, to);
      } else jids.delete(to);
      return true;
    },
    onClose: (client) => void subscriptions.delete(client),
  };
}

function presenceOf(person: Account, from: string, presences: PresenceLog): Stanza {
  const { isOnline, sinceMs } = presences.stateOf(person);
  if (isOnline) return node('presence', { from });
  const seen = sinceMs === undefined ? 'none' : String(Math.floor(sinceMs / 1000));
  const last = person.privacy.of('last') === 'none' ? 'deny' : seen;
  return node('presence', { from, type: 'unavailable', last });
}

function groupPresence({ jid, members }: Group, presences: PresenceLog): Stanza {
  const count = members.filter((member) => presences.stateOf(member).isOnline).length;
  return node('presence', { from: jid, type: count > 0 ? 'available' : 'unavailable', count: String(count) });
}
