import { ask, serverNow } from '../api.js';
import { $, make, put, showList } from '../dom.js';
import { on } from '../live.js';
import { changed } from '../store.js';
import { moment, readable, sentenceOf, text } from '../words/text.js';

const SHOWN = 10;

/** Of the account that is shown: its messages, the newest last, or why there are none to see. */
let recent = { of: undefined, isStale: false, messages: [], note: '' };

/**
 * Shows the messages of this account.
 * @param {string} id of its session
 */
export function showMessages(id) {
  if (recent.of !== id) recent = { of: id, isStale: true, messages: [], note: '' };
  if (recent.isStale) void load(recent);
  showList($('messages'), recent.messages, keyOf, bubble);
  $('messages').hidden = recent.messages.length === 0;
  $('messages-note').hidden = recent.messages.length > 0;
  put($('messages-note'), recent.note);
}

/** Follows what comes and goes. */
export function wireMessages() {
  on('message', (message) => {
    if (message.session_id === recent.of) recent.messages = merge(recent.messages, [message]);
  });
  // A line that was lost may have missed some.
  on('ready', () => (recent.isStale = true));
}

async function load(mine) {
  mine.isStale = false;
  const before = new Set(mine.messages);
  try {
    const { data } = await ask('GET', `/sessions/${mine.of}/messages?limit=${SHOWN}`);
    // Only what came while the server was asked is newer than its answer.
    const since = mine.messages.filter((message) => !before.has(message));
    mine.messages = merge(data, since);
    mine.note = text('messagesNone');
  } catch (error) {
    mine.note = error.code === 'messages_not_kept' ? text('messagesOff') : sentenceOf(error, 'sessions:read');
  }
  changed();
}

/** Each once, in the order in which the server tells of them. */
function merge(earlier, later) {
  const all = new Map([...earlier, ...later].map((message) => [keyOf(message), message]));
  return [...all.values()].slice(-SHOWN);
}

/** Ids are chosen by whoever writes: only the same person's, in the same conversation, is the same message. */
function keyOf({ direction, chat_id, number, message_id }) {
  return `${direction} ${chat_id} ${number} ${message_id}`;
}

function bubble(message) {
  const { direction, at } = message;
  const time = make('time', { dateTime: at }, moment(at, serverNow()));
  const who = make('span', { className: 'who' });
  const kind = make('span', { className: 'kind' });
  const words = make('span');
  const head = make('div', { className: 'message-head' }, who, time);
  // What could not be decrypted, or had no number, is told once more with what it says.
  const update = (now) => {
    put(who, whoOf(now));
    put(kind, now.type);
    kind.hidden = now.type === 'text';
    put(words, now.text ?? '');
  };
  return { element: make('li', { data: { direction } }, head, make('p', {}, kind, words)), update };
}

function whoOf({ direction, number, name }) {
  const who = [name !== number && name, readable(number)].filter(Boolean).join(', ') || text('someone');
  return text(direction === 'out' ? 'messageTo' : 'messageFrom', who);
}
