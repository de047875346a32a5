/** How often the backend is asked how things are. */
const EVERY_MS = 1_000;
/** What the page remembers over a reload: the name that the seed gave it. */
const KEY = 'currentSessionId';

const STATUSES = {
  connecting: 'esperando que lo escanees…',
  connected: 'conectada',
  disconnected: 'desconectada',
  error: 'con un problema',
};

const element = (id) => document.getElementById(id);

/** Asks for a new session and shows its QR. */
async function generateQr() {
  element('connect').disabled = true;
  element('session-status').textContent = 'Generando el QR…';
  try {
    const data = await ask('generate-qr');
    localStorage.setItem(KEY, data.sessionId);
    showQr(data.qr);
    element('session-info').textContent = `Session ID: ${data.sessionId}`;
    element('session-status').textContent = '';
  } catch (error) {
    element('session-status').textContent = `Error generando QR: ${error.message}`;
  }
  element('connect').disabled = false;
}

/** Shows a QR, or hides it when there is none. WhatsApp renews it: the backend has the one that is valid now. */
function showQr(picture) {
  element('qr-display').hidden = !picture;
  if (picture && element('qr-image').src !== picture) element('qr-image').src = picture;
}

async function refresh() {
  await Promise.all([showSession(), showAccounts(), showMessages()]);
}

/** How the session is that this page has made. */
async function showSession() {
  const sessionId = localStorage.getItem(KEY);
  if (!sessionId) return;
  const { data } = await ask(`sessions/${encodeURIComponent(sessionId)}`).catch(() => ({}));
  // Nothing was told of it yet, or the button was pressed meanwhile.
  if (!data || localStorage.getItem(KEY) !== sessionId) return;
  showQr(data.qr);
  element('session-info').textContent = `Session ID: ${sessionId}`;
  const number = data.phone_number ? `+${data.phone_number} ` : '';
  const reason = data.error_message ? `: ${data.error_message}` : '';
  element('session-status').textContent = `Cuenta ${number}${STATUSES[data.status]}${reason}`;
}

async function showAccounts() {
  const { data } = await ask('sessions');
  fill(
    'accounts',
    data.map((account) => line(`+${account.phone_number}: ${STATUSES[account.status]}`)),
  );
}

async function showMessages() {
  const { data } = await ask('messages');
  fill('messages', data.map(messageLine));
}

function messageLine(message) {
  const who = message.sender_name ?? message.sender_number ?? 'Alguien';
  const item = line(`${who}: ${message.content ?? `[${message.type}]`}`);
  if (message.has_media) item.append(' ', fileLink(message.id));
  if (message.reply) item.append(line(`↳ ${message.reply} (${message.reply_status})`, 'div'));
  return item;
}

function fileLink(id) {
  const link = line('archivo', 'a');
  link.href = `/api/whatsapp/messages/${id}/media`;
  return link;
}

/** What people write is shown as text, never as HTML. */
function line(text, name = 'li') {
  const item = document.createElement(name);
  item.textContent = text;
  return item;
}

/** Puts the lines into a list, unless it says the same already: whoever selects a text there keeps it. */
function fill(id, items) {
  const fresh = document.createElement('ul');
  fresh.append(...items);
  if (element(id).innerHTML !== fresh.innerHTML) element(id).replaceChildren(...fresh.childNodes);
}

/** Asks our backend. Rejects with a sentence for people. */
async function ask(path) {
  const response = await fetch(`/api/whatsapp/${path}`);
  const data = await response.json();
  if (!data.success) throw new Error(data.message);
  return data;
}

element('connect').addEventListener('click', generateQr);
for (;;) {
  // A backend that is away now is asked again.
  await refresh().catch(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
}
