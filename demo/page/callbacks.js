import { $, make, readable } from './dom.js';
import { file } from './files.js';
import { text, timeOfDay } from './texts.js';

const SHOWN = 200;

/** @type {object[]} newest first */
let callbacks = [];

const SAYS = {
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
 * Adds a callback on top of the list, unless it is there: a page that lost its line is told everything again.
 * @param {object} callback as the server tells it
 */
export function addCallback(callback) {
  if (callbacks.some(({ count }) => count === callback.count)) return;
  callbacks = [callback, ...callbacks].slice(0, SHOWN);
  $('callbacks').prepend(item(callback));
  while ($('callbacks').children.length > SHOWN) $('callbacks').lastChild.remove();
  $('count').textContent = callback.count;
  $('empty').hidden = true;
}

/** Shows the whole list again, in the language of now. */
export function showCallbacks() {
  $('callbacks').replaceChildren(...callbacks.map(item));
}

function item({ name, body, headers, receivedAt, again, complaints }) {
  const votes = body.poll?.results?.map(({ option, votes: count }) => `${option}: ${count}`) ?? [];
  const tags = [
    ...(body.offline ? [make('span', { className: 'tag' }, text('away'))] : []),
    ...(again ? [make('span', { className: 'tag' }, text('again'))] : []),
    ...complaints.map((complaint) => make('span', { className: 'tag bad' }, complaint)),
  ];
  const summary = make(
    'summary',
    {},
    make('code', {}, name),
    make('time', { dateTime: receivedAt }, timeOfDay(receivedAt, true)),
    make('span', { className: 'says' }, SAYS[name](body), ...tags),
    ...(votes.length > 0 ? [make('span', { className: 'votes' }, votes.join(' · '))] : []),
  );
  const details = make('details', { data: { name } }, summary);
  details.addEventListener('toggle', () => details.append(more(body, headers)), { once: true });
  return make('li', {}, details, ...files(body));
}

/** The file that came with a message, from where the callback says that it is. */
function files({ media_info, message_type, sender_name }) {
  if (!media_info?.url) return [];
  return [make('div', { className: 'file' }, file(message_type, `/orchestrator${media_info.url}`, sender_name))];
}

function more(body, headers) {
  const json = (value) => make('pre', {}, JSON.stringify(value, undefined, 2));
  const heading = (name) => make('h3', {}, text(name));
  return make('div', { className: 'more' }, heading('body'), json(body), heading('headers'), json(headers));
}
