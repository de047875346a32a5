import { $, make, readable } from './dom.js';
import { file } from './files.js';
import { text, timeOfDay } from './texts.js';

const MAX_SHOWN = 200;

/** @type {object[]} newest first */
let callbacks = [];

const SUMMARIES = {
  'sessions/new-session-connected': ({ phone_number }) => `${readable(phone_number)} ${text('isConnected')}`,
  'sessions/status-update': ({ status, error_message }) => [text(status), error_message].filter(Boolean).join(': '),
  'sessions/qr-update': () => text('newCode'),
  'messages/received': ({ sender_name, message_type, message_content }) =>
    [`${sender_name}:`, message_type !== 'text' && text(message_type), message_content && `“${message_content}”`]
      .filter(Boolean)
      .join(' '),
  'messages/status-update': ({ status, to_number }) => `${status} → ${readable(to_number)}`,
};

/**
 * Adds a callback to the top of the list, unless it is already there: a page that reconnects receives all of them again.
 * @param {object} callback as the server sends it
 */
export function addCallback(callback) {
  if (callbacks.some(({ count }) => count === callback.count)) return;
  callbacks = [callback, ...callbacks].slice(0, MAX_SHOWN);
  $('callbacks').prepend(item(callback));
  while ($('callbacks').children.length > MAX_SHOWN) $('callbacks').lastChild.remove();
  $('count').textContent = callback.count;
  $('empty').hidden = true;
}

/** Renders the whole list again, in the current language. */
export function showCallbacks() {
  $('callbacks').replaceChildren(...callbacks.map(item));
}

function item({ name, body, headers, receivedAt, isRedelivery, problems }) {
  const votes = body.poll?.results?.map(({ option, votes: count }) => `${option}: ${count}`) ?? [];
  const tags = [
    ...(body.offline ? [make('span', { className: 'tag' }, text('queued'))] : []),
    ...(isRedelivery ? [make('span', { className: 'tag' }, text('redelivered'))] : []),
    ...problems.map((problem) => make('span', { className: 'tag bad' }, problem)),
  ];
  const summary = make(
    'summary',
    {},
    make('code', {}, name),
    make('time', { dateTime: receivedAt }, timeOfDay(receivedAt, true)),
    make('span', { className: 'summary' }, SUMMARIES[name](body), ...tags),
    ...(votes.length > 0 ? [make('span', { className: 'votes' }, votes.join(' · '))] : []),
  );
  const details = make('details', { data: { name } }, summary);
  details.addEventListener('toggle', () => details.append(fullContent(body, headers)), { once: true });
  return make('li', {}, details, ...attachments(body));
}

/** The file of a message, loaded from the URL in the callback. */
function attachments({ media_info, message_type, sender_name }) {
  if (!media_info?.url) return [];
  return [make('div', { className: 'file' }, file(message_type, `/orchestrator${media_info.url}`, sender_name))];
}

function fullContent(body, headers) {
  const json = (value) => make('pre', {}, JSON.stringify(value, undefined, 2));
  const heading = (name) => make('h3', {}, text(name));
  return make('div', { className: 'more' }, heading('body'), json(body), heading('headers'), json(headers));
}
