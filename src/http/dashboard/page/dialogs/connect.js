import { ask, serverNow } from '../api.js';
import { $ } from '../dom.js';
import { on } from '../live.js';
import { nothingOnOffer, showOffer, showTime } from './offer.js';
import { goTo } from '../route.js';
import { nameOf } from '../accounts/session.js';
import { state } from '../store.js';
import { said, sentenceOf, text } from '../words/text.js';

const SCOPE = 'sessions:create';
const TICK_MS = 500;
/** A renewed code is asked for again when it is not there yet. */
const AGAIN_MS = 3000;

/** What the dialog shows; another object for each offer, so that the answers to an older one are known by it. */
let offer = nothingOnOffer('qr');
let ticking;

/**
 * Opens the dialog.
 * @param {string} [id] of a session that waits for its phone; without it there will be a new one
 */
export function openConnect(id) {
  $('connect').showModal();
  clearInterval(ticking);
  ticking = setInterval(tick, TICK_MS);
  if (id) void resume(id);
  else void begin('qr');
}

/** Closes the dialog, for somebody else to sign in. */
export function closeConnect() {
  if ($('connect').open) $('connect').close();
}

/** Has the dialog do what it says, and follow what happens to its session. */
export function wireConnect() {
  $('way-qr').addEventListener('click', () => change('qr'));
  $('way-code').addEventListener('click', () => change('code'));
  $('connect-new').addEventListener('click', () => {
    void letGo(offer);
    void begin(offer.way);
  });
  $('connect-close').addEventListener('click', closeConnect);
  $('connect-done').addEventListener('click', () => {
    goTo(offer.id);
    closeConnect();
  });
  $('connect').addEventListener('close', () => {
    clearInterval(ticking);
    void letGo(offer);
    offer = nothingOnOffer('qr');
  });
  $('ask-number').addEventListener('submit', (event) => {
    event.preventDefault();
    void askCode($('code-number').value.trim());
  });
  on('session', follow);
  on('qr', ({ session_id: id }) => id === offer.id && refresh(offer));
  on('removed', ({ session_id: id }) => id === offer.id && offer.view !== 'failed' && show({ view: 'over', id: '' }));
}

function show(news) {
  Object.assign(offer, news);
  showOffer(offer);
}

function follow(session) {
  if (session.session_id !== offer.id) return;
  if (session.status === 'connected') show({ view: 'connected', isMine: false, name: nameOf(session) });
  else if (session.status !== 'connecting')
    show({ view: 'failed', isMine: false, trouble: said(session.error_message) });
}

/** The other way of connecting, with a session of its own. */
function change(way) {
  if (way === offer.way && offer.view !== 'failed') return;
  void letGo(offer);
  void begin(way);
}

async function begin(way) {
  const mine = (offer = nothingOnOffer(way));
  showOffer(offer);
  if (way === 'code') return $('code-number').focus();
  await attempt(mine, async () => {
    const { sessionId: id, qr } = await ask('GET', '/generate-qr');
    Object.assign(mine, { id, isMine: true, picture: qr });
    // The dialog may be closed by now: nobody would see this code.
    if (mine !== offer) return letGo(mine);
    await refresh(mine);
  });
}

async function askCode(number) {
  if (number === '') return show({ trouble: text('numberMissing') });
  const mine = (offer = { ...nothingOnOffer('code'), view: 'loading' });
  showOffer(offer);
  await attempt(mine, async () => {
    const { sessionId: id, formatted: code, expiresAt } = await ask('POST', '/sessions/pairing-code', { number });
    Object.assign(mine, { id, isMine: true });
    if (mine !== offer) return letGo(mine);
    takeCode(mine, { code, expiresAt });
  });
  if (mine === offer && mine.view === 'failed') show({ view: 'number' });
}

/** Shows the code of a session that is there. */
async function resume(id) {
  const mine = (offer = { ...nothingOnOffer('qr'), id, isResumed: true });
  showOffer(offer);
  await attempt(mine, async () => {
    if (await refresh(mine)) return;
    const { formatted: code, expiresAt } = await ask('GET', `/sessions/${id}/pairing-code`);
    takeCode(mine, { code, expiresAt, way: 'code' });
  });
}

function takeCode(mine, news) {
  if (mine !== offer) return;
  show({ view: 'code', ...news, endsMs: Date.parse(news.expiresAt), sinceMs: serverNow() });
}

/** The QR that is valid now; answers whether there is one. */
async function refresh(mine) {
  mine.askedMs = serverNow();
  try {
    const { qr: picture, expiresAt } = await ask('GET', `/sessions/${mine.id}/qr`);
    if (mine !== offer || mine.view === 'connected') return true;
    show({ view: 'qr', picture, endsMs: Date.parse(expiresAt), sinceMs: serverNow() });
    return true;
  } catch (error) {
    if (error.code !== 'session_not_pairing') throw error;
    // Scanned; or one that is typed. The session's own event says when it is connected.
    if (mine === offer && mine.view === 'qr') show({ view: 'linking', isMine: false });
    return false;
  }
}

async function attempt(mine, work) {
  try {
    await work();
  } catch (error) {
    if (mine === offer) show({ view: 'failed', trouble: sentenceOf(error, SCOPE) });
  }
}

/** The stream says when there is another code; without it, it is asked for. */
function tick() {
  showTime(offer);
  const isOld = offer.view === 'qr' && serverNow() > Math.max(offer.endsMs, offer.askedMs + AGAIN_MS);
  if (isOld) void attempt(offer, () => refresh(offer));
  const session = state.sessions.get(offer.id);
  if (session && offer.view === 'linking') follow(session);
}

/** Nobody wants this code any more: its session goes, unless somebody has used it after all. */
async function letGo({ id, way, isMine }) {
  if (!isMine) return;
  try {
    await ask('GET', `/sessions/${id}/${way === 'qr' ? 'qr' : 'pairing-code'}`);
    await ask('DELETE', `/sessions/${id}`);
  } catch {
    // It is linked, or gone; and if nobody answers, it is still in the list, to be deleted there.
  }
}
