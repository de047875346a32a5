import { $, make, setText, showList } from '../dom.js';
import { currentRoute } from '../route.js';
import { changed, state } from '../store.js';
import { text } from '../words/text.js';
import { ORDER_NAMES, matching } from './matching.js';
import { row } from './row.js';
import { KINDS, isCode, kindOf, needsAttention } from './session.js';

/** The row of each account, also while it is not shown: building one costs more than showing it again. */
const rows = new Map();
/** How many rows are built before the first paint, which hundreds would hold up: more than a screen has. */
const FIRST = 60;
/** How many more are built in each frame after it. A frame costs something whatever it builds. */
const MORE = 240;
/** How many of the accounts may have a row by now. */
let limit = FIRST;
/** Whether codes that nobody has scanned have a row each. */
let isUnfolded = false;

/** Shows the accounts that match, or what to do when there are none. */
export function showAccounts() {
  const all = [...state.sessions.values()];
  $('finder').hidden = all.length === 0;
  $('accounts-empty').hidden = all.length > 0;
  $('accounts-summary').hidden = all.length === 0;
  setText($('accounts-summary'), summaryOf(all));
  showChoices('find-kind', kindsOf(all));
  showChoices(
    'find-order',
    ORDER_NAMES.map((value) => ({ value, words: text(`order_${value}`) })),
  );
  showRows();
  const name =
    { connecting: 'loading', limited: 'notSeen', lost: 'loading', crowded: 'loading' }[state.connection] ?? 'empty';
  setText($('empty-title'), text(`${name}Title`));
  setText($('empty-hint'), text(`${name}Hint`) ?? '');
}

/** Wires the fields and the line of codes. */
export function wireAccounts() {
  $('finder').addEventListener('submit', (event) => event.preventDefault());
  $('find-words').addEventListener('input', changed);
  for (const name of ['find-kind', 'find-order']) $(name).addEventListener('change', changed);
  $('accounts-codes').addEventListener('click', () => {
    isUnfolded = !isUnfolded;
    changed();
  });
}

/** Clears everything when the user signs out. */
export function forgetAccounts() {
  $('finder').reset();
  isUnfolded = false;
  limit = FIRST;
  rows.clear();
  showList($('accounts'), [], String, row);
}

/**
 * The accounts that the fields ask for, in their order.
 * @returns {any[]}
 */
export function foundAccounts() {
  return matching(state.sessions, wish());
}

function wish() {
  return { words: $('find-words').value.trim(), kind: $('find-kind').value, order: $('find-order').value };
}

function showRows() {
  const { words, kind } = wish();
  const isAsked = words !== '' || kind !== '';
  const found = foundAccounts();
  const codes = isAsked ? [] : found.filter(isCode);
  const isFolded = codes.length > 1 && !isUnfolded;
  $('accounts-codes').hidden = codes.length < 2;
  $('accounts-codes').ariaExpanded = String(!isFolded);
  setText($('accounts-codes'), text('codes', codes.length));
  const shown = isFolded ? found.filter((session) => !isCode(session)) : found;
  showList($('accounts'), shown.slice(0, limit), ({ session_id }) => session_id, rowOf);
  if (shown.length > limit) {
    limit += MORE;
    changed();
  }
  setText($('found'), isAsked ? foundText(found.length) : '');
  const { sessionId } = currentRoute();
  for (const [id, { open }] of rows) {
    if (state.sessions.has(id)) open(id === sessionId);
    else rows.delete(id);
  }
}

function foundText(count) {
  return count === 0 ? text('foundNone') : text('found', count, state.sessions.size);
}

function rowOf(session) {
  const { session_id: id } = session;
  if (!rows.has(id)) rows.set(id, row(session));
  return rows.get(id);
}

/** Each kind with how many there are. */
function kindsOf(all) {
  const counts = Map.groupBy(all, kindOf);
  const kinds = KINDS.map((value) => ({
    value,
    words: text('kindCount', text(`status_${value}`), counts.get(value)?.length ?? 0),
  }));
  return [{ value: '', words: text('kindAny', all.length) }, ...kinds];
}

function showChoices(id, choices) {
  showList($(id), choices, ({ value }) => value, choice);
}

function choice({ value }) {
  const element = make('option', { value });
  return { element, update: ({ words }) => setText(element, words) };
}

function summaryOf(sessions) {
  const connected = sessions.filter(({ status }) => status === 'connected').length;
  const urgent = sessions.filter(needsAttention).length;
  return [text('summary', connected, sessions.length), urgent > 0 && text('needAttention', urgent)]
    .filter(Boolean)
    .join(' · ');
}
