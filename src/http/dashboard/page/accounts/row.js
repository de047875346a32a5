import { serverNow } from '../api.js';
import { make, setText } from '../dom.js';
import { ago, readable } from '../words/format.js';
import { serverText, text } from '../words/text.js';
import { kindOf, nameOf } from './session.js';
import { showStatus } from './status.js';

/** How long "3 minutes ago" may stay as it is. */
const FRESH_MS = 20_000;

/**
 * Builds the row of an account.
 * @param {any} session
 * @returns {{element: any, update(session: any): void, open(isOpen: boolean): void}} `open` marks that of the open account
 */
export function row({ session_id: id }) {
  const name = make('span', { className: 'name' });
  const status = make('span', { className: 'status' });
  const seen = make('span', { className: 'seen' });
  const why = make('span', { className: 'row-why' });
  const link = make('a', { href: `#/accounts/${id}` }, name, status, seen, why);
  let shown;
  let shownMs = 0;
  const update = (session) => {
    // With hundreds of accounts, only those that have changed may cost something.
    if (session === shown && Math.abs(serverNow() - shownMs) < FRESH_MS) return;
    [shown, shownMs] = [session, serverNow()];
    setText(name, nameOf(session));
    showStatus(status, kindOf(session));
    setText(seen, session.last_seen ? text('seen', ago(session.last_seen, shownMs)) : '');
    setText(why, [...asideOf(session), serverText(session.error_message)].filter(Boolean).join(' · '));
  };
  const open = (isOpen) => {
    const mark = isOpen ? 'true' : null;
    if (link.ariaCurrent !== mark) link.ariaCurrent = mark;
  };
  return { element: make('li', {}, link), update, open };
}

/** What else tells which account it is. */
function asideOf({ name, push_name, phone_number, labels }) {
  return [name && readable(phone_number), push_name !== name && push_name, labels.join(', ')];
}
