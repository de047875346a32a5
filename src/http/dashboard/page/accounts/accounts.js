import { serverNow } from '../api.js';
import { $, make, put, showList } from '../dom.js';
import { place } from '../route.js';
import { inOrder, kindOf, nameOf, needsPerson } from './session.js';
import { showStatus } from './status.js';
import { state } from '../store.js';
import { ago, said, text } from '../words/text.js';

/** Shows all accounts, or what to do while there are none. */
export function showAccounts() {
  const sessions = inOrder(state.sessions);
  showList($('accounts'), sessions, (session) => session.session_id, row);
  $('accounts-empty').hidden = sessions.length > 0;
  $('accounts-summary').hidden = sessions.length === 0;
  put($('accounts-summary'), summaryOf(sessions));
  const name = { opening: 'loading', limited: 'notSeen', lost: 'loading', crowded: 'loading' }[state.line] ?? 'empty';
  put($('empty-title'), text(`${name}Title`));
  put($('empty-hint'), text(`${name}Hint`) ?? '');
}

function summaryOf(sessions) {
  const connected = sessions.filter(({ status }) => status === 'connected').length;
  const needing = sessions.filter(needsPerson).length;
  return [text('summary', connected, sessions.length), needing > 0 && text('needYou', needing)]
    .filter(Boolean)
    .join(' · ');
}

function row({ session_id: id }) {
  const name = make('span', { className: 'name' });
  const status = make('span', { className: 'status' });
  const seen = make('span', { className: 'seen' });
  const why = make('span', { className: 'row-why' });
  const link = make('a', { href: `#/accounts/${id}` }, name, status, seen, why);
  const update = (session) => {
    put(name, nameOf(session));
    showStatus(status, kindOf(session));
    put(seen, session.last_seen ? text('seen', ago(session.last_seen, serverNow())) : '');
    put(why, said(session.error_message));
    if (place().sessionId === id) link.ariaCurrent = 'true';
    else link.ariaCurrent = null;
  };
  return { element: make('li', {}, link), update };
}
