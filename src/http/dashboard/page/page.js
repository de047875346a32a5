import { showAccount, wireAccount } from './accounts/account.js';
import { showAccounts } from './accounts/accounts.js';
import { ask, hasKey, useKey } from './api.js';
import { showBanner } from './banner.js';
import { wireConfirm } from './dialogs/confirm.js';
import { closeConnect, openConnect, wireConnect } from './dialogs/connect.js';
import { forgetDeliveries, showDeliveries, wireDeliveries } from './deliveries/deliveries.js';
import { $, put } from './dom.js';
import { follow, hurry, stopFollowing } from './live.js';
import { wireMessages } from './accounts/messages.js';
import { showReplay, wireReplay } from './deliveries/replay.js';
import { goTo, place } from './route.js';
import { forgetSend, wireSend } from './accounts/send.js';
import { changed, forget, onChange, state } from './store.js';
import { sentenceOf, text, translatePage } from './words/text.js';
import { wireTimeline } from './accounts/timeline.js';

/** "3 minutes ago" grows by itself. */
const SHOW_AGAIN_MS = 20000;
const KEY_FORM = /^[\x21-\x7e]+$/;

function showAll() {
  if ($('app').hidden) return;
  const { view } = place();
  for (const name of ['accounts', 'deliveries']) {
    $(`view-${name}`).hidden = view !== name;
    $(`nav-${name}`).ariaCurrent = view === name ? 'page' : null;
  }
  put($('live'), text(`line_${state.line}`));
  $('live').dataset.line = state.line;
  showBanner();
  showAccounts();
  showAccount();
  showDeliveries();
  showReplay();
}

/** Those who do not see the page are told where they are by the heading. */
function move() {
  showAll();
  const { view, sessionId } = place();
  $(sessionId ? 'account-title' : `${view}-title`).focus();
  scrollTo(0, 0);
}

/** Opens the page with the key, if it is good for anything at all. */
async function signIn(key) {
  useKey(key);
  try {
    await ask('GET', '/sessions');
  } catch (error) {
    if (error.code !== 'not_permitted') throw error;
  }
  $('key').value = '';
  $('sign-in').hidden = true;
  $('app').hidden = false;
  $('sign-out').hidden = !hasKey();
  void follow(() => signOut(text('keyEnded')));
  changed();
}

function signOut(why) {
  stopFollowing();
  closeConnect();
  $('confirm').close();
  useKey(undefined);
  forget();
  forgetDeliveries();
  forgetSend();
  goTo();
  changed();
  askForKey(why);
}

function askForKey(why) {
  $('app').hidden = true;
  $('sign-in').hidden = false;
  put($('sign-in-error'), why);
  $('key').focus();
}

async function trySignIn(event) {
  event.preventDefault();
  const key = $('key').value.trim();
  put($('sign-in-error'), '');
  const complaint = key === '' ? text('keyMissing') : !KEY_FORM.test(key) && text('wrongKey');
  try {
    if (complaint) throw new Error(complaint);
    await signIn(key);
    $('accounts-title').focus();
  } catch (error) {
    useKey(undefined);
    askForKey(error.code === 'unauthorized' ? text('wrongKey') : sentenceOf(error));
  }
}

function wire() {
  wireAccount();
  wireConfirm();
  wireConnect();
  wireDeliveries();
  wireMessages();
  wireReplay();
  wireSend();
  wireTimeline();
  $('sign-in-form').addEventListener('submit', trySignIn);
  $('sign-out').addEventListener('click', () => signOut(''));
  $('connect-open').addEventListener('click', () => openConnect());
  addEventListener('hashchange', move);
  addEventListener('online', hurry);
  document.addEventListener('visibilitychange', () => document.hidden || hurry());
  setInterval(changed, SHOW_AGAIN_MS);
  onChange(showAll);
}

translatePage();
wire();
// Where no key is needed, none is asked for.
signIn(undefined).catch((error) => askForKey(error.code === 'unauthorized' ? '' : sentenceOf(error)));
