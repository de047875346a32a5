import type { proto } from '@whiskeysockets/baileys';
import type { ContactCard, MessageContent } from '../../../domain/message.ts';
import { contentOf, firstText } from '../content.ts';

/** `TEL;type=CELL;waid=5491234567890:+54 9 11 2345-6789`: WhatsApp puts the account's number into the card. */
const TELEPHONE = /^(?:item\d+\.)?TEL(?<parameters>[^:\r\n]*):(?<number>[^\r\n]*)/gim;
const ACCOUNT = /waid=(\d+)/i;

/** Reads contact cards, one or several; `undefined` when `message` is of another kind. */
export function read({ contactMessage, contactsArrayMessage }: proto.IMessage): MessageContent | undefined {
  const message = contactMessage ?? contactsArrayMessage;
  if (!message) return undefined;
  const contacts = (contactMessage ? [contactMessage] : (contactsArrayMessage?.contacts ?? [])).map(cardOf);
  const text = firstText(message.displayName, contacts.map(({ name }) => name ?? '').join(', '));
  return contentOf('contact', { text, contacts }, message.contextInfo);
}

function cardOf({ displayName, vcard }: proto.Message.IContactMessage): ContactCard {
  return { name: firstText(displayName), numbers: numbersIn(vcard ?? ''), vcard: firstText(vcard) };
}

function numbersIn(vcard: string): string[] {
  const numbers = [...vcard.matchAll(TELEPHONE)].map(({ groups }) => {
    const account = ACCOUNT.exec(groups?.parameters ?? '')?.[1];
    return account ?? (groups?.number ?? '').trim();
  });
  return [...new Set(numbers)].filter((number) => number !== '');
}

/** Writes contact cards; a card without a vCard gets one with its name and numbers. */
export function write(contacts: readonly ContactCard[]): proto.IMessage {
  const cards = contacts.map((card) => ({ displayName: card.name, vcard: card.vcard ?? vcardOf(card) }));
  const [first] = cards;
  if (first && cards.length === 1) return { contactMessage: first };
  return { contactsArrayMessage: { displayName: contacts.map(({ name }) => name ?? '').join(', '), contacts: cards } };
}

/** Writes a vCard (RFC 2426), with the parameter by which WhatsApp recognizes the account of a number. */
function vcardOf({ name, numbers }: ContactCard): string {
  const named = escaped(name ?? numbers[0] ?? '');
  const telephones = numbers.map((number) => `TEL;type=CELL;waid=${number}:+${number}`);
  return ['BEGIN:VCARD', 'VERSION:3.0', `N:;${named};;;`, `FN:${named}`, ...telephones, 'END:VCARD'].join('\r\n');
}

function escaped(text: string): string {
  return text.replace(/[\\,;]/g, '\\$&').replace(/\r?\n|\r/g, '\\n');
}
