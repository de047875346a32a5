import { ask } from '../api.js';
import { on } from '../live.js';
import { changed } from '../store.js';
import { errorText } from '../words/text.js';
import { refresh, unloaded } from './freshness.js';

const PAGE = 50;

/** The open conversation. Each has a new object, so that late answers to an earlier one are recognized. */
let known = nothing();

function nothing(sessionId, chatId) {
  return { ...unloaded(), sessionId, chatId, messages: [], next: null, isLoaded: false, trouble: '' };
}

/**
 * A conversation, which is loaded when it is wanted.
 * @param {string} sessionId
 * @param {string} chatId
 * @returns {{sessionId: string, chatId: string, messages: any[], next: string | null, isLoaded: boolean, trouble: string}} `messages`
 *   from the oldest that is loaded to the newest
 */
export function conversationOf(sessionId, chatId) {
  if (known.sessionId !== sessionId || known.chatId !== chatId) known = nothing(sessionId, chatId);
  refresh(known, load, refused);
  return known;
}

/** Loads the messages before those that are there. */
export async function loadOlder() {
  const mine = known;
  const { data, next } = await ask('GET', `${pathOf(mine)}&after=${mine.next}`);
  mine.messages = [...data.toReversed(), ...mine.messages];
  mine.next = next;
  changed();
}

/** Loads the newest messages again as soon as they are shown. */
export function messagesChanged() {
  known.isStale = true;
  changed();
}

/** Follows new messages. */
export function followConversation() {
  on('message', ({ session_id: id }) => id === known.sessionId && (known.isStale = true));
  on('ready', () => (known.isStale = true));
}

/** Forgets everything when the user signs out. */
export function forgetConversation() {
  known = nothing();
}

/**
 * What tells a message from all others: senders choose ids, so they count only for one person.
 * @param {any} message
 * @returns {string}
 */
export function keyOf({ from_me: fromMe, sender_number: number, sender_lid: lid, message_id: id, message_type: type }) {
  return `${fromMe ? 'me' : (number ?? lid)} ${type} ${id}`;
}

async function load(mine) {
  take(mine, await ask('GET', pathOf(mine)));
}

function refused(mine, error) {
  mine.trouble = errorText(error, 'messages:read');
}

/** The newest page replaces what it covers; what is older stays, unless so much is new that there would be a gap. */
function take(mine, { data, next }) {
  const page = data.toReversed();
  const keys = new Set(page.map(keyOf));
  const isGap = !mine.messages.some((message) => keys.has(keyOf(message)));
  Object.assign(mine, { isLoaded: true, trouble: '' });
  if (next === null || isGap) {
    Object.assign(mine, { messages: page, next });
    return;
  }
  const [{ timestamp: from }] = page;
  mine.messages = [...mine.messages.filter((each) => each.timestamp <= from && !keys.has(keyOf(each))), ...page];
}

function pathOf({ sessionId, chatId }) {
  return `/sessions/${sessionId}/chats/${encodeURIComponent(chatId)}/messages?limit=${PAGE}`;
}
