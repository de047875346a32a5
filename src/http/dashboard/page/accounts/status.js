import { icon, make } from '../dom.js';
import { text } from '../words/text.js';
import { moodOf } from './session.js';

/**
 * Shows a status as an icon and text.
 * @param {any} element
 * @param {string} kind of a session
 */
export function showStatus(element, kind) {
  if (element.dataset.kind === kind) return;
  Object.assign(element.dataset, { kind, mood: moodOf(kind) });
  element.className = 'status';
  element.replaceChildren(icon(kind === 'unlinked' ? 'off' : moodOf(kind)), make('span', {}, text(`status_${kind}`)));
}
