import { text, readable } from '../words/text.js';

/** How each kind of status is shown; words say the same. The worst comes first. */
const KINDS = ['error', 'unlinked', 'reconnecting', 'restricted', 'pairing', 'connected'];
const MOODS = {
  error: 'bad',
  unlinked: 'bad',
  reconnecting: 'wait',
  restricted: 'wait',
  pairing: 'wait',
  connected: 'good',
};

/**
 * What kind of status a session has, for people.
 * @param {any} session as `GET /sessions` has it
 * @returns {string} one of KINDS
 */
export function kindOf({ status, reconnecting, account_restricted }) {
  if (status === 'connected') return account_restricted ? 'restricted' : 'connected';
  if (status === 'connecting') return 'pairing';
  if (status === 'error') return 'error';
  return reconnecting ? 'reconnecting' : 'unlinked';
}

/**
 * The mood of a kind, which has a colour.
 * @param {string} kind one of KINDS
 * @returns {string} `good`, `wait` or `bad`
 */
export function moodOf(kind) {
  return MOODS[kind];
}

/**
 * What people call it.
 * @param {any} session
 * @returns {string} its number, or that it is new
 */
export function nameOf(session) {
  return readable(session?.phone_number) || text('newAccount');
}

/**
 * Whether a person has to do something.
 * @param {any} session
 * @returns {boolean} it
 */
export function needsPerson(session) {
  return ['error', 'unlinked'].includes(kindOf(session));
}

/**
 * All of them, those that need somebody first, then the newest.
 * @param {Map<string, any>} sessions
 * @returns {any[]} in order
 */
export function inOrder(sessions) {
  const rank = (session) => KINDS.indexOf(kindOf(session));
  return [...sessions.values()].sort(
    (one, other) => rank(one) - rank(other) || other.created_at.localeCompare(one.created_at),
  );
}
