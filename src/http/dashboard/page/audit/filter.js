import { byUrgency } from '../accounts/session.js';
import { $, make, setText, showList } from '../dom.js';
import { knownKeys } from '../key-names.js';
import { state } from '../store.js';
import { text } from '../words/text.js';
import { accountName } from '../webhooks/naming.js';

/** `POST`, `/sessions/:sessionId/restart`, or both with a space between them. */
const ACTION = /^([a-zA-Z]+)?(?:^| )?(\/\S*)?$/;

/** The actions that were seen, to choose from. */
const seen = new Set();

/**
 * Shows what to choose from: keys, accounts, and the actions of entries.
 * @param {{method: string, route: string}[]} entries
 */
export function showFilter(entries) {
  for (const entry of entries) seen.add(actionOf(entry));
  const keys = [['admin', text('auditAdmin')], ...knownKeys()];
  showList($('audit-callers'), keys, ([id]) => id, suggestion);
  showList($('audit-actions'), [...seen].sort(), String, (value) => suggestion([value, '']));
  const accounts = byUrgency(state.sessions).map(({ session_id }) => session_id);
  showList($('audit-account'), ['', ...accounts], String, option);
}

/**
 * What the form asks for, as the query of `GET /audit`.
 * @returns {{query?: URLSearchParams, trouble?: string}}
 */
export function filterGiven() {
  const [caller, action] = [$('audit-caller').value.trim(), $('audit-action').value.trim()];
  const [since, until] = [$('audit-since').value, $('audit-until').value];
  const [, method, route] = ACTION.exec(action) ?? [];
  if (action !== '' && !method && !route) return { trouble: text('auditActionWrong') };
  if (since && until && until < since) return { trouble: text('rangeReversed') };
  const wishes = { caller, method, route, sessionId: $('audit-account').value, since: iso(since), until: iso(until) };
  return { query: new URLSearchParams(Object.entries(wishes).filter(([, value]) => value)) };
}

/** Empties the form, and forgets the actions when the user signs out. */
export function forgetFilter() {
  $('audit-filter').reset();
  seen.clear();
}

/**
 * What was asked for: method and pattern of the path.
 * @param {{method: string, route: string}} entry
 * @returns {string}
 */
export function actionOf({ method, route }) {
  return `${method} ${route}`;
}

function iso(local) {
  return local && new Date(local).toISOString();
}

function suggestion([value, label]) {
  return { element: make('option', { value, label }), update: () => {} };
}

function option(value) {
  const element = make('option', { value });
  return { element, update: () => setText(element, value ? accountName(value) : text('auditAnyAccount')) };
}
