import { ask } from '../api.js';
import { $, setText } from '../dom.js';
import { currentRoute } from '../route.js';
import { readable } from '../words/format.js';
import { errorText, text } from '../words/text.js';

/** The last attempt and its idempotency key: a retry of the same message sends it only once. */
let last = { what: '', key: '' };
/** The account that the result below the form belongs to. */
let shownFor;

/**
 * Shows the form for an account.
 * @param {any} session
 */
export function showSend({ session_id: id, status }) {
  const canSend = status === 'connected';
  $('send-button').disabled = !canSend;
  if (shownFor !== id || (canSend && $('send-result').dataset.mood === 'off')) showResult('', '');
  shownFor = id;
  if (!canSend) showResult(text('sendNotConnected'), 'off');
}

/** Clears the form when the user signs out. */
export function forgetSend() {
  $('send').reset();
  last = { what: '', key: '' };
  shownFor = undefined;
}

/** Wires the form. */
export function wireSend() {
  $('send').addEventListener('submit', async (event) => {
    event.preventDefault();
    if ($('send-button').disabled) return;
    const number = $('send-number').value.trim();
    const message = $('send-text').value;
    if (isMissing('send-number', number, 'numberMissing') || isMissing('send-text', message, 'textMissing')) return;
    showResult(text('sending'), '');
    const id = currentRoute().sessionId;
    const outcome = await send(id, number, message);
    if (id === shownFor) showResult(...outcome);
  });
}

async function send(id, number, message) {
  const what = JSON.stringify([id, number, message]);
  if (last.what !== what) last = { what, key: newKey() };
  const headers = { 'idempotency-key': last.key };
  try {
    const { status, to } = await ask('POST', `/sessions/${id}/send-message`, { number, message }, headers);
    last = { what: '', key: '' };
    $('send-text').value = '';
    if (status === 'draft') return [text('draftWaits'), 'wait'];
    return status === 'pending' ? [text('sentLater'), 'wait'] : [text('sent', readable(to.split('@')[0])), 'good'];
  } catch (error) {
    return [errorText(error, 'messages:send'), 'bad'];
  }
}

function isMissing(id, value, complaint) {
  const missing = value.trim() === '';
  $(id).ariaInvalid = missing ? 'true' : null;
  if (!missing) return false;
  showResult(text(complaint), 'bad');
  $(id).focus();
  return true;
}

function showResult(words, mood) {
  setText($('send-result'), words);
  $('send-result').dataset.mood = mood;
}

/** Not `crypto.randomUUID`, which exists only on HTTPS pages. */
function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
