import { node, type Stanza } from '../kit/stanza.ts';
import type { Account } from './account.ts';
import type { Addressing } from './address.ts';
import type { Group, GroupRole } from './group.ts';

/** Describes a group to its members (section 8 of the protocol notes). */
export function groupStanza(group: Group): Stanza {
  const { jid, subject, addressing, created, members, description, settings, timer, version } = group;
  const owner = members.find((member) => group.roleOf(member) === 'superadmin');
  const attrs = {
    id: jid.replace('@g.us', ''),
    subject,
    creation: String(created),
    s_t: String(created),
    addressing_mode: addressing,
    size: String(members.length),
    p_v_id: version,
    a_v_id: version,
    ...(owner && { ...named('creator', owner, addressing), ...named('s_o', owner, addressing) }),
  };
  return node('group', attrs, [
    ...(description ? [node('description', { id: description.id }, [bodyOf(description.text)])] : []),
    ...settings.stanzas(),
    ...(timer ? [node('ephemeral', { expiration: String(timer.seconds), trigger: '1' })] : []),
    ...members.map((member) => memberStanza(group, member)),
  ]);
}

/** Names a member, with the role in the group and the time of joining. */
export function memberStanza(group: Group, member: Account): Stanza {
  const joined = group.joinedAt(member);
  const more = joined === undefined ? {} : { join_time: String(joined) };
  return participantStanza(group, member, group.roleOf(member), more);
}

/** Attributes that name a person in both addressings. */
export function named(attribute: string, person: Account, addressing: Addressing): Record<string, string> {
  const other: Addressing = addressing === 'lid' ? 'pn' : 'lid';
  return { [attribute]: person.jid(addressing), [`${attribute}_${other}`]: person.jid(other) };
}

/** Names a person in both addressings, with the role in the group; `more` carries an error. */
export function participantStanza(
  { addressing }: Group,
  person: Account,
  role: GroupRole | undefined,
  more: Record<string, string> = {},
): Stanza {
  const other = addressing === 'lid' ? { phone_number: person.jid('pn') } : { lid: person.jid('lid') };
  const type = role === undefined || role === 'member' ? {} : { type: role };
  const chosen = person.username === undefined ? {} : { username: person.username };
  return node('participant', { jid: person.jid(addressing), ...other, ...chosen, ...type, ...more });
}

/** The body of a description. */
export function bodyOf(text: string): Stanza {
  return node('body', {}, Buffer.from(text));
}
