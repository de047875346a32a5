import { serverNow } from '../api.js';
import { readable } from '../words/format.js';
import { text } from '../words/text.js';
import { isLongAway } from './long-away.js';

/** The kinds of status, the most urgent first. */
export const KINDS = ['error', 'unlinked', 'reconnecting', 'restricted', 'pairing', 'connected', 'stopped'];
const MOODS = {
  error: 'bad',
  unlinked: 'bad',
  reconnecting: 'wait',
  restricted: 'wait',
  pairing: 'wait',
  connected: 'good',
  stopped: 'off',
};

/**
 * The kind of status that the page shows for a session.
 * @param {any} session from `GET /sessions`
 * @returns {string} one of KINDS
 */
export function kindOf({ status, reconnecting, account_restricted, stopped }) {
  if (stopped) return 'stopped';
  if (status === 'connected') return account_restricted ? 'restricted' : 'connected';
  if (status === 'connecting') return 'pairing';
  if (status === 'error') return 'error';
  return reconnecting ? 'reconnecting' : 'unlinked';
}

/**
 * The mood of a kind, which sets its colour.
 * @param {string} kind one of KINDS
 * @returns {string} `good`, `wait`, `bad` or `off`
 */
export function moodOf(kind) {
  return MOODS[kind];
}

/**
 * The display name of a session.
 * @param {any} session
 * @returns {string} its name, else its number, or `New account` before it has one
 */
export function nameOf(session) {
  return session?.name || readable(session?.phone_number) || text('newAccount');
}

/**
 * Whether a session stays down until a person acts, or has been reconnecting in vain for long.
 * @param {any} session
 * @returns {boolean}
 */
export function needsAttention(session) {
  const kind = kindOf(session);
  return kind === 'reconnecting' ? isLongAway(session, serverNow()) : ['error', 'unlinked'].includes(kind);
}

/**
 * Whether a session is only a code that waits for a phone: nobody has named it, and no account is known.
 * @param {any} session
 * @returns {boolean}
 */
export function isCode(session) {
  return kindOf(session) === 'pairing' && !session.phone_number && !session.name;
}

/**
 * All sessions, the most urgent first, then the newest.
 * @param {Map<string, any>} sessions
 * @returns {any[]}
 */
export function byUrgency(sessions) {
  const ranked = [...sessions.values()].map((session) => ({ session, rank: KINDS.indexOf(kindOf(session)) }));
  ranked.sort((one, other) => one.rank - other.rank || latest(one.session.created_at, other.session.created_at));
  return ranked.map(({ session }) => session);
}

/**
 * Compares two times in ISO 8601, the later one first; `null` is before all times.
 * @param {string | null} one
 * @param {string | null} other
 * @returns {number}
 */
export function latest(one, other) {
  const [before, after] = [one ?? '', other ?? ''];
  return before < after ? 1 : before > after ? -1 : 0;
}
