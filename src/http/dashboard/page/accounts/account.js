import { ask, serverNow } from '../api.js';
import { openChat } from '../chats/chat.js';
import { showChats } from '../chats/chats.js';
import { confirm } from '../dialogs/confirm.js';
import { openConnect } from '../dialogs/connect.js';
import { $, notice, setText } from '../dom.js';
import { currentRoute, goTo } from '../route.js';
import { changed, state } from '../store.js';
import { ago, moment } from '../words/format.js';
import { errorText, serverText, text } from '../words/text.js';
import { showHistory } from './history.js';
import { showProfile } from './profile.js';
import { showMessages } from './messages.js';
import { showRisk } from './risk.js';
import { showSend } from './send.js';
import { kindOf, nameOf } from './session.js';
import { showStatus } from './status.js';
import { showTimeline } from './timeline.js';

const SCOPE = 'sessions:create';

/** Shows the account in the URL, if any. */
export function showAccount() {
  const { sessionId } = currentRoute();
  const session = state.sessions.get(sessionId);
  $('account').hidden = !session || openChat() !== undefined;
  $('view-accounts').classList.toggle('open', session !== undefined);
  if (!$('account').hidden) show(session);
}

function show(session) {
  const kind = kindOf(session);
  setText($('account-title'), nameOf(session));
  showStatus($('account-status'), kind);
  showWhy(session, kind);
  setText($('fact-seen'), session.last_seen ? ago(session.last_seen, serverNow()) : text('neverSeen'));
  setText($('fact-cap'), capText(session));
  setText($('fact-created'), moment(session.created_at, serverNow()));
  setText($('fact-id'), [session.name && session.phone_number, session.session_id].filter(Boolean).join(' · '));
  $('show-code').hidden = kind !== 'pairing';
  $('connect-again').hidden = kind !== 'unlinked';
  $('restart').hidden = ['pairing', 'unlinked', 'stopped'].includes(kind);
  $('stop').hidden = $('restart').hidden;
  $('start').hidden = kind !== 'stopped';
  $('timeline-audit').href = `#/audit?sessionId=${session.session_id}`;
  showProfile(session);
  showRisk(session);
  showHistory(session.session_id);
  showChats(session.session_id);
  showSend(session);
  showMessages(session.session_id);
  showTimeline(session);
}

/** How many conversations WhatsApp still lets the account begin. */
function capText({ new_chat_cap: cap }) {
  if (!cap) return text('noCap');
  return text('capUsed', cap.used, cap.limit, cap.resets_at ? moment(cap.resets_at, serverNow()) : '');
}

/** Explains the status: the server says what happened, the page what to do. */
function showWhy({ error_message, restricted_until }, kind) {
  $('why').hidden = kind === 'connected';
  $('why').dataset.mood = $('account-status').dataset.mood;
  setText($('why-sentence'), serverText(error_message));
  const until = restricted_until ? moment(restricted_until, serverNow()) : '';
  setText($('why-advice'), text(`advice_${kind}`, until) ?? '');
}

/** Wires the buttons. */
export function wireAccount() {
  onPress('show-code', () => openConnect(currentRoute().sessionId));
  onPress('connect-again', relink);
  onPress('start', (id) => change(id, 'start', 'started'));
  onPress('stop', (id) => change(id, 'stop', 'stopped'));
  onPress('restart', restart);
  onPress('delete', remove);
}

/** Runs `press` on a click, one run at a time, and shows its error. */
function onPress(id, press) {
  const button = $(id);
  button.addEventListener('click', async () => {
    if (button.ariaBusy === 'true') return;
    button.ariaBusy = 'true';
    await press(currentRoute().sessionId).catch((error) => notice(errorText(error, SCOPE)));
    button.ariaBusy = null;
  });
}

const restart = (id) => change(id, 'restart', 'restarted');

/** Has the session do something, and says so. */
async function change(id, what, done) {
  const { data } = await ask('POST', `/sessions/${id}/${what}`);
  state.sessions.set(id, data);
  changed();
  notice(text(done));
}

/** A new code under the same id. */
async function relink(id) {
  const { data } = await ask('POST', `/sessions/${id}/relink`);
  state.sessions.set(id, data);
  changed();
  openConnect(id);
}

async function remove(id) {
  const name = nameOf(state.sessions.get(id));
  const isSure = await confirm({ title: text('deleteTitle', name), body: text('deleteBody'), yes: text('deleteYes') });
  if (!isSure) return;
  await ask('DELETE', `/sessions/${id}`);
  state.sessions.delete(id);
  goTo();
  changed();
  notice(text('deleted', name));
}
