import { serverNow } from '../api.js';
import { $, make, notice, setText, showList } from '../dom.js';
import { moment } from '../words/format.js';
import { errorText, text } from '../words/text.js';
import { authorOf, chatName, kindWords } from './content.js';
import { chatsOf, forgetList, followChats, loadMoreChats } from './list.js';
import { cut } from './strangers.js';

const MOST_SHOWN = 120;

/**
 * Shows the conversations of an account, where there is a way to them.
 * @param {string} id of its session
 */
export function showChats(id) {
  const { chats, next, isOpen, trouble } = chatsOf(id);
  $('chats-card').hidden = !isOpen;
  showList(
    $('chats'),
    chats,
    ({ chat_id: chatId }) => `${id} ${chatId}`,
    (chat) => row(id, chat),
  );
  setText($('chats-note'), trouble || (chats.length === 0 ? text('chatsNone') : ''));
  $('chats-more').hidden = next === null;
}

/** Wires the button, and follows new messages. */
export function wireChats() {
  followChats();
  $('chats-more').addEventListener('click', () => {
    loadMoreChats().catch((error) => notice(errorText(error, 'messages:read')));
  });
}

/** Forgets everything when the user signs out. */
export function forgetChats() {
  forgetList();
  showList($('chats'), [], String, row);
  $('chats-card').hidden = true;
}

function row(sessionId, { chat_id: chatId }) {
  const name = make('bdi', { className: 'name' });
  const time = make('time');
  const last = make('span', { className: 'last', dir: 'auto' });
  const href = `#/accounts/${sessionId}/chats/${encodeURIComponent(chatId)}`;
  const update = (chat) => {
    const { timestamp } = chat.last_message;
    setText(name, chatName(chatId, chat.name));
    time.dateTime = timestamp;
    setText(time, moment(timestamp, serverNow()));
    setText(last, lastWords(chat));
  };
  return { element: make('li', {}, make('a', { href }, name, time, last)), update };
}

function lastWords({ is_group: isGroup, last_message: message }) {
  const { from_me: fromMe, message_type: type, message_content: content } = message;
  const who = isGroup || fromMe ? `${authorOf(message)}: ` : '';
  const words = [type !== 'text' && kindWords(message), content?.replace(/\s+/g, ' ')].filter(Boolean).join(' · ');
  return cut(`${who}${words}`, MOST_SHOWN);
}
