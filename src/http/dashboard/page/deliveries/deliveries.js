import { ask, serverNow } from '../api.js';
import { $, make, notice, put, showList } from '../dom.js';
import { on } from '../live.js';
import { place } from '../route.js';
import { nameOf } from '../accounts/session.js';
import { changed, state } from '../store.js';
import { moment, said, sentenceOf, sinceSeconds, text } from '../words/text.js';

const SCOPE = 'callbacks:manage';
const PAGE = 50;
const BACKEND_MOODS = { up: 'good', down: 'bad', unknown: 'off' };

/** The two lists, as far as they were asked for; `version` is the count at which they were. */
const lists = { dead: emptyList(), pending: emptyList() };

function emptyList() {
  return { callbacks: [], limit: PAGE, isMore: false, version: '', trouble: '' };
}

/** Shows how the deliveries stand, and those that somebody should look at. */
export function showDeliveries() {
  if (!state.health) return;
  const { backend, callbacks } = state.health;
  showCount(callbacks.deadLettered);
  if (place().view !== 'deliveries') return;
  put($('tile-backend'), text(`backend_${backend}`));
  $('tile-backend').dataset.mood = BACKEND_MOODS[backend];
  put($('tile-pending'), String(callbacks.pending));
  put($('tile-oldest'), callbacks.pending > 0 ? sinceSeconds(-callbacks.oldestPendingSeconds) : text('none'));
  put($('tile-dead'), String(callbacks.deadLettered));
  $('tile-dead').dataset.mood = callbacks.deadLettered > 0 ? 'bad' : '';
  showPart('dead', callbacks.deadLettered);
  showPart('pending', callbacks.pending);
}

function showCount(dead) {
  $('nav-count').hidden = dead === 0;
  put($('nav-count'), String(dead));
  put($('nav-words'), dead > 0 ? text('givenUpCount', dead) : '');
}

/** Forgets the lists, for somebody else to sign in. */
export function forgetDeliveries() {
  for (const name of Object.keys(lists)) lists[name] = emptyList();
}

/** Has the buttons do what they say. */
export function wireDeliveries() {
  // While the line was lost, asking failed, or other ones took the place of those that are shown.
  on('ready', loadAgain);
  for (const name of Object.keys(lists)) {
    $(`${name}-more`).addEventListener('click', () => {
      lists[name].limit += PAGE;
      lists[name].version = '';
      changed();
    });
  }
}

function showPart(name, count) {
  const list = lists[name];
  const version = JSON.stringify([count, state.health.backend]);
  if (list.version !== version) void load(name, version);
  const words = text(`${name}${list.callbacks.length > 0 ? 'Hint' : 'None'}`);
  put($(`${name}-note`), list.trouble || words);
  showList($(name), list.callbacks, ({ id }) => id, row);
  $(`${name}-more`).hidden = !list.isMore;
}

async function load(name, version) {
  const list = lists[name];
  list.version = version;
  try {
    const { data, nextAfter } = await ask('GET', `/callbacks?state=${name}&limit=${list.limit}`);
    Object.assign(list, { callbacks: data, isMore: nextAfter !== null && list.limit < 500, trouble: '' });
  } catch (error) {
    const isDenied = error.code === 'not_permitted';
    Object.assign(list, { callbacks: [], trouble: isDenied ? text('deliveriesDenied') : sentenceOf(error) });
  }
  changed();
}

function row({ id, sessionId, event, createdAt }) {
  const account = nameOf(state.sessions.get(sessionId));
  const what = text(`event_${event}`) ?? event;
  const reason = make('p', { className: 'reason' });
  const tries = make('span');
  const time = make('time', { dateTime: createdAt }, moment(createdAt, serverNow()));
  const again = make('button', { type: 'button', ariaLabel: text('retryOf', what, account) }, text('retry'));
  again.addEventListener('click', () => retry(id, again));
  const facts = make('p', { className: 'soft' }, `${account} · `, time, tries);
  const update = ({ lastError, attempts }) => {
    put(reason, said(lastError));
    put(tries, attempts > 0 ? ` · ${text('tries', attempts)}` : '');
  };
  return { element: make('li', {}, make('div', {}, make('h3', {}, what), facts, reason), again), update };
}

/** The next look asks again, whatever the counts are. */
function loadAgain() {
  for (const list of Object.values(lists)) list.version = '';
}

async function retry(id, button) {
  if (button.ariaBusy === 'true') return;
  button.ariaBusy = 'true';
  try {
    await ask('POST', `/callbacks/${id}/retry`);
    notice(text('retried'));
    loadAgain();
    // The stream would say so some seconds later.
    state.health = await ask('GET', '/health');
    // The button goes with its row.
    $('deliveries-title').focus();
    changed();
  } catch (error) {
    notice(sentenceOf(error, SCOPE));
  }
  button.ariaBusy = null;
}
