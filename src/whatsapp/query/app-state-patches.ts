import { proto } from '@whiskeysockets/baileys';
import type { ContactEntry } from '../../domain/account.ts';
import type { Label, LabeledItem } from '../../domain/label.ts';
import type { AppStatePatch } from '../baileys/app-state-resync.ts';

const { SET, REMOVE } = proto.SyncdMutation.SyncdOperation;

/** How WhatsApp writes a mute without end. */
const ALWAYS = -1;

/** A message as its star or its removal names it. */
export interface NamedMessage {
  chat: string;
  id: string;
  isOwn: boolean;
  /** Who wrote it, in a group. */
  author: string | undefined;
  /** In Unix seconds. */
  sentAt: number;
}

type Action = AppStatePatch['syncAction'];

/** The numbers are the versions of each kind of setting, as WhatsApp Web writes them. */
function patch(type: AppStatePatch['type'], apiVersion: number, index: string[], action: Action) {
  return (nowMs: number): AppStatePatch => ({
    ...{ type, apiVersion, index, operation: SET },
    syncAction: { ...action, timestamp: nowMs },
  });
}

/** A change of app state, to be dated. */
export type DatedPatch = ReturnType<typeof patch>;

/** Everything up to now: WhatsApp's clients ignore what was decided before the newest message of a chat. */
function upTo(seconds: number): proto.SyncActionValue.ISyncActionMessageRange {
  return { lastMessageTimestamp: seconds, messages: [] };
}

/** Archives a chat, or fetches it back. */
export const archive = (chat: string, archived: boolean, seconds: number): DatedPatch =>
  patch('regular_low', 3, ['archive', chat], { archiveChatAction: { archived, messageRange: upTo(seconds) } });

/** Pins a chat, or unpins it. */
export const pin = (chat: string, pinned: boolean): DatedPatch =>
  patch('regular_low', 5, ['pin_v1', chat], { pinAction: { pinned } });

/** Mutes a chat until then (Unix ms), or ends that. */
export const mute = (chat: string, untilMs: number | 'always' | null): DatedPatch =>
  patch('regular_high', 2, ['mute', chat], {
    muteAction:
      untilMs === null ? { muted: false } : { muted: true, muteEndTimestamp: untilMs === 'always' ? ALWAYS : untilMs },
  });

/** Marks a chat as read or unread. */
export const markRead = (chat: string, read: boolean, seconds: number): DatedPatch =>
  patch('regular_low', 3, ['markChatAsRead', chat], { markChatAsReadAction: { read, messageRange: upTo(seconds) } });

/** Starred messages go, too; files stay where people saved them. */
export const clear = (chat: string, seconds: number): DatedPatch =>
  patch('regular_high', 6, ['clearChat', chat, '1', '0'], { clearChatAction: { messageRange: upTo(seconds) } });

/** Removes a chat with everything in it. */
export const deleteChat = (chat: string, seconds: number): DatedPatch =>
  patch('regular_high', 6, ['deleteChat', chat, '1'], { deleteChatAction: { messageRange: upTo(seconds) } });

/** Stars a message, or no longer. */
export const star = (message: NamedMessage, starred: boolean): DatedPatch =>
  patch('regular_low', 2, ['star', ...nameOf(message)], { starAction: { starred } });

/** Removes a message from the own devices. */
export const deleteForMe = (message: NamedMessage, deleteMedia: boolean): DatedPatch =>
  patch('regular_high', 3, ['deleteMessageForMe', ...nameOf(message)], {
    deleteMessageForMeAction: { deleteMedia, messageTimestamp: message.sentAt },
  });

/** Creates a label, or changes it. */
export const editLabel = ({ labelId, name, color, predefinedId }: Label): DatedPatch =>
  patch('regular', 3, ['label_edit', labelId], {
    labelEditAction: { name, color, deleted: false, ...(predefinedId !== null && { predefinedId }) },
  });

/** Deletes a label. The name stays, as in WhatsApp Web: phones take a nameless one for damaged. */
export const deleteLabel = ({ labelId, name, color }: Label): DatedPatch =>
  patch('regular', 3, ['label_edit', labelId], { labelEditAction: { name, color, deleted: true } });

/** Puts a label on a chat or a message, or takes it off. */
export const label = ({ labelId, chatId, messageId }: LabeledItem, labeled: boolean): DatedPatch =>
  patch(
    'regular',
    3,
    messageId === null ? ['label_jid', labelId, chatId] : ['label_message', labelId, chatId, messageId, '0', '0'],
    { labelAssociationAction: { labeled } },
  );

/** `jid` has the number where that is known, as phones write it. */
export const saveContact = (jid: string, lidJid: string | null, { fullName, firstName }: ContactEntry): DatedPatch =>
  patch('critical_unblock_low', 2, ['contact', jid], {
    contactAction: { fullName, firstName, saveOnPrimaryAddressbook: true, ...(lidJid !== null && { lidJid }) },
  });

/** Removes somebody from the address book. */
export const removeContact =
  (jid: string): DatedPatch =>
  (nowMs) => ({
    ...patch('critical_unblock_low', 2, ['contact', jid], { contactAction: {} })(nowMs),
    operation: REMOVE,
  });

/** Names the account. */
export const pushName = (name: string): DatedPatch =>
  patch('critical_block', 1, ['setting_pushName'], { pushNameSetting: { name } });

function nameOf({ chat, id, isOwn, author }: NamedMessage): string[] {
  return [chat, id, isOwn ? '1' : '0', author === undefined || isOwn ? '0' : author];
}
