import { ask } from '../api.js';
import { $, put } from '../dom.js';
import { place } from '../route.js';
import { readable, sentenceOf, text } from '../words/text.js';

/** The last try, and its key: the same message that is sent again after a failure goes out once. */
let last = { what: '', key: '' };
/** The account that the result below the form is of. */
let shownFor;

/**
 * Shows the form for this account.
 * @param {any} session
 */
export function showSend({ session_id: id, status }) {
  const canSend = status === 'connected';
  $('send-button').disabled = !canSend;
  if (shownFor !== id || (canSend && $('send-result').dataset.mood === 'off')) say('', '');
  shownFor = id;
  if (!canSend) say(text('sendNotConnected'), 'off');
}

/** Forgets what was written, for somebody else to sign in. */
export function forgetSend() {
  $('send').reset();
  last = { what: '', key: '' };
  shownFor = undefined;
}

/** Has the form send. */
export function wireSend() {
  $('send').addEventListener('submit', async (event) => {
    event.preventDefault();
    if ($('send-button').disabled) return;
    const number = $('send-number').value.trim();
    const message = $('send-text').value;
    if (isMissing('send-number', number, 'numberMissing') || isMissing('send-text', message, 'textMissing')) return;
    say(text('sending'), '');
    const id = place().sessionId;
    const outcome = await send(id, number, message);
    if (id === shownFor) say(...outcome);
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
    return status === 'pending' ? [text('sentLater'), 'wait'] : [text('sent', readable(to.split('@')[0])), 'good'];
  } catch (error) {
    return [sentenceOf(error, 'messages:send'), 'bad'];
  }
}

function isMissing(id, value, complaint) {
  const missing = value.trim() === '';
  $(id).ariaInvalid = missing ? 'true' : null;
  if (!missing) return false;
  say(text(complaint), 'bad');
  $(id).focus();
  return true;
}

function say(words, mood) {
  put($('send-result'), words);
  $('send-result').dataset.mood = mood;
}

/** Not randomUUID, which there is only behind TLS. */
function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
