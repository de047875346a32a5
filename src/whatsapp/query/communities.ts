import {
  type BinaryNode,
  generateMessageIDV2,
  getBinaryNodeChild,
  getBinaryNodeChildren,
  jidEncode,
  type WASocket,
} from '@whiskeysockets/baileys';
import { extractGroupMetadata } from '@whiskeysockets/baileys/lib/Socket/groups.js';
import { AppError } from '../../domain/errors.ts';
import type { Community, Group, LinkedGroup, NewCommunity } from '../../domain/group.ts';
import type { CommunityActions } from '../../ports/group-actions.ts';
import { isGroup } from '../addressing/jid.ts';
import { type GroupQueries, SHOWN_MAX_AGE_MS, storeLids } from './group-queries.ts';
import { readGroup } from './read-group.ts';

/** The groups of communities, over one connection. */
export class BaileysCommunities implements CommunityActions {
  readonly #groups: GroupQueries;

  constructor(groups: GroupQueries) {
    this.#groups = groups;
  }

  create(community: NewCommunity): Promise<Group> {
    return this.#groups.ask(async (socket) => {
      const metadata = extractGroupMetadata(await asked(socket, '@g.us', creation(community), 'set'));
      this.#groups.cache.received(metadata);
      await storeLids(socket, [metadata]);
      return readGroup(metadata, socket.authState.keys);
    });
  }

  async groupsOf(groupId: string): Promise<Community> {
    const { isCommunity, linkedParent } = await this.#groups.metadata(groupId, SHOWN_MAX_AGE_MS);
    const communityId = isCommunity === true ? groupId : linkedParent;
    if (communityId === undefined || !isGroup(communityId)) return { communityId: null, groups: [] };
    const groups = await this.#groups.ask(async (socket) => linkedGroups(await asked(socket, communityId, SUB_GROUPS)));
    return { communityId, groups };
  }

  async link(communityId: string, groupId: string): Promise<void> {
    const link = { tag: 'link', attrs: { link_type: 'sub_group' }, content: [groupNode(groupId)] };
    await this.#change(communityId, groupId, { tag: 'links', attrs: {}, content: [link] });
  }

  async unlink(communityId: string, groupId: string): Promise<void> {
    const attrs = { unlink_type: 'sub_group' };
    await this.#change(communityId, groupId, { tag: 'unlink', attrs, content: [groupNode(groupId)] });
  }

  /** WhatsApp may accept the request, and refuse the group in it. */
  async #change(communityId: string, groupId: string, change: BinaryNode): Promise<void> {
    try {
      await this.#groups.change(communityId, async (socket) => {
        const code = errorIn(await asked(socket, communityId, change, 'set'), groupId);
        if (code === undefined) return;
        throw Object.assign(new Error('WhatsApp refused the group'), { data: Number(code) });
      });
    } finally {
      this.#groups.cache.changed(groupId);
    }
  }
}

const SUB_GROUPS: BinaryNode = { tag: 'sub_groups', attrs: {} };

async function asked(
  { query }: Pick<WASocket, 'query'>,
  to: string,
  question: BinaryNode,
  type: 'get' | 'set' = 'get',
): Promise<BinaryNode> {
  const attrs = { type, xmlns: 'w:g2', to };
  const answer = (await query({ tag: 'iq', attrs, content: [question] })) as BinaryNode | undefined;
  if (!answer) throw new AppError('whatsapp_timeout');
  return answer;
}

function creation({ subject, description, joinApproval }: NewCommunity): BinaryNode {
  const approval = joinApproval ? { default_membership_approval_mode: 'request_required' } : {};
  const body = { tag: 'body', attrs: {}, content: Buffer.from(description ?? '') };
  return {
    tag: 'create',
    attrs: { subject, key: generateMessageIDV2() },
    content: [
      ...(description === null
        ? []
        : [{ tag: 'description', attrs: { id: generateMessageIDV2().slice(0, 12) }, content: [body] }]),
      { tag: 'parent', attrs: approval },
    ],
  };
}

function groupNode(jid: string): BinaryNode {
  return { tag: 'group', attrs: { jid } };
}

function linkedGroups(answer: BinaryNode): LinkedGroup[] {
  const groups = getBinaryNodeChildren(getBinaryNodeChild(answer, 'sub_groups'), 'group');
  return groups.flatMap((group) => linkedGroup(group) ?? []);
}

function linkedGroup(group: BinaryNode): LinkedGroup | undefined {
  const { id = '', jid, subject = '', size } = group.attrs;
  const groupId = jid ?? (id.includes('@') ? id : jidEncode(id, 'g.us'));
  if (!isGroup(groupId) || groupId === '@g.us') return undefined;
  const count = Number(size);
  return {
    groupId,
    subject,
    isAnnouncements: getBinaryNodeChild(group, 'default_sub_group') !== undefined,
    size: Number.isSafeInteger(count) && count >= 0 ? count : null,
  };
}

/** The error at this group, wherever in the answer it stands. */
function errorIn({ tag, attrs, content }: BinaryNode, groupId: string): string | undefined {
  if (tag === 'group' && attrs.jid === groupId) return attrs.error;
  const children = Array.isArray(content) ? content : [];
  return children.map((child) => errorIn(child, groupId)).find((code) => code !== undefined);
}
