import { orchestrator, sentenceUnlessGood } from './api.js';
import { $, readable } from './dom.js';
import { text } from './texts.js';

/**
 * What is known of the account's session.
 * `view` names what the card shows: loading, qr, linking, linked, repairing, over, none or gone.
 */
export const session = { id: undefined, view: 'loading', status: undefined, data: undefined, qr: undefined };

const MOODS = { linked: 'good', over: 'bad', none: 'bad', gone: 'bad' };
const STATES = { qr: 'qrShown', none: 'noSession' };

/** Looks at the session, and shows how it is. `running` says whether there is an orchestrator to ask. */
export async function look(running) {
  if (!running) session.view = 'gone';
  else await ask();
  show();
}

/** Asks for a QR in a new session. */
export async function newQr() {
  Object.assign(session, { id: undefined, view: 'loading', status: undefined, data: undefined, qr: undefined });
  show();
  const { sessionId, qr, qrText } = sentenceUnlessGood(await orchestrator('GET', '/generate-qr'));
  Object.assign(session, { id: sessionId, view: 'qr', status: 'connecting', qr: { qr, qrText } });
  await look(true);
}

async function ask() {
  session.id ??= await latest();
  if (!session.id) return newQr();
  const { status, answer } = await orchestrator('GET', `/sessions/${session.id}`);
  session.data = status === 200 ? answer.data : undefined;
  session.status = session.data?.status;
  session.view = status === 404 ? 'none' : viewOf(session.data);
  if (session.view === 'linking') await askQr();
}

/** A page that is opened again goes on with what there is. */
async function latest() {
  const { data } = sentenceUnlessGood(await orchestrator('GET', '/sessions'));
  return data.at(-1)?.session_id;
}

function viewOf(data) {
  if (!data) return 'gone';
  if (data.status === 'connecting') return 'linking';
  if (data.status === 'connected') return 'linked';
  return data.reconnecting ? 'repairing' : 'over';
}

async function askQr() {
  const { status, answer } = await orchestrator('GET', `/sessions/${session.id}/qr`);
  if (status !== 200) return;
  const known = session.qr?.expiresAt && session.qr.qrText === answer.qrText;
  if (!known) session.qr = { ...answer, seenAt: Date.now() };
  session.view = 'qr';
}

/** Puts the session into the card. */
export function show() {
  const { view, data, qr } = session;
  showQr(view === 'qr' ? qr.qr : undefined);
  $('emblem').dataset.mood = MOODS[view] ?? 'wait';
  put('link-state', text(STATES[view] ?? view));
  put('link-hint', (view === 'over' && data.error_message) || hint(STATES[view] ?? view));
  $('new-qr').hidden = view !== 'over' && view !== 'none';
  $('facts').hidden = view !== 'linked' && view !== 'repairing';
  if (data) showFacts(data);
}

function showQr(picture) {
  $('emblem').hidden = picture !== undefined;
  $('qr').hidden = $('qr-time').hidden = picture === undefined;
  $('qr').alt = text('qrAlt');
  if (picture && $('qr').src !== picture) $('qr').src = picture;
}

function showFacts({ phone_number, whatsapp_user_id, session_id }) {
  put('fact-number', readable(phone_number));
  put('fact-device', whatsapp_user_id ?? '');
  put('fact-session', session_id);
}

/** Moves the bar that shows how long the code can still be scanned. */
export function moveTime() {
  const { qr } = session;
  if (!qr?.expiresAt) return;
  const end = Date.parse(qr.expiresAt);
  $('qr-time').max = Math.max(1, end - qr.seenAt);
  $('qr-time').value = Math.max(0, end - Date.now());
}

function hint(name) {
  const words = text(`${name}Hint`);
  return words === `${name}Hint` ? '' : words;
}

/** Writing the same again would have it read aloud again. */
function put(id, words) {
  if ($(id).textContent !== words) $(id).textContent = words;
}
