import { ask } from './backend.js';
import { pair } from './pairing.js';
import { text, translatePage } from './words.js';

const POLL_INTERVAL_MS = 1_000;
/** The key in localStorage of the session that waits for its scan, which survives a reload. */
const STORAGE_KEY = 'currentSessionId';
const MOODS = { connected: 'good', connecting: 'wait', error: 'bad' };

const element = (id) => document.getElementById(id);

/** Shows a text. An unchanged one is left alone, or screen readers would say it again. */
function setText(id, content) {
  if (element(id).textContent !== content) element(id).textContent = content;
}

/**
 * Links an account, and shows how far that is.
 * @param {string} [known] the id of the session to go on with
 */
async function connect(known) {
  element('connect').disabled = true;
  element('pairing').hidden = false;
  let [codes, last] = [0, ''];
  showSteps({ done: 0, codes });
  setText('session-info', '');
  setText('session-status', text('loading'));
  const show = (now) => {
    if (now.qr && now.qr !== last) [codes, last] = [codes + 1, now.qr];
    showPairing(now, codes);
  };
  await pair(show, known).catch(({ message }) => showPairing({ success: false, message }, codes));
  localStorage.removeItem(STORAGE_KEY);
  element('connect').disabled = false;
}

/** @param {number} codes how many QRs there were */
function showPairing(now, codes) {
  const { sessionId, qr, data } = now;
  if (sessionId) localStorage.setItem(STORAGE_KEY, sessionId);
  element('qr').hidden = !qr;
  if (qr && element('qr').src !== qr) element('qr').src = qr;
  showSteps({ done: data?.status === 'connected' ? 4 : Math.min(codes + 1, 3), codes });
  setText('session-info', sessionId ? text('sessionId', sessionId) : '');
  setText('session-status', stateOf(now, codes));
}

function stateOf({ success, qr, data, message }, codes) {
  if (!success) return text('failed', message);
  if (data?.status === 'connected') return text('account', `+${data.phone_number}`, text('connected'));
  if (qr) return text('scan');
  return text(codes > 0 ? 'scanned' : 'loading');
}

/** @param {{done: number, codes: number}} progress how many steps are done, and how many QRs there were */
function showSteps({ done, codes }) {
  const steps = [text('stepToken'), text('stepQr'), text('stepRenewed', Math.max(0, codes - 1)), text('stepConnected')];
  const items = steps.map((step, at) => make('li', { text: step, mood: at < done ? 'good' : '' }));
  fill('steps', items);
}

async function refresh() {
  const [{ data: accounts }, { data: messages }] = await Promise.all([ask('sessions'), ask('messages')]);
  fill('accounts', accounts.map(accountItem), 'noAccounts');
  fill('messages', messages.map(messageItem), 'noMessages');
}

function accountItem({ phone_number: number, status }) {
  const badge = make('span', { text: text(status), mood: MOODS[status] ?? 'off' });
  badge.className = 'status';
  return make('li', { children: [make('span', { text: `+${number}` }), badge] });
}

function messageItem(message) {
  const who = message.sender_name ?? message.sender_number ?? text('somebody');
  const item = make('li', { children: [make('p', { text: `${who}: ${message.content ?? `[${message.type}]`}` })] });
  if (message.has_media) item.append(fileLink(message.id));
  const { reply, reply_status: status } = message;
  if (reply) item.append(make('p', { text: `↳ ${reply} (${text(status) ?? status})`, mood: 'off' }));
  return item;
}

function fileLink(id) {
  return Object.assign(make('a', { text: text('file') }), { href: `/api/whatsapp/messages/${id}/media` });
}

/** Creates an element. What people write is text, and never inserted as HTML. */
function make(name, { text: content = '', mood, children = [] }) {
  const made = document.createElement(name);
  made.append(...(content === '' ? [] : [content]), ...children);
  if (mood !== undefined) made.dataset.mood = mood;
  return made;
}

/** Replaces the items of a list. Leaves an identical list alone, so that a selection in it survives. */
function fill(id, items, empty) {
  const fresh = document.createElement('ul');
  fresh.append(...(items.length === 0 && empty ? [make('li', { text: text(empty), mood: 'off' })] : items));
  if (element(id).innerHTML !== fresh.innerHTML) element(id).replaceChildren(...fresh.childNodes);
}

function showTrouble(name) {
  element('trouble').hidden = name === undefined;
  setText('trouble', name ? text(name) : '');
}

translatePage();
element('qr').alt = text('qrAlt');
element('connect').addEventListener('click', () => void connect());
const known = localStorage.getItem(STORAGE_KEY);
if (known) void connect(known);
for (;;) {
  await refresh().then(
    () => showTrouble(),
    // Everything is asked again.
    ({ code }) => showTrouble(code === 'database_away' ? 'databaseAway' : 'backendAway'),
  );
  await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS));
}
