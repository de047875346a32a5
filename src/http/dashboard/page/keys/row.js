import { ask, serverNow } from '../api.js';
import { confirm } from '../dialogs/confirm.js';
import { $, make, notice, setText } from '../dom.js';
import { accountName } from '../webhooks/naming.js';
import { moment, readable } from '../words/format.js';
import { errorText, text } from '../words/text.js';

/**
 * Builds the row of a key: what it may do, and the button that revokes it.
 * @param {any} key from `GET /keys`
 * @param {() => Promise<void>} reload
 * @returns {{element: any, update(key: any): void}}
 */
export function row(key, reload) {
  const { keyId, scopes, recipients, approval, createdAt } = key;
  const name = key.name || keyId;
  const limits = make('p', { className: 'soft' });
  const time = make('time', { dateTime: createdAt }, moment(createdAt, serverNow()));
  const facts = make('p', { className: 'soft' }, make('code', {}, keyId), ' · ', time);
  const revoke = make('button', { type: 'button', className: 'danger' }, text('keyRevoke'));
  revoke.ariaLabel = text('keyAction', text('keyRevoke'), name);
  revoke.addEventListener('click', () => end({ keyId, name }, revoke, reload));
  const may = make('p', {}, scopes.map((scope) => text(`scope_${scope}`) ?? scope).join(' · '));
  const update = ({ sessions }) => setText(limits, limitsOf({ sessions, recipients, approval }));
  return { element: make('li', {}, make('div', {}, make('h2', {}, name), may, limits, facts), revoke), update };
}

function limitsOf({ sessions, recipients, approval }) {
  return [
    sessions && text('keyOnly', sessions.map(accountName).join(', ')),
    recipients && text('keyOnlyTo', recipients.map(readable).join(', ')),
    approval && text('keyApproval'),
  ]
    .filter(Boolean)
    .join(' · ');
}

async function end({ keyId, name }, button, reload) {
  const words = { title: text('keyRevokeTitle', name), body: text('keyRevokeBody'), yes: text('keyRevokeYes') };
  if (button.ariaBusy === 'true' || !(await confirm(words))) return;
  button.ariaBusy = 'true';
  try {
    await ask('DELETE', `/keys/${encodeURIComponent(keyId)}`);
    notice(text('keyRevoked', name));
    // The focused button disappears with its row.
    $('keys-title').focus();
  } catch (error) {
    notice(errorText(error));
  }
  button.ariaBusy = null;
  await reload();
}
