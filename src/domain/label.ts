import { jidOfNumber } from './address.ts';
import type { Person } from './person.ts';

/** A label of WhatsApp Business, with which its owner sorts chats and messages. Nobody else sees it. */
export interface Label {
  /** WhatsApp counts them from 1. */
  labelId: string;
  name: string;
  /** One of WhatsApp's colors, from 0. */
  color: number;
  /** Which of the labels it is that WhatsApp Business begins with; `null` for the owner's own. */
  predefinedId: number | null;
}

/** A chat or a message, as a label names it. */
export interface LabeledItem {
  labelId: string;
  /** The address of the person or the group. */
  chatId: string;
  /** `null` for the chat itself. */
  messageId: string | null;
}

/** What happened to a label. */
export type LabelChange =
  | { what: 'edited'; label: Label }
  | { what: 'deleted'; labelId: string }
  | {
      what: 'labeled';
      item: LabeledItem;
      isOn: boolean;
      /** The other address of the same chat, as far as it is known: under it, the label is gone. */
      alias?: string | undefined;
    };

/** What became known of the labels of an account. */
export interface LabelNews {
  /** In their order. Everything in them is bounded. */
  changes: readonly LabelChange[];
  /** Whether they are all there is: what was known before is gone. */
  isWhole: boolean;
}

/** An id that is stored with its label; that of a deleted one is not used again. */
export interface KnownLabel {
  labelId: string;
  /** `null` when it was deleted. */
  label: Label | null;
}

/** A chat or a message that has a label, with the person whose chat it is. */
export interface LabeledPlace extends LabeledItem, Person {}

/** The other address of a chat with this person: its number, if it is addressed by LID. */
export function aliasOf(chatId: string, { number, lid }: Person): string | undefined {
  const names = [number === null ? null : jidOfNumber(number), lid];
  return names.find((name) => name !== null && name !== chatId) ?? undefined;
}

/** Emitted when the phone or another device created, changed or deleted a label. */
export interface LabelUpdateFields {
  label_id: string;
  change: 'created' | 'changed' | 'deleted';
  /** `null` when it was deleted. */
  name: string | null;
  color: number | null;
}

/** Emitted when a chat or a message got a label on the phone or another device, or lost it. */
export interface LabelAssociationFields {
  label_id: string;
  change: 'added' | 'removed';
  chat_id: string;
  number: string | null;
  lid: string | null;
  /** `null` when it is the chat. */
  message_id: string | null;
}
