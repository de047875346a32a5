import { readable } from '../words/format.js';
import { language } from '../words/text.js';
import { byUrgency, kindOf, latest, nameOf } from './session.js';

/** The orders of the list by their names; each compares two sessions. */
const ORDERS = {
  name: (one, other) => collator().compare(nameOf(one), nameOf(other)),
  number: (one, other) => collator().compare(one.phone_number ?? '~', other.phone_number ?? '~'),
  seen: (one, other) => latest(one.last_seen, other.last_seen),
  created: (one, other) => latest(one.created_at, other.created_at),
};

/** The names of all orders, the usual one first. */
export const ORDER_NAMES = ['urgency', ...Object.keys(ORDERS)];

/** Whoever types asks the same sessions again and again. */
const searched = new WeakMap();

const collators = new Map();

/**
 * Those sessions that match, in order.
 * @param {Map<string, any>} sessions
 * @param {{words: string, kind: string, order: string}} wish `words` as typed, `kind` as of `kindOf` or empty for all
 * @returns {any[]}
 */
export function matching(sessions, { words, kind, order }) {
  const parts = plain(words).split(/\s+/).filter(Boolean);
  const digits = /^[\d\s()+-]+$/.test(words) ? words.replace(/\D/g, '') : '';
  const found = byUrgency(sessions).filter((session) => {
    if (kind !== '' && kindOf(session) !== kind) return false;
    const text = searchable(session);
    return parts.every((part) => text.includes(part)) || (digits !== '' && session.phone_number?.includes(digits));
  });
  return ORDERS[order] ? found.sort(ORDERS[order]) : found;
}

/** All that a session can be found by. A session that changes is another object. */
function searchable(session) {
  const known = searched.get(session);
  if (known !== undefined) return known;
  const { name, push_name, phone_number, session_id, labels } = session;
  const text = plain([name, push_name, readable(phone_number), phone_number, session_id, ...labels].join('\n'));
  searched.set(session, text);
  return text;
}

/** Without capitals and accents: `jose` finds `José`. */
function plain(words) {
  return words.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

function collator() {
  if (!collators.has(language)) collators.set(language, new Intl.Collator(language, { numeric: true }));
  return collators.get(language);
}
