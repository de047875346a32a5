import { fileSize, readable } from '../words/format.js';
import { text } from '../words/text.js';
import { lineOf } from './strangers.js';

/** How many cards, numbers or options of one message are listed. */
const MOST_LISTED = 12;

/**
 * The kind of a message in words.
 * @param {any} message from `GET /sessions/:sessionId/chats/:chatId/messages`
 * @returns {string}
 */
export function kindWords({ message_type: type, reaction }) {
  if (reaction && reaction.emoji === null) return text('reactionRemoved');
  return text(`type_${type}`) ?? lineOf(type);
}

/**
 * What a message holds besides its text, a line each.
 * @param {any} message
 * @returns {string[]}
 */
export function detailsOf({ media, location, contacts, poll }) {
  return [...ofFile(media), ...ofPlace(location), ...contacts.slice(0, MOST_LISTED).map(ofCard), ...ofPoll(poll)];
}

/**
 * Who wrote a message.
 * @param {any} message
 * @returns {string} name and number as far as they are known; only one of them in a conversation with a person, whose name it has
 */
export function authorOf({ from_me: fromMe, chat_id: chatId, sender_name: name, sender_number: number }) {
  if (fromMe) return text('messageMine');
  const known = [name !== number && lineOf(name), readable(number)].filter(Boolean);
  return (chatId.endsWith('@g.us') ? known.join(', ') : known[0]) || text('unknownNumber');
}

/**
 * The name of a conversation.
 * @param {string} chatId
 * @param {string | null | undefined} name as far as it is known
 * @returns {string} else the number, or that it is a group
 */
export function chatName(chatId, name) {
  if (lineOf(name)) return lineOf(name);
  if (chatId.endsWith('@g.us')) return text('chatGroup');
  return numberOf(chatId) || text('unknownNumber');
}

/**
 * The number of a conversation with a person.
 * @param {string} chatId
 * @returns {string} empty for a group, and where only a LID is known
 */
export function numberOf(chatId) {
  return readable(/^(\d+)@s\.whatsapp\.net$/.exec(chatId)?.[1]);
}

function ofFile(media) {
  if (!media) return [];
  const facts = [lineOf(media.file_name), media.size && fileSize(media.size), media.seconds && `${media.seconds} s`];
  const line = facts.filter(Boolean).join(' · ');
  return line === '' ? [] : [line];
}

function ofPlace(location) {
  if (!location) return [];
  const { latitude, longitude, name, address } = location;
  const at = latitude === null || longitude === null ? '' : `${latitude}, ${longitude}`;
  return [lineOf(name), lineOf(address), at].filter(Boolean);
}

function ofCard({ name, numbers }) {
  return [lineOf(name), ...numbers.slice(0, MOST_LISTED).map((each) => lineOf(readable(each)))]
    .filter(Boolean)
    .join(', ');
}

function ofPoll(poll) {
  return (poll?.options ?? []).slice(0, MOST_LISTED).map((option) => `• ${lineOf(option)}`);
}
