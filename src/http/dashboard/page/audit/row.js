import { serverNow } from '../api.js';
import { make, setText } from '../dom.js';
import { keyName } from '../key-names.js';
import { state } from '../store.js';
import { moment } from '../words/format.js';
import { text } from '../words/text.js';
import { accountName } from '../webhooks/naming.js';
import { actionOf } from './filter.js';

/** The method of an entry that says how many are missing before it. */
const LOST = 'LOST';

/**
 * Builds the row of an entry: who asked for what, and what became of it.
 * @param {any} entry from `GET /audit`
 * @returns {{element: any, update(entry: any): void}}
 */
export function row(entry) {
  const { at, sessionId, method, status } = entry;
  const isLost = method === LOST;
  const who = make('span');
  const time = make('time', { dateTime: at, title: at }, moment(at, serverNow()));
  const account = sessionId ? [' · ', accountOf(sessionId)] : [];
  const aside = asideOf(entry);
  const what = isLost ? make('strong', {}, text('auditLost', status)) : make('code', {}, actionOf(entry));
  const facts = make('p', { className: 'soft' }, time, ' · ', who, ...account, aside && ` · ${aside}`);
  const outcome = isLost
    ? []
    : [make('span', { className: 'status', data: { mood: moodOf(status) } }, wordsOf(status))];
  const element = make('li', {}, make('div', {}, make('p', {}, what), facts), ...outcome);
  return { element, update: ({ caller }) => setText(who, callerName(caller)) };
}

function callerName(caller) {
  if (caller === null) return text('auditNobody');
  if (caller === 'admin') return text('auditAdmin');
  const name = keyName(caller);
  return name === caller ? caller : `${name} (${caller})`;
}

function accountOf(sessionId) {
  const name = accountName(sessionId);
  return state.sessions.has(sessionId) ? make('a', { href: `#/accounts/${sessionId}` }, name) : name;
}

function asideOf({ tool, node }) {
  return [tool && text('auditTool', tool), node && text('auditNode', node)].filter(Boolean).join(' · ');
}

function wordsOf(status) {
  return status === null ? text('auditLeft') : String(status);
}

function moodOf(status) {
  if (status === null) return 'wait';
  return status < 400 ? 'good' : 'bad';
}
