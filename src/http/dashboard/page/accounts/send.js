import { $, setText } from '../dom.js';
import { currentRoute } from '../route.js';
import { text } from '../words/text.js';
import { forgetSending, sendText } from './sending.js';

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
  forgetSending();
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
    const { outcome } = await sendText(id, number, message);
    if (outcome[1] !== 'bad') $('send-text').value = '';
    if (id === shownFor) showResult(...outcome);
  });
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
