import { icon, make } from '../dom.js';
import { moodOf } from './session.js';
import { text } from '../words/text.js';

/**
 * Shows a status by a sign and by words.
 * @param {any} element
 * @param {string} kind of a session
 */
export function showStatus(element, kind) {
  if (element.dataset.kind === kind) return;
  Object.assign(element.dataset, { kind, mood: moodOf(kind) });
  element.className = 'status';
  element.replaceChildren(icon(kind === 'unlinked' ? 'off' : moodOf(kind)), make('span', {}, text(`status_${kind}`)));
}
