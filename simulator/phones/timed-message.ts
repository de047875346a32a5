import { extractMessageContent, proto } from '@whiskeysockets/baileys';

import type { ChatTimer } from '../world/chat-timer.ts';

const { EPHEMERAL_SETTING } = proto.Message.ProtocolMessage.Type;
const { Initiator, Trigger } = proto.DisappearingMode;

/** How phones say where a timer comes from. */
const MODES: Record<ChatTimer['origin'], proto.IDisappearingMode> = {
  chat: { initiator: Initiator.CHANGED_IN_CHAT, trigger: Trigger.CHAT_SETTING },
  'own-default': { initiator: Initiator.INITIATED_BY_ME, trigger: Trigger.ACCOUNT_SETTING },
  'other-default': { initiator: Initiator.INITIATED_BY_OTHER, trigger: Trigger.ACCOUNT_SETTING },
};

/** What disappears. The rest is about other messages, or about the chat, and names no timer. */
const DISAPPEARING = new Set([
  ...['conversation', 'extendedTextMessage', 'imageMessage', 'videoMessage', 'ptvMessage', 'audioMessage'],
  ...['documentMessage', 'stickerMessage', 'locationMessage', 'liveLocationMessage', 'contactMessage'],
  ...['contactsArrayMessage', 'pollCreationMessage', 'pollCreationMessageV2', 'pollCreationMessageV3', 'eventMessage'],
]);

/** A part of a message that says what it is, or a wrapper around one. */
interface Leaf {
  readonly contextInfo?: proto.IContextInfo | null;
  readonly message?: proto.IMessage | null;
}

/** The change of a chat's timer as a message: to the other side, and to the own devices. */
export function timerMessage({ seconds, setAt, origin }: ChatTimer): proto.IMessage {
  return {
    ephemeralMessage: {
      message: {
        protocolMessage: {
          type: EPHEMERAL_SETTING,
          ephemeralExpiration: seconds,
          ephemeralSettingTimestamp: setAt,
          disappearingMode: MODES[origin],
        },
      },
    },
  };
}

/**
 * The message as phones send it in a chat with this timer: it names the timer and, unless that is off, is wrapped as one
 * that disappears. What already names a timer stays as it is.
 */
export function timed(message: proto.IMessage, timer: ChatTimer): proto.IMessage {
  const { messageContextInfo, ...content } = message;
  const named = withTimer(content, timer);
  if (!named) return message;
  return {
    ...(timer.seconds > 0 ? { ephemeralMessage: { message: named } } : named),
    ...(messageContextInfo && { messageContextInfo }),
  };
}

/** The timer that a message names, if any, as its sender sees it. */
export function timerIn(message: proto.IMessage, sentAt: number): Omit<ChatTimer, 'origin'> | undefined {
  const content = extractMessageContent(message);
  const change = content?.protocolMessage;
  if (change?.type === EPHEMERAL_SETTING) {
    return { seconds: change.ephemeralExpiration ?? 0, setAt: Number(change.ephemeralSettingTimestamp ?? sentAt) };
  }
  const info = contextOf(content);
  if (info?.expiration === undefined || info.expiration === null) return undefined;
  return { seconds: info.expiration, setAt: Number(info.ephemeralSettingTimestamp ?? sentAt) };
}

/** The seconds after which a message disappears; undefined when it does not say so. */
export function expirationOf(message: proto.IMessage): number | undefined {
  return contextOf(extractMessageContent(message))?.expiration ?? undefined;
}

/** Whether a message says that its sender has this timer by default. */
export function isByDefault(message: proto.IMessage): boolean {
  return contextOf(extractMessageContent(message))?.disappearingMode?.trigger === Trigger.ACCOUNT_SETTING;
}

function contextOf(content: proto.IMessage | undefined): proto.IContextInfo | undefined {
  const leaves = Object.entries(content ?? {}).filter(([field]) => DISAPPEARING.has(field));
  return (leaves as [string, Leaf | null][]).map(([, leaf]) => leaf?.contextInfo ?? undefined).find((info) => info);
}

function withTimer(content: proto.IMessage, timer: ChatTimer): proto.IMessage | undefined {
  const [first] = Object.entries(content) as [string, Leaf | string][];
  if (!first) return undefined;
  const [field, leaf] = first;
  if (field === 'conversation') return { extendedTextMessage: { text: leaf as string, contextInfo: infoOf(timer) } };
  if (typeof leaf === 'string') return undefined;
  if (leaf.message && field !== 'ephemeralMessage') {
    const message = withTimer(leaf.message, timer);
    return message && { [field]: { ...leaf, message } };
  }
  if (!DISAPPEARING.has(field) || leaf.contextInfo?.expiration !== undefined) return undefined;
  return { [field]: { ...leaf, contextInfo: { ...leaf.contextInfo, ...infoOf(timer) } } };
}

function infoOf({ seconds, setAt, origin }: ChatTimer): proto.IContextInfo {
  return { expiration: seconds, ephemeralSettingTimestamp: setAt, disappearingMode: MODES[origin] };
}
