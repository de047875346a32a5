import { ask } from '../api.js';
import { readable } from '../words/format.js';
import { errorText, text } from '../words/text.js';

/** The last attempt and its idempotency key: a retry of the same message sends it only once. */
let last = { what: '', key: '' };

/**
 * Sends a text. When it is sent again after a failure, it leaves only once.
 * @param {string} id of the session
 * @param {string} number of the recipient, or an address
 * @param {string} message
 * @returns {Promise<{isSent: boolean, outcome: [string, string]}>} whether WhatsApp has it, and what became of it: a sentence, and
 *   its mood, which is `bad` when it was refused
 */
export async function sendText(id, number, message) {
  const what = JSON.stringify([id, number, message]);
  if (last.what !== what) last = { what, key: newKey() };
  const headers = { 'idempotency-key': last.key };
  try {
    const { status, to } = await ask('POST', `/sessions/${id}/send-message`, { number, message }, headers);
    forgetSending();
    if (status === 'draft') return { isSent: false, outcome: [text('draftWaits'), 'wait'] };
    if (status === 'pending') return { isSent: false, outcome: [text('sentLater'), 'wait'] };
    return { isSent: true, outcome: [text('sent', readable(to.split('@')[0])), 'good'] };
  } catch (error) {
    return { isSent: false, outcome: [errorText(error, 'messages:send'), 'bad'] };
  }
}

/** Forgets the last attempt when the user signs out. */
export function forgetSending() {
  last = { what: '', key: '' };
}

/** Not `crypto.randomUUID`, which exists only on HTTPS pages. */
function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
