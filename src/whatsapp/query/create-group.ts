import { type BinaryNode, generateMessageIDV2, type GroupMetadata, type WASocket } from '@whiskeysockets/baileys';
import { extractGroupMetadata } from '@whiskeysockets/baileys/lib/Socket/groups.js';
import { AppError } from '../../domain/errors.ts';
import { type Outcome, outcomeOf } from './participants.ts';
import { addressesOf } from './read-group.ts';

/**
 * Creates a group like Baileys' `groupCreate`, which counts people whom WhatsApp could not add as members.
 * With `communityId`, the group belongs to that community.
 * @returns the group, and the outcome for each person
 * @throws AppError `whatsapp_timeout`
 */
export async function createGroup(
  { query }: Pick<WASocket, 'query'>,
  { subject, jids, communityId }: { subject: string; jids: readonly string[]; communityId: string | undefined },
): Promise<{ metadata: GroupMetadata; outcomes: Outcome[] }> {
  const people = jids.map((jid) => ({ tag: 'participant', attrs: { jid } }));
  const within = communityId === undefined ? [] : [{ tag: 'linked_parent', attrs: { jid: communityId } }];
  const answer = (await query({
    tag: 'iq',
    attrs: { type: 'set', xmlns: 'w:g2', to: '@g.us' },
    content: [{ tag: 'create', attrs: { subject, key: generateMessageIDV2() }, content: [...people, ...within] }],
  })) as BinaryNode | undefined;
  if (!answer) throw new AppError('whatsapp_timeout');
  const metadata = extractGroupMetadata(answer);
  const outcomes = childrenOf(childrenOf(answer)[0])
    .filter(({ tag }) => tag === 'participant')
    .map(outcomeOf);
  const outside = new Set(outcomes.filter(({ error }) => error !== undefined).flatMap(({ addresses }) => addresses));
  const participants = metadata.participants.filter((each) => !addressesOf(each).some((jid) => outside.has(jid ?? '')));
  return { metadata: { ...metadata, participants, size: participants.length }, outcomes };
}

function childrenOf(node: BinaryNode | undefined): BinaryNode[] {
  return Array.isArray(node?.content) ? node.content : [];
}
