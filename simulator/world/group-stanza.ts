import { node, type Stanza } from '../kit/stanza.ts';
import { type Account } from './account.ts';
import { type Group, type GroupRole } from './group.ts';

/** Describes a group to its members (section 8 of the protocol notes). */
export function groupStanza(group: Group): Stanza {
  const { jid, subject, addressing, created, members, description, locked } = group;
  const owner = members.find((member) => group.roleOf(member) === 'superadmin')?.jid(addressing);
  const attrs = {
    id: jid.replace('@g.us', ''),
    subject,
    creation: String(created),
    s_t: String(created),
    addressing_mode: addressing,
    size: String(members.length),
    ...(owner !== undefined && { creator: owner, s_o: owner }),
  };
  return node('group', attrs, [
    ...(description ? [node('description', { id: description.id }, [bodyOf(description.text)])] : []),
    ...(locked ? [node('locked')] : []),
    ...members.map((member) => participantStanza(group, member, group.roleOf(member))),
  ]);
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
  return node('participant', { jid: person.jid(addressing), ...other, ...type, ...more });
}

/** The body of a description. */
export function bodyOf(text: string): Stanza {
  return node('body', {}, Buffer.from(text));
}
