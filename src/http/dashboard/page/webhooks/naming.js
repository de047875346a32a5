import { nameOf } from '../accounts/session.js';
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
