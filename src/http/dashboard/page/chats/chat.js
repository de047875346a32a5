import { $, notice, setText, showList } from '../dom.js';
import { nameOf } from '../accounts/session.js';
import { currentRoute } from '../route.js';
import { state } from '../store.js';
import { errorText, text } from '../words/text.js';
import { forgetAnswer, showAnswer, wireAnswer } from './answer.js';
import { bubble } from './bubble.js';
import { chatName, numberOf } from './content.js';
import { conversationOf, followConversation, forgetConversation, keyOf, loadOlder } from './conversation.js';
import { chatsOf } from './list.js';
import { marked } from './marks.js';

/** How far from the end of the messages somebody still reads the end. */
const NEAR_PX = 48;

/** The conversation whose end was shown. */
let shownAtEnd = '';

/**
 * The open conversation, if the URL names one and there is a way to it.
 * @returns {{sessionId: string, chatId: string} | undefined}
 */
export function openChat() {
  const { sessionId, chatId } = currentRoute();
  if (chatId === undefined || !state.sessions.has(sessionId)) return undefined;
  return chatsOf(sessionId).isOpen ? { sessionId, chatId } : undefined;
}

/** Shows the conversation in the URL, if any. */
export function showChat() {
  const open = openChat();
  $('chat').hidden = !open;
  if (!open) return;
  const { sessionId, chatId } = open;
  const session = state.sessions.get(sessionId);
  $('chat-back').href = `#/accounts/${sessionId}`;
  setText($('chat-account'), nameOf(session));
  setText($('chat-title'), titleOfChat());
  setText($('chat-number'), numberOf(chatId));
  showMessages(conversationOf(sessionId, chatId));
  showAnswer(session, chatId);
}

/**
 * The name of the open conversation.
 * @returns {string | undefined} undefined where none is open
 */
export function titleOfChat() {
  const open = openChat();
  if (!open) return undefined;
  const { sessionId, chatId } = open;
  const listed = chatsOf(sessionId).chats.find(({ chat_id: id }) => id === chatId);
  const theirs = conversationOf(sessionId, chatId).messages.findLast(({ from_me: fromMe }) => !fromMe);
  const name = chatId.endsWith('@g.us') ? theirs?.group_name : theirs?.sender_name;
  return chatName(chatId, listed?.name ?? name);
}

/** Wires the button and the form, and follows new messages. */
export function wireChat() {
  followConversation();
  wireAnswer();
  $('chat-older').addEventListener('click', async () => {
    if ($('chat-older').ariaBusy === 'true') return;
    $('chat-older').ariaBusy = 'true';
    // Screen readers announce what is new at the end, not all that comes before.
    $('chat-log').ariaLive = 'off';
    await loadOlder().catch((error) => notice(errorText(error, 'messages:read')));
    $('chat-older').ariaBusy = null;
  });
}

/** Forgets everything when the user signs out. */
export function forgetChat() {
  forgetConversation();
  forgetAnswer();
  showList($('chat-messages'), [], String, bubble);
  for (const id of ['chat-title', 'chat-number', 'chat-account', 'chat-note']) setText($(id), '');
  $('chat').hidden = true;
  shownAtEnd = '';
}

/** The newest at the bottom, in sight for whoever reads there; whoever reads further up stays where they are. */
function showMessages({ sessionId, chatId, messages, next, isLoaded, trouble }) {
  const [log, list] = [$('chat-log'), $('chat-messages')];
  const id = `${sessionId} ${chatId}`;
  const isAtEnd = shownAtEnd !== id || log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_PX;
  const first = list.firstElementChild;
  const beforePx = first?.offsetTop;
  log.hidden = messages.length === 0;
  showList(list, marked(messages), (message) => `${id} ${keyOf(message)}`, bubble);
  $('chat-older').hidden = next === null;
  setText($('chat-note'), trouble || noteOf(isLoaded, messages));
  const movedPx = first?.isConnected ? first.offsetTop - beforePx : 0;
  if (movedPx === 0) log.ariaLive = 'polite';
  log.scrollTop = isAtEnd ? log.scrollHeight : log.scrollTop + movedPx;
  if (isLoaded) shownAtEnd = id;
}

function noteOf(isLoaded, messages) {
  return isLoaded && messages.length === 0 ? text('chatNone') : '';
}
