import { childOf, errorOf, node, resultOf } from '../kit/stanza.ts';
import type { Directory } from '../world/directory.ts';
import { groupStanza } from '../world/group-stanza.ts';
import { isIq } from './answer-iq.ts';
import type { Behaviour } from './behaviour.ts';

/** Describes groups to their members (section 8 of the protocol notes). */
export function describeGroups(directory: Directory): Behaviour {
  return {
    name: 'describe groups',
    onStanza(stanza, client) {
      if (!isIq(stanza, { xmlns: 'w:g2', type: 'get' })) return false;
      const groups = directory.groupsOf(client.device?.owner);
      if (childOf(stanza, 'participating')) {
        client.send(resultOf(stanza, [node('groups', {}, groups.map(groupStanza))]));
        return true;
      }
      const group = groups.find(({ jid }) => jid === stanza.attrs.to);
      client.send(group ? resultOf(stanza, [groupStanza(group)]) : errorOf(stanza, '404', 'item-not-found'));
      return true;
    },
  };
}
