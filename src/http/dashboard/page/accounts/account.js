import { ask, serverNow } from '../api.js';
import { confirm } from '../dialogs/confirm.js';
import { openConnect } from '../dialogs/connect.js';
import { $, notice, put } from '../dom.js';
import { showMessages } from './messages.js';
import { goTo, place } from '../route.js';
import { showSend } from './send.js';
import { kindOf, nameOf } from './session.js';
import { showStatus } from './status.js';
import { changed, state } from '../store.js';
import { showTimeline } from './timeline.js';
import { ago, moment, said, sentenceOf, text } from '../words/text.js';

const SCOPE = 'sessions:create';

/** Shows the account that the address names, if any. */
export function showAccount() {
  const { sessionId } = place();
  const session = state.sessions.get(sessionId);
  $('account').hidden = !session;
  $('view-accounts').classList.toggle('open', session !== undefined);
  if (session) show(session);
}

function show(session) {
  const kind = kindOf(session);
  put($('account-title'), nameOf(session));
  showStatus($('account-status'), kind);
  showWhy(session, kind);
  put($('fact-seen'), session.last_seen ? ago(session.last_seen, serverNow()) : text('neverSeen'));
  put($('fact-created'), moment(session.created_at, serverNow()));
  put($('fact-id'), session.session_id);
  $('show-code').hidden = kind !== 'pairing';
  $('connect-again').hidden = kind !== 'unlinked';
  $('restart').hidden = ['pairing', 'unlinked'].includes(kind);
  showSend(session);
  showMessages(session.session_id);
  showTimeline(session);
}

/** Why it is as it is, in the server's words, and what to do, in ours. */
function showWhy({ error_message, restricted_until }, kind) {
  $('why').hidden = kind === 'connected';
  $('why').dataset.mood = $('account-status').dataset.mood;
  put($('why-sentence'), said(error_message));
  const until = restricted_until ? moment(restricted_until, serverNow()) : '';
  put($('why-advice'), text(`advice_${kind}`, until) ?? '');
}

/** Has the buttons do what they say. */
export function wireAccount() {
  onPress('show-code', () => openConnect(place().sessionId));
  onPress('connect-again', () => openConnect());
  onPress('restart', restart);
  onPress('delete', remove);
}

/** Has a button do something, once at a time, and say what went wrong. */
function onPress(id, press) {
  const button = $(id);
  button.addEventListener('click', async () => {
    if (button.ariaBusy === 'true') return;
    button.ariaBusy = 'true';
    await press(place().sessionId).catch((error) => notice(sentenceOf(error, SCOPE)));
    button.ariaBusy = null;
  });
}

async function restart(id) {
  const { data } = await ask('POST', `/sessions/${id}/restart`);
  state.sessions.set(id, data);
  changed();
  notice(text('restarted'));
}

async function remove(id) {
  const name = nameOf(state.sessions.get(id));
  const isSure = await confirm({ title: text('deleteTitle', name), says: text('deleteSays'), yes: text('deleteYes') });
  if (!isSure) return;
  await ask('DELETE', `/sessions/${id}`);
  state.sessions.delete(id);
  goTo();
  changed();
  notice(text('deleted', name));
}
