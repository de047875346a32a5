import { serverNow } from '../api.js';
import { $, icon, make, put } from '../dom.js';
import { text } from '../words/text.js';

const SIGNS = { connected: 'good', over: 'off', failed: 'bad', linking: 'wait', loading: 'wait' };
/** With less than this left, a code is about to be renewed. */
const NEARLY_MS = 500;

/**
 * Nothing is on offer yet. `view` names what the dialog shows: loading, number, qr, code, linking, connected, over, failed.
 * `isMine` says that the dialog has made its session, which goes with it.
 * @param {string} way `qr` or `code`
 * @returns {any} it
 */
export function nothingOnOffer(way) {
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
  put($('code'), view === 'code' ? offer.code : '');
  $('code').hidden = view !== 'code';
  showEmblem(view);
  put($('connect-state'), text(`offer_${view}`, offer.name));
  put($('connect-hint'), hintOf(offer));
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
 * Moves the bar that shows how long the code is good for.
 * @param {any} offer
 */
export function showTime({ view, sinceMs, endsMs }) {
  const isTimed = ['qr', 'code'].includes(view);
  $('time').hidden = $('time-left').hidden = !isTimed;
  if (!isTimed) return;
  const leftMs = endsMs - serverNow();
  $('time').max = Math.max(1, endsMs - sinceMs);
  $('time').value = Math.max(0, leftMs);
  const words = leftMs < NEARLY_MS ? text('renewing') : text(view === 'qr' ? 'validQr' : 'validCode', clock(leftMs));
  put($('time-left'), words);
}

function showWays({ way, view, isResumed }) {
  $('ways').hidden = isResumed || ['linking', 'connected'].includes(view);
  $('way-qr').ariaPressed = String(way === 'qr');
  $('way-code').ariaPressed = String(way === 'code');
}

function showPicture({ view, picture }) {
  $('qr').hidden = view !== 'qr';
  $('qr').alt = text('qrAlt');
  if (view === 'qr' && $('qr').src !== picture) $('qr').src = picture;
}

function showEmblem(view) {
  const sign = SIGNS[view];
  $('emblem').hidden = !sign;
  if (!sign || $('emblem').dataset.view === view) return;
  Object.assign($('emblem').dataset, { view, mood: sign });
  $('emblem').replaceChildren(icon(sign));
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
