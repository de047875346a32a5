const POLL_INTERVAL_MS = 1_000;
/** The key in localStorage of the current session, which survives a reload. */
const STORAGE_KEY = 'currentSessionId';

const STATUSES = {
  connecting: 'esperando a que escanees el QR…',
  connected: 'conectada',
  disconnected: 'desconectada',
  error: 'requiere atención',
};

const element = (id) => document.getElementById(id);

/** Creates a session and shows its QR. */
async function generateQr() {
  element('connect').disabled = true;
  element('session-status').textContent = 'Generando el QR…';
  try {
    const data = await request('generate-qr');
    localStorage.setItem(STORAGE_KEY, data.sessionId);
    showQr(data.qr);
    element('session-info').textContent = `ID de sesión: ${data.sessionId}`;
    element('session-status').textContent = '';
  } catch (error) {
    element('session-status').textContent = `No se pudo generar el QR: ${error.message}`;
  }
  element('connect').disabled = false;
}

/** Shows a QR, or hides it if there is none. WhatsApp renews it; the backend has the current one. */
function showQr(picture) {
  element('qr-display').hidden = !picture;
  if (picture && element('qr-image').src !== picture) element('qr-image').src = picture;
}

async function refresh() {
  await Promise.all([showSession(), showAccounts(), showMessages()]);
}

/** Shows the state of the session that this page created. */
async function showSession() {
  const sessionId = localStorage.getItem(STORAGE_KEY);
  if (!sessionId) return;
  const { data } = await request(`sessions/${encodeURIComponent(sessionId)}`).catch(() => ({}));
  // No event of the session has arrived yet, or the button was pressed in the meantime.
  if (!data || localStorage.getItem(STORAGE_KEY) !== sessionId) return;
  showQr(data.qr);
  element('session-info').textContent = `ID de sesión: ${sessionId}`;
  const number = data.phone_number ? `+${data.phone_number} ` : '';
  const reason = data.error_message ? `: ${data.error_message}` : '';
  element('session-status').textContent = `Cuenta ${number}${STATUSES[data.status]}${reason}`;
}

async function showAccounts() {
  const { data } = await request('sessions');
  fill(
    'accounts',
    data.map((account) => textElement(`+${account.phone_number}: ${STATUSES[account.status]}`)),
  );
}

async function showMessages() {
  const { data } = await request('messages');
  fill('messages', data.map(messageItem));
}

function messageItem(message) {
  const who = message.sender_name ?? message.sender_number ?? 'Alguien';
  const item = textElement(`${who}: ${message.content ?? `[${message.type}]`}`);
  if (message.has_media) item.append(' ', fileLink(message.id));
  if (message.reply) item.append(textElement(`↳ ${message.reply} (${message.reply_status})`, 'div'));
  return item;
}

function fileLink(id) {
  const link = textElement('archivo', 'a');
  link.href = `/api/whatsapp/messages/${id}/media`;
  return link;
}

/** Creates an element with a text. What people write is never inserted as HTML. */
function textElement(text, name = 'li') {
  const item = document.createElement(name);
  item.textContent = text;
  return item;
}

/** Replaces the items of a list. Leaves an identical list alone, so that a selection in it survives. */
function fill(id, items) {
  const fresh = document.createElement('ul');
  fresh.append(...items);
  if (element(id).innerHTML !== fresh.innerHTML) element(id).replaceChildren(...fresh.childNodes);
}

/** Sends a request to our backend. Rejects with its error message. */
async function request(path) {
  const response = await fetch(`/api/whatsapp/${path}`);
  const data = await response.json();
  if (!data.success) throw new Error(data.message);
  return data;
}

element('connect').addEventListener('click', generateQr);
for (;;) {
  // Keeps polling while the backend is down.
  await refresh().catch(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS));
}
