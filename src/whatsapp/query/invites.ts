import { type BinaryNode, getBinaryNodeChild, type WASocket } from '@whiskeysockets/baileys';
import { AppError } from '../../domain/errors.ts';
import type { GroupFacts, Joining } from '../../domain/group.ts';
import type { InviteActions } from '../../ports/group-actions.ts';
import { isGroup } from '../addressing/jid.ts';
import type { GroupQueries } from './group-queries.ts';
import type { Refusals } from './queries.ts';
import { readFacts } from './read-group.ts';

/** A code without sense is 406, one that was revoked or has expired 410. */
const INVALID: Refusals = {
  400: 'invite_not_valid',
  404: 'invite_not_valid',
  406: 'invite_not_valid',
  410: 'invite_not_valid',
  419: 'group_full',
};

/** The invite links of groups, over one connection. */
export class BaileysInvites implements InviteActions {
  readonly #groups: GroupQueries;

  constructor(groups: GroupQueries) {
    this.#groups = groups;
  }

  code(groupId: string): Promise<string> {
    return this.#code((socket) => socket.groupInviteCode(groupId));
  }

  revoke(groupId: string): Promise<string> {
    return this.#code((socket) => socket.groupRevokeInvite(groupId));
  }

  async view(code: string): Promise<GroupFacts> {
    const facts = async (socket: WASocket): Promise<GroupFacts> =>
      readFacts(await socket.groupGetInviteInfo(code), socket.authState.keys);
    return this.#groups.ask(facts, INVALID);
  }

  async join(code: string): Promise<Joining> {
    const joining = await this.#groups.ask((socket) => follow(socket, code), INVALID);
    this.#groups.cache.changed(joining.groupId);
    return joining;
  }

  async #code(question: (socket: WASocket) => Promise<string | undefined>): Promise<string> {
    const code = await this.#groups.ask(question);
    if (code === undefined) throw new AppError('whatsapp_refused');
    return code;
  }
}

/** Like Baileys' `groupAcceptInvite`, which does not tell a group whose admins have to decide from no answer. */
async function follow({ query }: Pick<WASocket, 'query'>, code: string): Promise<Joining> {
  const answer = (await query({
    tag: 'iq',
    attrs: { type: 'set', xmlns: 'w:g2', to: '@g.us' },
    content: [{ tag: 'invite', attrs: { code } }],
  })) as BinaryNode | undefined;
  if (!answer) throw new AppError('whatsapp_timeout');
  const joined = getBinaryNodeChild(answer, 'group');
  const groupId = (joined ?? getBinaryNodeChild(answer, 'membership_approval_request'))?.attrs.jid;
  if (groupId === undefined || !isGroup(groupId)) throw new AppError('whatsapp_refused');
  return { groupId, joined: joined !== undefined };
}
