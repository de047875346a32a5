import { act } from './api.js';
import { $, make, notice } from './dom.js';
import { file } from './files.js';
import { text, timeOfDay } from './texts.js';

/** @type {Map<string, {element: HTMLElement, update: (bubble: object) => void}>} by message id */
const shown = new Map();
let language;

/**
 * Renders the chat on the customer's phone. Existing bubbles keep their elements, since one of them may be playing.
 * @param {object[]} chat as the server sends it
 * @param {Record<string, {name: string}>} people by the value of `from` in a bubble
 */
export function showChat(chat, people) {
  const ids = new Set(chat.map(({ id }) => id));
  const { lang } = document.documentElement;
  for (const [id, { element }] of shown) {
    if (ids.has(id) && lang === language) continue;
    element.remove();
    shown.delete(id);
  }
  language = lang;
  const before = shown.size;
  for (const bubble of chat) {
    if (!shown.has(bubble.id)) add(bubble, people[bubble.from].name);
    shown.get(bubble.id).update(bubble);
  }
  if (shown.size > before) scrollDown();
}

/** Scrolls to the end of the chat. */
export function scrollDown() {
  $('bubbles').scrollTop = $('bubbles').scrollHeight;
}

function add(bubble, sender) {
  const { id, from, text: caption, at } = bubble;
  const mark = make('span');
  const options = (bubble.options ?? []).map((option) => optionButton(id, option));
  const children = [
    ...(bubble.file ? [fileElement(bubble, sender)] : []),
    ...(caption ? [make('span', { className: 'caption' }, caption)] : []),
    ...(options.length > 0
      ? [make('div', { className: 'options', role: 'group', ariaLabel: caption }, ...options)]
      : []),
    make('small', {}, timeOfDay(at), mark),
  ];
  const element = make('li', { data: { from, kind: bubble.file ?? (bubble.options ? 'poll' : 'text') } }, ...children);
  const update = ({ delivered, chosen }) => {
    if (from === 'customer') markAs(mark, delivered);
    for (const option of options) option.ariaPressed = String(option.textContent === chosen);
  };
  $('bubbles').append(element);
  shown.set(id, { element, update });
}

function markAs(mark, delivered) {
  mark.textContent = delivered ? ' ✓✓' : ' ✓';
  mark.title = text(delivered ? 'delivered' : 'sent');
}

/** Playing a voice note of the shop reports it as played, once. */
function fileElement({ id, from, file: kind }, sender) {
  const element = file(kind, `/chat/${id}`, sender);
  const reportPlayed = () => act('play', { id }).catch(({ message }) => notice(message));
  if (from === 'shop' && kind === 'voice') element.addEventListener('play', reportPlayed, { once: true });
  return element;
}

function optionButton(id, option) {
  const button = make('button', { type: 'button', ariaPressed: 'false' }, option);
  const vote = () => act('vote', { id, option }).catch(({ message }) => notice(message));
  button.addEventListener('click', vote);
  return button;
}
