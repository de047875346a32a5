import {
  areJidsSameUser,
  type BinaryNode,
  getBinaryNodeChild,
  proto,
  type WAMessage,
  type WASocket,
} from '@whiskeysockets/baileys';
import type { NotedTimer } from '../../domain/chat.ts';
import { isGroup } from '../addressing/jid.ts';
import { isTimer, timerIn } from '../messages/chat-timer.ts';
import { chatNames } from './changes.ts';
import type { FindPeople, Owned } from './sender.ts';

const { CHANGE_EPHEMERAL_SETTING } = proto.WebMessageInfo.StubType;

/** Whether WhatsApp's server itself announced this change of a group. */
function isAnnounced({ messageStubType }: WAMessage): boolean {
  return messageStubType === CHANGE_EPHEMERAL_SETTING;
}

/**
 * Whether this may say anything of its chat's timer: in a group only WhatsApp's server says it, which knows who may change it;
 * what members write does not count.
 */
export function maySetTimer(message: WAMessage): boolean {
  return !isGroup(message.key.remoteJid ?? '') || isAnnounced(message);
}

/** What a message says of its chat's timer, if anything. */
export async function notedTimer(
  owned: Owned & { sentAtMs: number },
  find: FindPeople,
): Promise<NotedTimer | undefined> {
  const { message, sentAtMs } = owned;
  const timer = message.message && maySetTimer(message) ? timerIn(message.message, sentAtMs) : undefined;
  if (!timer) return undefined;
  const names = await chatNames(owned, find);
  return { ...timer, names: names.toSorted(byLidFirst), saidAtMs: sentAtMs };
}

/** People change their number, but not their LID. */
function byLidFirst(one: string, other: string): number {
  return Number(other.endsWith('@lid')) - Number(one.endsWith('@lid'));
}

/** Dependencies of {@link takeGroupTimers}. */
export interface GroupTimersDeps {
  /** Its metadata has the timer, too. */
  groups: { changed(groupId: string): void };
  /** Receives the change as a message of the group; `queued` if it had waited at WhatsApp. */
  changed: (message: WAMessage, queued: boolean) => void;
}

/** Takes the changes of groups' timers from the stanzas: what Baileys makes of them could as well be from any member. */
export function takeGroupTimers({ ws, authState }: WASocket, { groups, changed }: GroupTimersDeps): void {
  ws.on('CB:notification,type:w:gp2', (node: BinaryNode) => {
    const { from = '', offline } = node.attrs;
    const child = getBinaryNodeChild(node, 'ephemeral') ?? getBinaryNodeChild(node, 'not_ephemeral');
    if (!child || !isGroup(from)) return;
    groups.changed(from);
    const seconds = child.tag === 'ephemeral' ? Number(child.attrs.expiration) : 0;
    const { id, lid } = authState.creds.me ?? {};
    if (isTimer(seconds)) changed(announcement(node, seconds, [id, lid]), offline !== undefined);
  });
}

/** In the form of a message of the group, marked so that it cannot be taken for one that a member wrote. */
function announcement({ attrs }: BinaryNode, seconds: number, me: readonly (string | undefined)[]): WAMessage {
  const { from = '', id = '', participant = '', participant_pn: number, participant_lid: lid, notify, t } = attrs;
  const alias = number ?? lid;
  return {
    key: {
      ...{ remoteJid: from, id, participant },
      ...(alias !== undefined && { participantAlt: alias }),
      fromMe: participant !== '' && me.some((own) => areJidsSameUser(own, participant)),
    },
    message: {
      protocolMessage: {
        type: proto.Message.ProtocolMessage.Type.EPHEMERAL_SETTING,
        ephemeralExpiration: seconds,
      },
    },
    messageTimestamp: Number(t),
    messageStubType: CHANGE_EPHEMERAL_SETTING,
    ...(notify !== undefined && { pushName: notify }),
  };
}
