import { sendText } from '../accounts/sending.js';
import { $, setText } from '../dom.js';
import { currentRoute } from '../route.js';
import { text } from '../words/text.js';
import { messagesChanged } from './conversation.js';

/** The conversation that the field and the result belong to: what was written for one must not reach another. */
let shownFor = '';

/**
 * Shows the form for a conversation.
 * @param {any} session
 * @param {string} chatId
 */
export function showAnswer({ session_id: sessionId, status }, chatId) {
  const canSend = status === 'connected';
  const id = `${sessionId} ${chatId}`;
  if (shownFor !== id) {
    $('answer').reset();
    say('', '');
  }
  shownFor = id;
  $('answer-button').disabled = !canSend;
  if (!canSend) say(text('sendNotConnected'), 'off');
  else if ($('answer-result').dataset.mood === 'off') say('', '');
}

/** Clears the form when the user signs out. */
export function forgetAnswer() {
  $('answer').reset();
  say('', '');
  shownFor = '';
}

/** Wires the form. */
export function wireAnswer() {
  $('answer').addEventListener('submit', async (event) => {
    event.preventDefault();
    const words = $('answer-text').value;
    const { sessionId, chatId } = currentRoute();
    const mine = shownFor;
    if ($('answer-button').disabled || $('answer').ariaBusy === 'true') return;
    if (words.trim() === '') return say(text('textMissing'), 'bad');
    $('answer').ariaBusy = 'true';
    say(text('sending'), '');
    const { outcome, isSent } = await sendText(sessionId, chatId, words);
    $('answer').ariaBusy = null;
    messagesChanged();
    if (mine !== shownFor) return;
    // The message itself shows that it was sent.
    say(...(isSent ? ['', ''] : outcome));
    if (outcome[1] !== 'bad' && $('answer-text').value === words) $('answer-text').value = '';
  });
}

function say(words, mood) {
  setText($('answer-result'), words);
  $('answer-result').dataset.mood = mood;
}
