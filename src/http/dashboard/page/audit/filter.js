import { byUrgency } from '../accounts/session.js';
import { $, make, setText, showList } from '../dom.js';
import { knownKeys } from '../key-names.js';
import { state } from '../store.js';
import { localTime } from '../words/format.js';
import { text } from '../words/text.js';
import { accountName } from '../webhooks/naming.js';

/** `POST`, `/sessions/:sessionId/restart`, or both with a space between them. */
const ACTION = /^([a-zA-Z]+)?(?:^| )?(\/\S*)?$/;

const FILTERS = ['caller', 'method', 'route', 'sessionId', 'since', 'until'];

/** The account that a URL asks for, until it can be chosen; `undefined` when there is none. */
let wantedAccount;

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
  // A deleted one still has entries.
  const wanted = wantedAccount || $('audit-account').value;
  const isGone = wanted && !state.sessions.has(wanted);
  showList($('audit-account'), ['', ...accounts, ...(isGone ? [wanted] : [])], String, option);
  if (wantedAccount !== undefined) $('audit-account').value = wantedAccount;
  wantedAccount = undefined;
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

/**
 * Those filters of a URL that the page has, with the values that they can have.
 * @param {URLSearchParams} query
 * @returns {URLSearchParams}
 */
export function knownFilters(query) {
  const isTime = (name) => ['since', 'until'].includes(name);
  const isUsable = (name, value) => value !== '' && !(isTime(name) && Number.isNaN(Date.parse(value)));
  return new URLSearchParams([...query].filter(([name, value]) => FILTERS.includes(name) && isUsable(name, value)));
}

/**
 * Shows in the form what is asked for.
 * @param {URLSearchParams} query as of `knownFilters`
 */
export function fillFilter(query) {
  const local = (name) => (query.has(name) ? localTime(Date.parse(query.get(name))) : '');
  $('audit-caller').value = query.get('caller') ?? '';
  $('audit-action').value = [query.get('method'), query.get('route')].filter(Boolean).join(' ');
  wantedAccount = query.get('sessionId') ?? '';
  $('audit-since').value = local('since');
  $('audit-until').value = local('until');
}

/** Empties the form, and forgets the actions when the user signs out. */
export function forgetFilter() {
  wantedAccount = undefined;
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
