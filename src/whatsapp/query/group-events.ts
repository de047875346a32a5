import { type GroupMetadata, proto, type WAMessage } from '@whiskeysockets/baileys';
import type { EventTaps } from '../baileys/event-tap.ts';
import { isGroup } from '../addressing/jid.ts';
import type { GroupCache } from './group-cache.ts';

const { CIPHERTEXT, GROUP_CREATE } = proto.WebMessageInfo.StubType;

/** Updates the cache from Baileys' events, which carry whole groups, or a group's new subject. */
export function groupTaps(cache: GroupCache): Pick<EventTaps, 'groups.upsert' | 'groups.update'> {
  const take = (groups: readonly Partial<GroupMetadata>[]): void => {
    for (const group of groups) {
      if (isWhole(group)) cache.received(group);
      else if (group.id !== undefined && group.subject !== undefined) cache.renamed(group.id, group.subject);
    }
  };
  return { 'groups.upsert': take, 'groups.update': take };
}

/** Every change of a group also comes as a message without content, including changes for which Baileys emits no other event. */
export function noteStub({ key, messageStubType }: WAMessage, cache: GroupCache): void {
  if (!messageStubType || messageStubType === CIPHERTEXT || messageStubType === GROUP_CREATE) return;
  if (key.remoteJid && isGroup(key.remoteJid)) cache.changed(key.remoteJid);
}

function isWhole(group: Partial<GroupMetadata>): group is GroupMetadata {
  return group.id !== undefined && group.subject !== undefined && Array.isArray(group.participants);
}
