import { childOf, errorOf, node, resultOf, type Stanza } from '../kit/stanza.ts';
import { type Directory } from '../world/directory.ts';
import { type Group } from '../world/group.ts';
import { isIq } from './answer-iq.ts';
import { type Behaviour } from './behaviour.ts';

/**
 * Says what groups there are and who is in them, to their members (section 8 of the protocol notes). Changes to groups
 * are not made.
 */
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

function groupStanza({ jid, subject, addressing, created, members }: Group): Stanza {
  const participants = members.map((member, index) => {
    const other = addressing === 'lid' ? { phone_number: member.jid('pn') } : { lid: member.jid('lid') };
    const role = index === 0 ? { type: 'superadmin' } : {};
    return node('participant', { jid: member.jid(addressing), ...other, ...role });
  });
  const owner = members[0]?.jid(addressing);
  const attrs = {
    id: jid.replace('@g.us', ''),
    subject,
    creation: String(created),
    s_t: String(created),
    addressing_mode: addressing,
    size: String(members.length),
    ...(owner !== undefined && { creator: owner, s_o: owner }),
  };
  return node('group', attrs, participants);
}
