import { byUrgency, nameOf } from '../accounts/session.js';
import { state } from '../store.js';
import { text } from '../words/text.js';

/**
 * The display name of a webhook.
 * @param {any} webhook from `GET /webhooks`
 * @returns {string} its name, or the host of its URL
 */
export function webhookName({ name, url }) {
  return name.trim() || (URL.canParse(url) && new URL(url).host) || url;
}

/**
 * The display name of an event.
 * @param {string} event a name from `GET /webhooks`
 * @returns {string} the name itself where the page has no text for it
 */
export function eventName(event) {
  return text(`event_${event}`) ?? event;
}

/**
 * The display name of an account.
 * @param {string} sessionId
 * @returns {string} the id itself where there is no such account any more
 */
export function accountName(sessionId) {
  return state.sessions.has(sessionId) ? nameOf(state.sessions.get(sessionId)) : sessionId;
}

/**
 * The accounts to choose from: those that are linked, and those chosen before that are no longer there.
 * @param {string[] | null} chosen their ids; `null` for all
 * @returns {{value: string, words: string}[]}
 */
export function accountOptions(chosen) {
  const linked = byUrgency(state.sessions).filter(({ phone_number }) => phone_number);
  const ids = new Set([...linked.map(({ session_id }) => session_id), ...(chosen ?? [])]);
  return [...ids].map((value) => ({ value, words: accountName(value) }));
}
