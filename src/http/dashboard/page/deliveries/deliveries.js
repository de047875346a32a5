import { nameOf } from '../accounts/session.js';
import { ask, serverNow } from '../api.js';
import { $, make, notice, setText, showList } from '../dom.js';
import { on } from '../live.js';
import { currentRoute } from '../route.js';
import { changed, state } from '../store.js';
import { moment, sinceSeconds } from '../words/format.js';
import { errorText, serverText, text } from '../words/text.js';

const SCOPE = 'callbacks:manage';
const PAGE = 50;
const BACKEND_MOODS = { up: 'good', down: 'bad', unknown: 'off' };

/** The two lists as loaded; `version` tells when to load them again. */
const lists = { dead: emptyList(), pending: emptyList() };

function emptyList() {
  return { callbacks: [], limit: PAGE, isMore: false, version: '', trouble: '' };
}

/** Shows the state of the deliveries, and those that failed or are pending. */
export function showDeliveries() {
  if (!state.health) return;
  const { backend, callbacks } = state.health;
  showCount(callbacks.deadLettered);
  if (currentRoute().view !== 'deliveries') return;
  setText($('tile-backend'), text(`backend_${backend}`));
  $('tile-backend').dataset.mood = BACKEND_MOODS[backend];
  setText($('tile-pending'), String(callbacks.pending));
  setText($('tile-oldest'), callbacks.pending > 0 ? sinceSeconds(-callbacks.oldestPendingSeconds) : text('none'));
  setText($('tile-dead'), String(callbacks.deadLettered));
  $('tile-dead').dataset.mood = callbacks.deadLettered > 0 ? 'bad' : '';
  showSection('dead', callbacks.deadLettered);
  showSection('pending', callbacks.pending);
}

function showCount(dead) {
  $('nav-count').hidden = dead === 0;
  setText($('nav-count'), String(dead));
  setText($('nav-words'), dead > 0 ? text('failedCount', dead) : '');
}

/** Clears the lists when the user signs out. */
export function forgetDeliveries() {
  for (const name of Object.keys(lists)) lists[name] = emptyList();
}

/** Wires the buttons. */
export function wireDeliveries() {
  // The lists may have changed, or failed to load, while the stream was down.
  on('ready', invalidate);
  for (const name of Object.keys(lists)) {
    $(`${name}-more`).addEventListener('click', () => {
      lists[name].limit += PAGE;
      lists[name].version = '';
      changed();
    });
  }
}

function showSection(name, count) {
  const list = lists[name];
  const version = JSON.stringify([count, state.health.backend]);
  if (list.version !== version) void load(name, version);
  const words = text(`${name}${list.callbacks.length > 0 ? 'Hint' : 'None'}`);
  setText($(`${name}-note`), list.trouble || words);
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
    Object.assign(list, { callbacks: [], trouble: isDenied ? text('deliveriesDenied') : errorText(error) });
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
    setText(reason, serverText(lastError));
    setText(tries, attempts > 0 ? ` · ${text('tries', attempts)}` : '');
  };
  return { element: make('li', {}, make('div', {}, make('h3', {}, what), facts, reason), again), update };
}

/** Loads the lists again when they are next shown. */
function invalidate() {
  for (const list of Object.values(lists)) list.version = '';
}

async function retry(id, button) {
  if (button.ariaBusy === 'true') return;
  button.ariaBusy = 'true';
  try {
    await ask('POST', `/callbacks/${id}/retry`);
    notice(text('retried'));
    invalidate();
    // Sooner than the stream, which reports it a few seconds later.
    state.health = await ask('GET', '/health');
    // The focused button disappears with its row.
    $('deliveries-title').focus();
    changed();
  } catch (error) {
    notice(errorText(error, SCOPE));
  }
  button.ariaBusy = null;
}
