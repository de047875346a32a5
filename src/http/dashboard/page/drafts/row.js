import { nameOf } from '../accounts/session.js';
import { ask, serverNow } from '../api.js';
import { $, make, notice, setText } from '../dom.js';
import { keyName } from '../key-names.js';
import { state } from '../store.js';
import { ago, moment, readable } from '../words/format.js';
import { errorText, text } from '../words/text.js';
import { loadDrafts } from './list.js';

/**
 * Builds the row of a draft: who wants to send what to whom, and the two decisions.
 * @param {any} draft from `GET /drafts`
 * @returns {{element: any, update(draft: any): void}}
 */
export function row(draft) {
  const to = draft.to === null ? text('draftOwnChat') : readable(draft.to.split('@')[0]);
  const title = make('h3', { textContent: text('draftTo', to) });
  const origin = make('p', { className: 'soft' });
  const words = make('p', { className: 'words', textContent: wordsOf(draft) });
  const result = make('p', { className: 'result', role: 'status' });
  const buttons = ['approve', 'discard'].map((step) => {
    const label = text(step === 'approve' ? 'draftApprove' : 'draftDiscard');
    const button = make('button', { type: 'button', textContent: label, className: step === 'approve' ? 'main' : '' });
    button.ariaLabel = text('draftAction', label, to);
    button.addEventListener('click', () => decide(draft, step, { buttons, result }));
    return button;
  });
  const expiry = make('p', { className: 'soft' });
  const update = ({ sessionId, keyId, createdAt, expiresAt, state: step }) => {
    const session = state.sessions.get(sessionId);
    const account = session ? nameOf(session) : sessionId;
    setText(origin, text('draftOrigin', account, keyName(keyId), ago(createdAt, serverNow())));
    setText(expiry, text(step === 'sending' ? 'draftSending' : 'draftExpires', moment(expiresAt, serverNow())));
  };
  const head = make('div', { className: 'head' }, title, make('div', { className: 'actions' }, ...buttons));
  return { element: make('li', {}, head, origin, words, expiry, result), update };
}

/** What the message says, and which file it carries; of other kinds, their fields. */
function wordsOf({ content: { type, text: words, caption, file, ...rest } }) {
  if (file?.url) return [text('draftFile', type, file.url), caption].filter(Boolean).join('\n');
  return words && Object.keys(rest).length === 0 ? words : `${type}: ${JSON.stringify({ text: words, ...rest })}`;
}

async function decide({ draftId }, step, { buttons, result }) {
  for (const button of buttons) button.disabled = true;
  setText(result, step === 'approve' ? text('sending') : '');
  result.dataset.mood = '';
  try {
    const { status } = await ask('POST', `/drafts/${draftId}/${step}`);
    notice(text(step === 'discard' ? 'draftGone' : status === 'pending' ? 'sentLater' : 'draftSent'));
    // The focused button disappears with its row.
    $('drafts-title').focus();
    await loadDrafts();
  } catch (error) {
    setText(result, errorText(error, 'messages:send'));
    result.dataset.mood = 'bad';
    if (['draft_not_found', 'draft_decided'].includes(error.code)) await loadDrafts();
  }
  for (const button of buttons) button.disabled = false;
}
