import { serverNow } from '../api.js';
import { $, make, setText, showList } from '../dom.js';
import { currentRoute } from '../route.js';
import { state } from '../store.js';
import { ago } from '../words/format.js';
import { serverText, text } from '../words/text.js';
import { byUrgency, kindOf, nameOf, needsAttention } from './session.js';
import { showStatus } from './status.js';

/** Shows all accounts, or what to do when there are none. */
export function showAccounts() {
  const sessions = byUrgency(state.sessions);
  showList($('accounts'), sessions, (session) => session.session_id, row);
  $('accounts-empty').hidden = sessions.length > 0;
  $('accounts-summary').hidden = sessions.length === 0;
  setText($('accounts-summary'), summaryOf(sessions));
  const name =
    { connecting: 'loading', limited: 'notSeen', lost: 'loading', crowded: 'loading' }[state.connection] ?? 'empty';
  setText($('empty-title'), text(`${name}Title`));
  setText($('empty-hint'), text(`${name}Hint`) ?? '');
}

function summaryOf(sessions) {
  const connected = sessions.filter(({ status }) => status === 'connected').length;
  const urgent = sessions.filter(needsAttention).length;
  return [text('summary', connected, sessions.length), urgent > 0 && text('needAttention', urgent)]
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
    setText(name, nameOf(session));
    showStatus(status, kindOf(session));
    setText(seen, session.last_seen ? text('seen', ago(session.last_seen, serverNow())) : '');
    const labels = session.labels.join(', ');
    setText(why, [labels, serverText(session.error_message)].filter(Boolean).join(' · '));
    if (currentRoute().sessionId === id) link.ariaCurrent = 'true';
    else link.ariaCurrent = null;
  };
  return { element: make('li', {}, link), update };
}
