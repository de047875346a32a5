import { orchestrator, requireSuccess } from './api.js';
import { $, readable } from './dom.js';
import { text } from './texts.js';

/**
 * What the page knows about the account's session.
 * `view` is what the card shows: loading, qr, linking, linked, reconnecting, ended, none or unavailable.
 */
export const session = { id: undefined, view: 'loading', status: undefined, data: undefined, qr: undefined };

const MOODS = { linked: 'good', ended: 'bad', none: 'bad', unavailable: 'bad' };
const TEXT_NAMES = { qr: 'qrShown', none: 'noSession' };

/**
 * Fetches the session and renders its state.
 * @param {boolean} isRunning whether the orchestrator is running
 */
export async function refreshSession(isRunning) {
  if (!isRunning) session.view = 'unavailable';
  else await fetchSession();
  show();
}

/** Requests a QR in a new session. */
export async function newQr() {
  Object.assign(session, { id: undefined, view: 'loading', status: undefined, data: undefined, qr: undefined });
  show();
  const { sessionId, qr, qrText } = requireSuccess(await orchestrator('GET', '/generate-qr'));
  Object.assign(session, { id: sessionId, view: 'qr', status: 'connecting', qr: { qr, qrText } });
  await refreshSession(true);
}

async function fetchSession() {
  session.id ??= await latestSessionId();
  if (!session.id) return newQr();
  const { status, body } = await orchestrator('GET', `/sessions/${session.id}`);
  session.data = status === 200 ? body.data : undefined;
  session.status = session.data?.status;
  session.view = status === 404 ? 'none' : viewOf(session.data);
  if (session.view === 'linking') await fetchQr();
}

/** A reloaded page continues with the latest session. */
async function latestSessionId() {
  const { data } = requireSuccess(await orchestrator('GET', '/sessions'));
  return data.at(-1)?.session_id;
}

function viewOf(data) {
  if (!data) return 'unavailable';
  if (data.status === 'connecting') return 'linking';
  if (data.status === 'connected') return 'linked';
  return data.reconnecting ? 'reconnecting' : 'ended';
}

async function fetchQr() {
  const { status, body } = await orchestrator('GET', `/sessions/${session.id}/qr`);
  if (status !== 200) return;
  const isKnown = session.qr?.expiresAt && session.qr.qrText === body.qrText;
  if (!isKnown) session.qr = { ...body, seenAt: Date.now() };
  session.view = 'qr';
}

/** Renders the session into its card. */
export function show() {
  const { view, data, qr } = session;
  showQr(view === 'qr' ? qr.qr : undefined);
  $('emblem').dataset.mood = MOODS[view] ?? 'wait';
  setText('link-state', text(TEXT_NAMES[view] ?? view));
  setText('link-hint', (view === 'ended' && data.error_message) || hint(TEXT_NAMES[view] ?? view));
  $('new-qr').hidden = view !== 'ended' && view !== 'none';
  $('facts').hidden = view !== 'linked' && view !== 'reconnecting';
  if (data) showFacts(data);
}

function showQr(picture) {
  $('emblem').hidden = picture !== undefined;
  $('qr').hidden = $('qr-time').hidden = picture === undefined;
  $('qr').alt = text('qrAlt');
  if (picture && $('qr').src !== picture) $('qr').src = picture;
}

function showFacts({ phone_number, whatsapp_user_id, session_id }) {
  setText('fact-number', readable(phone_number));
  setText('fact-device', whatsapp_user_id ?? '');
  setText('fact-session', session_id);
}

/** Updates the bar that shows how long the QR remains valid. */
export function updateTimeLeft() {
  const { qr } = session;
  if (!qr?.expiresAt) return;
  const end = Date.parse(qr.expiresAt);
  $('qr-time').max = Math.max(1, end - qr.seenAt);
  $('qr-time').value = Math.max(0, end - Date.now());
}

function hint(name) {
  const content = text(`${name}Hint`);
  return content === `${name}Hint` ? '' : content;
}

/** Leaves an unchanged text alone, or screen readers would announce it again. */
function setText(id, content) {
  if ($(id).textContent !== content) $(id).textContent = content;
}
