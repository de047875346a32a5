import { type BinaryNode, getBinaryNodeChild, getBinaryNodeChildString } from '@whiskeysockets/baileys';
import { parseGroupId } from '../../domain/address.ts';
import type { GroupNews } from '../../domain/group-event.ts';
import { type JoinMethod, joinMethodOf } from '../../domain/group.ts';
import { isGroup } from '../addressing/jid.ts';
import type { Addresses } from '../addressing/people.ts';
import { isTimer } from '../messages/chat-timer.ts';

/** A notification has one change; more than a few are not worth the work. */
const MOST_CHANGES = 20;
/** More than a community has. */
const MOST_PEOPLE = 5_000;
/** WhatsApp's own limits are 100 and 2,048. */
const LONGEST = { subject: 1_000, description: 10_000 };

/** What a notification says of a group, with people as WhatsApp addresses them. */
export type RawNews =
  | {
      kind: 'members';
      action: 'add' | 'remove' | 'leave' | 'promote' | 'demote';
      reason?: string | undefined;
      people: Addresses[];
    }
  /** The account itself is in the group now. */
  | { kind: 'created' }
  | { kind: 'update'; changes: GroupNews }
  | { kind: 'request'; isNew: boolean; method: JoinMethod | null; people: Addresses[] };

/** The group that a notification is about; `undefined` when it is about none. */
export function groupOf({ attrs }: BinaryNode): string | undefined {
  const { from = '', type } = attrs;
  return isGroup(from) && (type === 'w:gp2' || type === 'picture') ? parseGroupId(from) : undefined;
}

/** What a notification about a group says. Whatever has no name here says nothing. */
export function newsIn({ attrs, content }: BinaryNode): (RawNews | undefined)[] {
  const children = Array.isArray(content) ? content.slice(0, MOST_CHANGES) : [];
  const readers = attrs.type === 'picture' ? PICTURES : CHANGES;
  return children.map((child) => (Object.hasOwn(readers, child.tag) ? readers[child.tag]?.(child) : undefined));
}

type Reader = (child: BinaryNode) => RawNews | undefined;

/** By the tag of the change. */
const CHANGES: Partial<Record<string, Reader>> = {
  add: members('add'),
  remove: members('remove'),
  leave: members('leave'),
  promote: members('promote'),
  demote: members('demote'),
  create: () => ({ kind: 'created' }),
  subject: ({ attrs: { subject } }) =>
    subject === undefined ? undefined : update({ subject: shown(subject, 'subject') }),
  description: (child) => {
    const body = getBinaryNodeChild(child, 'body') ? (getBinaryNodeChildString(child, 'body') ?? '') : '';
    return update({ description: body === '' ? null : shown(body, 'description') });
  },
  announcement: () => update({ announce: true }),
  not_announcement: () => update({ announce: false }),
  locked: () => update({ locked: true }),
  unlocked: () => update({ locked: false }),
  member_add_mode: ({ content }) => {
    const mode = textOf(content);
    if (mode !== 'all_member_add' && mode !== 'admin_add') return undefined;
    return update({ member_add: mode === 'all_member_add' ? 'everybody' : 'admins' });
  },
  membership_approval_mode: (child) => {
    const state = getBinaryNodeChild(child, 'group_join')?.attrs.state;
    return state === undefined ? undefined : update({ join_approval: state === 'on' });
  },
  ephemeral: ({ attrs }) => {
    const seconds = Number(attrs.expiration);
    return isTimer(seconds) ? update({ disappearing_seconds: seconds }) : undefined;
  },
  not_ephemeral: () => update({ disappearing_seconds: 0 }),
  invite: () => update({ invite_link: 'revoked' }),
  link: community(true),
  unlink: community(false),
  delete: () => update({ deleted: true }),
  created_membership_requests: requests(true),
  revoked_membership_requests: requests(false),
};

const PICTURES: Partial<Record<string, Reader>> = {
  set: () => update({ picture: 'set' }),
  delete: () => update({ picture: 'removed' }),
};

function update(changes: GroupNews): RawNews {
  return { kind: 'update', changes };
}

function members(action: Extract<RawNews, { kind: 'members' }>['action']): Reader {
  return (child) => ({ kind: 'members', action, reason: child.attrs.reason, people: peopleIn(child) });
}

function requests(isNew: boolean): Reader {
  return (child) => ({
    ...{ kind: 'request', isNew, people: peopleIn(child) },
    method: child.attrs.request_method === undefined ? null : joinMethodOf(child.attrs.request_method),
  });
}

/** A community is told of its groups, too: only the groups are told of here. */
function community(is: boolean): Reader {
  return (child) => {
    if ((child.attrs.link_type ?? child.attrs.unlink_type) !== 'parent_group') return undefined;
    const parent = getBinaryNodeChild(child, 'group')?.attrs.jid ?? '';
    const communityId = isGroup(parent) ? parseGroupId(parent) : undefined;
    return communityId === undefined ? undefined : update({ community_id: is ? communityId : null });
  };
}

function peopleIn({ content }: BinaryNode): Addresses[] {
  const named = Array.isArray(content) ? content.filter(({ attrs }) => attrs.jid !== undefined) : [];
  return named.slice(0, MOST_PEOPLE).map(({ attrs: { jid, phone_number: number, lid } }) => [jid, number, lid]);
}

/** Half an emoji, as left by truncation, cannot be encoded in UTF-8. */
function shown(text: string, what: keyof typeof LONGEST): string {
  return text.slice(0, LONGEST[what]).toWellFormed();
}

function textOf(content: BinaryNode['content']): string {
  if (typeof content === 'string') return content;
  return content instanceof Uint8Array ? Buffer.from(content.subarray(0, 64)).toString() : '';
}
