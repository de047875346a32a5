import { nameOf } from '../accounts/session.js';
import { ask, serverNow } from '../api.js';
import { $ } from '../dom.js';
import { on } from '../live.js';
import { goTo } from '../route.js';
import { state } from '../store.js';
import { errorText, serverText, text } from '../words/text.js';
import { emptyOffer, showOffer, showTime } from './offer.js';
import { digitsOf, prepareNumber, wireNumber } from '../numbers/pairing-number.js';
import { passkeyOf, wirePasskey } from './passkey.js';

const SCOPE = 'sessions:create';
const TICK_MS = 500;
/** How soon to ask again for a renewed code that is not there yet. */
const RETRY_MS = 3000;

/** What the dialog shows. Each offer is a new object, so that late responses to an earlier one are recognized. */
let offer = emptyOffer('qr');
let ticking;

/**
 * Opens the dialog.
 * @param {string} [id] of a session that is pairing; without it, a new session is created
 */
export function openConnect(id) {
  $('connect').showModal();
  clearInterval(ticking);
  ticking = setInterval(tick, TICK_MS);
  if (id) void resume(id);
  else void begin('qr');
}

/** Closes the dialog when the user signs out. */
export function closeConnect() {
  if ($('connect').open) $('connect').close();
}

/** Wires the dialog, and follows the events of its session. */
export function wireConnect() {
  $('way-qr').addEventListener('click', () => switchTo('qr'));
  $('way-code').addEventListener('click', () => switchTo('code'));
  $('connect-new').addEventListener('click', () => {
    void discard(offer);
    void begin(offer.way);
  });
  $('connect-close').addEventListener('click', closeConnect);
  $('connect-done').addEventListener('click', () => {
    goTo(offer.id);
    closeConnect();
  });
  $('connect').addEventListener('close', () => {
    clearInterval(ticking);
    void discard(offer);
    offer = emptyOffer('qr');
  });
  $('ask-number').addEventListener('submit', (event) => {
    event.preventDefault();
    void askCode(digitsOf());
  });
  wireNumber();
  wirePasskey({ idOf: () => offer.id, trouble: (words) => show({ trouble: words }) });
  on('session', showOutcome);
  on('qr', ({ session_id: id }) => id === offer.id && refresh(offer));
  on('removed', ({ session_id: id }) => id === offer.id && offer.view !== 'failed' && void follow(offer));
}

function show(changes) {
  Object.assign(offer, changes);
  showOffer(offer);
}

function showOutcome(session) {
  if (session.session_id !== offer.id) return;
  if (session.status === 'connected') show({ view: 'connected', isMine: false, name: nameOf(session) });
  else if (session.status !== 'connecting')
    show({ view: 'failed', isMine: false, trouble: serverText(session.error_message) });
  else if (session.passkey || offer.view.startsWith('passkey')) void followPasskey(offer, session.passkey);
}

/** Shows the step of a passkey that WhatsApp waits for. Without one, the phone is linked, or a new QR follows. */
async function followPasskey(mine, passkey) {
  await attempt(mine, async () => {
    if (!passkey) return refresh(mine);
    const changes = await passkeyOf(mine.id);
    if (mine === offer) show(changes);
  });
}

/** The session is gone. If its account was linked before, the one that it had goes on, and answers under this id too. */
async function follow(mine) {
  let session;
  try {
    session = (await ask('GET', `/sessions/${mine.id}`)).data;
  } catch {
    // It was removed.
  }
  if (mine !== offer) return;
  if (!session) return show({ view: 'over', id: '' });
  show({ view: 'linking', isMine: false, id: session.session_id });
  showOutcome(session);
}

/** Switches between QR and pairing code; each has its own session. */
function switchTo(way) {
  if (way === offer.way && offer.view !== 'failed') return;
  void discard(offer);
  void begin(way);
}

async function begin(way) {
  const mine = (offer = emptyOffer(way));
  showOffer(offer);
  if (way === 'code') {
    prepareNumber();
    return $('code-number').focus();
  }
  await attempt(mine, async () => {
    const { sessionId: id, qr } = await ask('GET', '/generate-qr');
    Object.assign(mine, { id, isMine: true, picture: qr });
    // The dialog may be closed by now, and the code useless.
    if (mine !== offer) return discard(mine);
    await refresh(mine);
  });
}

async function askCode(number) {
  if (number === '') return show({ trouble: text('numberMissing') });
  const mine = (offer = { ...emptyOffer('code'), view: 'loading' });
  showOffer(offer);
  await attempt(mine, async () => {
    const { sessionId: id, formatted: code, expiresAt } = await ask('POST', '/sessions/pairing-code', { number });
    Object.assign(mine, { id, isMine: true });
    if (mine !== offer) return discard(mine);
    showCode(mine, { code, expiresAt });
  });
  if (mine === offer && mine.view === 'failed') show({ view: 'number' });
}

/** Shows the code of an existing session. */
async function resume(id) {
  const mine = (offer = { ...emptyOffer('qr'), id, isResumed: true });
  showOffer(offer);
  await attempt(mine, async () => {
    const { passkey } = state.sessions.get(id) ?? {};
    if (passkey) return followPasskey(mine, passkey);
    if (await refresh(mine)) return;
    const { formatted: code, expiresAt } = await ask('GET', `/sessions/${id}/pairing-code`);
    showCode(mine, { code, expiresAt, way: 'code' });
  });
}

function showCode(mine, changes) {
  if (mine !== offer) return;
  show({ view: 'code', ...changes, endsMs: Date.parse(changes.expiresAt), sinceMs: serverNow() });
}

/** Shows the current QR. Returns whether the session has one. */
async function refresh(mine) {
  mine.askedMs = serverNow();
  try {
    const { qr: picture, expiresAt } = await ask('GET', `/sessions/${mine.id}/qr`);
    if (mine !== offer || mine.view === 'connected') return true;
    const trouble = mine.view.startsWith('passkey') ? text('passkeyEnded') : mine.trouble;
    show({ view: 'qr', trouble, picture, endsMs: Date.parse(expiresAt), sinceMs: serverNow() });
    return true;
  } catch (error) {
    // There is no code because WhatsApp cannot be reached: the next one comes by itself.
    if (error.reason) throw error;
    if (error.code !== 'session_not_pairing') throw error;
    // The QR was scanned, or the session uses a pairing code. Its event says when it is connected.
    const isScanned = mine.view === 'qr' || mine.view.startsWith('passkey');
    if (mine === offer && isScanned) show({ view: 'linking', isMine: false, trouble: '' });
    return false;
  }
}

async function attempt(mine, work) {
  try {
    await work();
  } catch (error) {
    if (mine === offer) show({ view: 'failed', trouble: errorText(error, SCOPE) });
  }
}

/** The stream announces a renewed code; when it is down, the dialog asks for it. */
function tick() {
  showTime(offer);
  const isOld = offer.view === 'qr' && serverNow() > Math.max(offer.endsMs, offer.askedMs + RETRY_MS);
  if (isOld) void attempt(offer, () => refresh(offer));
  const session = state.sessions.get(offer.id);
  if (session && offer.view === 'linking') showOutcome(session);
}

/** Deletes the session of an unwanted code, unless the code was used meanwhile. */
async function discard({ id, way, isMine }) {
  if (!isMine) return;
  try {
    await ask('GET', `/sessions/${id}/${way === 'qr' ? 'qr' : 'pairing-code'}`);
    await ask('DELETE', `/sessions/${id}`);
  } catch {
    // Linked, or already gone. If the server is unreachable, the session stays in the list and can be deleted there.
  }
}
