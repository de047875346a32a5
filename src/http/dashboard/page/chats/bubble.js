import { serverNow } from '../api.js';
import { make, setText } from '../dom.js';
import { moment } from '../words/format.js';
import { text } from '../words/text.js';
import { authorOf, detailsOf, kindWords } from './content.js';
import { fileOf } from './file.js';
import { cut } from './strangers.js';

/** How much of a text is shown until somebody wants all of it. */
const MOST_SHOWN = 1500;

/**
 * Builds a message of a conversation. Whatever is in it comes from a stranger: it is text, and each part keeps its direction to itself.
 * @param {any} message with its `mark`
 * @returns {{element: any, update(message: any): void}}
 */
export function bubble(message) {
  const { timestamp, from_me: fromMe } = message;
  const who = make('bdi', { className: 'who' });
  const mark = make('span', { className: 'mark' });
  const kind = make('span', { className: 'kind' });
  const words = make('span', { dir: 'auto' });
  const more = make('button', { type: 'button', className: 'quiet', hidden: true }, text('textMore'));
  const details = detailsOf(message).map((line) => make('p', { className: 'detail', dir: 'auto' }, line));
  const file = fileOf(message);
  let isWhole = false;
  const showWords = (content) => {
    setText(words, isWhole ? content : cut(content, MOST_SHOWN));
    more.hidden = words.textContent === content;
  };
  const update = (now) => {
    setText(who, authorOf(now));
    setText(mark, markOf(now));
    setText(kind, kindWords(now));
    kind.hidden = now.message_type === 'text';
    showWords(now.message_content ?? '');
  };
  more.addEventListener('click', () => {
    isWhole = true;
    showWords(message.message_content ?? '');
  });
  const time = make('time', { dateTime: timestamp }, moment(timestamp, serverNow()));
  const head = make('div', { className: 'message-head' }, who, mark, time);
  const parts = [head, make('p', {}, kind, words), more, ...details, ...(file ? [file] : [])];
  return { element: make('li', { data: { direction: fromMe ? 'out' : 'in' } }, ...parts), update };
}

/** What became of it, and how far one that was sent here has come. */
function markOf({ mark, status }) {
  return [mark && text(`mark_${mark}`), status && text(`sending_${status}`)].filter(Boolean).join(' · ');
}
