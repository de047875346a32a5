import { receiverText, text } from '../words/text.js';

/**
 * How the receiver answered.
 * @param {{accepted: boolean, status: number | null, error: string | null, durationMs: number}} attempt
 * @returns {[string, string]} a sentence and its mood
 */
export function outcomeOf({ accepted, status, error, durationMs }) {
  if (accepted) return [text('webhookAccepted', durationMs), 'good'];
  return [status === null ? receiverText(error) : text('webhookRefused', status, durationMs), 'bad'];
}
