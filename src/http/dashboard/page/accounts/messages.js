import { ask, serverNow } from '../api.js';
import { kindWords } from '../chats/content.js';
import { lineOf } from '../chats/strangers.js';
import { $, make, setText, showList } from '../dom.js';
import { on } from '../live.js';
import { changed } from '../store.js';
import { moment, readable } from '../words/format.js';
import { errorText, text } from '../words/text.js';

const SHOWN = 10;

/** The messages of the open account, the newest last, or a note that says why there are none. */
let recent = { of: undefined, isStale: false, messages: [], note: '' };

/**
 * Shows the recent messages of an account.
 * @param {string} id of its session
 */
export function showMessages(id) {
  if (recent.of !== id) recent = { of: id, isStale: true, messages: [], note: '' };
  if (recent.isStale) void load(recent);
  showList($('messages'), recent.messages, keyOf, bubble);
  $('messages').hidden = recent.messages.length === 0;
  $('messages-note').hidden = recent.messages.length > 0;
  setText($('messages-note'), recent.note);
}

/** Follows new messages. */
export function wireMessages() {
  on('message', (message) => {
    if (message.session_id === recent.of) recent.messages = merge(recent.messages, [message]);
  });
  // Some may have been missed while the stream was down.
  on('ready', () => (recent.isStale = true));
}

async function load(mine) {
  mine.isStale = false;
  const before = new Set(mine.messages);
  try {
    const { data } = await ask('GET', `/sessions/${mine.of}/messages?limit=${SHOWN}`);
    // Only messages that arrived during the request are newer than its response.
    const since = mine.messages.filter((message) => !before.has(message));
    mine.messages = merge(data, since);
    mine.note = text('messagesNone');
  } catch (error) {
    mine.note = error.code === 'messages_not_kept' ? text('messagesOff') : errorText(error, 'sessions:read');
  }
  changed();
}

/** Both lists without duplicates, in the server's order. */
function merge(earlier, later) {
  const all = new Map([...earlier, ...later].map((message) => [keyOf(message), message]));
  return [...all.values()].slice(-SHOWN);
}

/** The sender chooses the id, so it is unique only for one person in one conversation. */
function keyOf({ direction, chat_id, number, message_id }) {
  return `${direction} ${chat_id} ${number} ${message_id}`;
}

function bubble(message) {
  const { direction, at } = message;
  const time = make('time', { dateTime: at }, moment(at, serverNow()));
  const who = make('span', { className: 'who' });
  const kind = make('span', { className: 'kind' });
  const words = make('span', { dir: 'auto' });
  const head = make('div', { className: 'message-head' }, who, time);
  // A message that could not be decrypted, or had no number, comes again once it is complete.
  const update = (now) => {
    setText(who, whoOf(now));
    setText(kind, kindWords({ message_type: now.type }));
    kind.hidden = now.type === 'text';
    setText(words, now.text ?? '');
  };
  return { element: make('li', { data: { direction } }, head, make('p', {}, kind, words)), update };
}

function whoOf({ direction, number, name }) {
  const who = [name !== number && lineOf(name), readable(number)].filter(Boolean).join(', ') || text('unknownNumber');
  return text(direction === 'out' ? 'messageTo' : 'messageFrom', who);
}
