import { serverNow } from '../api.js';
import { $, icon, make, setText } from '../dom.js';
import { text } from '../words/text.js';
import { showPasskey } from './passkey.js';

const ICONS = { connected: 'good', over: 'off', failed: 'bad', linking: 'wait', loading: 'wait', passkeyWait: 'wait' };
/** What to say of the time that is left. */
const TIMED = { qr: 'validQr', code: 'validCode', passkey: 'validPasskey', passkeyCode: 'validPasskey' };
/** A code with less time left is about to be renewed. */
const NEARLY_MS = 500;

/**
 * An offer without a session yet. `view` is what the dialog shows: loading, number, qr, code, passkey, passkeyWait, passkeyCode,
 * linking, connected, over or failed. `isMine` means that the dialog created the session, and deletes it when it is no longer wanted.
 * @param {string} way `qr` or `code`
 * @returns {any} the offer
 */
export function emptyOffer(way) {
  const times = { sinceMs: 0, endsMs: 0, askedMs: 0 };
  return {
    way,
    view: way === 'qr' ? 'loading' : 'number',
    id: '',
    isMine: false,
    isResumed: false,
    trouble: '',
    ...times,
  };
}

/**
 * Shows an offer in the dialog.
 * @param {any} offer
 */
export function showOffer(offer) {
  const { view, way } = offer;
  showWays(offer);
  $('ask-number').hidden = view !== 'number';
  $('offer').hidden = view === 'number';
  showPicture(offer);
  const hasCode = view === 'code' || view === 'passkeyCode';
  setText($('code'), hasCode ? offer.code : '');
  $('code').hidden = !hasCode;
  showPasskey(offer);
  showEmblem(view);
  setText($('connect-state'), text(`offer_${view}`, offer.name));
  setText($('connect-hint'), hintOf(offer));
  $('connect-hint').dataset.mood = offer.trouble ? 'bad' : '';
  $('steps').hidden = !['qr', 'code', 'loading'].includes(view);
  if ($('steps').dataset.way !== way) {
    $('steps').dataset.way = way;
    $('steps').replaceChildren(...text(`steps_${way}`).map((step) => make('li', {}, step)));
  }
  showButtons(view);
  showTime(offer);
}

/**
 * Updates the bar with the time that the code is still valid.
 * @param {any} offer
 */
export function showTime({ view, sinceMs, endsMs }) {
  const words = TIMED[view];
  $('time').hidden = $('time-left').hidden = !words;
  if (!words) return;
  const leftMs = endsMs - serverNow();
  $('time').max = Math.max(1, endsMs - sinceMs);
  $('time').value = Math.max(0, leftMs);
  setText($('time-left'), leftMs < NEARLY_MS ? text('renewing') : text(words, clock(leftMs)));
}

function showWays({ way, view, isResumed }) {
  $('ways').hidden = isResumed || view.startsWith('passkey') || ['linking', 'connected'].includes(view);
  $('way-qr').ariaPressed = String(way === 'qr');
  $('way-code').ariaPressed = String(way === 'code');
}

function showPicture({ view, picture }) {
  $('qr').hidden = view !== 'qr';
  $('qr').alt = text('qrAlt');
  if (view === 'qr' && $('qr').src !== picture) $('qr').src = picture;
}

function showEmblem(view) {
  const name = ICONS[view];
  $('emblem').hidden = !name;
  if (!name || $('emblem').dataset.view === view) return;
  Object.assign($('emblem').dataset, { view, mood: name });
  $('emblem').replaceChildren(icon(name));
}

function showButtons(view) {
  $('connect-new').hidden = !['over', 'failed'].includes(view);
  $('connect-done').hidden = view !== 'connected';
  if (view === 'connected' && document.activeElement !== $('connect-done')) $('connect-done').focus();
}

function hintOf({ view, trouble }) {
  return trouble || text(`hint_${view}`) || '';
}

/** `42 s`, `2:31 min`. */
function clock(ms) {
  const seconds = Math.ceil(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')} min`;
}
