import { showAccount, wireAccount } from './accounts/account.js';
import { showAccounts } from './accounts/accounts.js';
import { forgetHistory, wireHistory } from './accounts/history.js';
import { wireMessages } from './accounts/messages.js';
import { forgetSend, wireSend } from './accounts/send.js';
import { wireProfile } from './accounts/profile.js';
import { wireRisk } from './accounts/risk.js';
import { wireTimeline } from './accounts/timeline.js';
import { ask, hasKey, useKey } from './api.js';
import { forgetAudit, showAudit, wireAudit } from './audit/audit.js';
import { showBanner } from './banner.js';
import { followCluster, lookUpNode, showCluster, stopFollowingCluster } from './cluster.js';
import { forgetDeliveries, showDeliveries, wireDeliveries } from './deliveries/deliveries.js';
import { showReplay, wireReplay } from './deliveries/replay.js';
import { wireConfirm } from './dialogs/confirm.js';
import { closeConnect, openConnect, wireConnect } from './dialogs/connect.js';
import { $, setText } from './dom.js';
import { forgetDrafts, showDrafts } from './drafts/drafts.js';
import { forgetKeyNames } from './key-names.js';
import { followEvents, retryNow, stopFollowing } from './live.js';
import { currentRoute, goTo } from './route.js';
import { changed, forget, onChange, state } from './store.js';
import { forgetWebhooks, showWebhooks, wireWebhooks } from './webhooks/webhooks.js';
import { errorText, text, translatePage } from './words/text.js';

/** Keeps times such as "3 minutes ago" up to date. */
const REFRESH_MS = 20000;
const KEY_FORM = /^[\x21-\x7e]+$/;

function showAll() {
  if ($('app').hidden) return;
  const { view } = currentRoute();
  for (const name of ['accounts', 'deliveries', 'audit']) {
    $(`view-${name}`).hidden = view !== name;
    $(`nav-${name}`).ariaCurrent = view === name ? 'page' : null;
  }
  setText($('live'), text(`connection_${state.connection}`));
  $('live').dataset.connection = state.connection;
  showBanner();
  showAccounts();
  showDrafts();
  showAccount();
  showCluster();
  showDeliveries();
  showReplay();
  showWebhooks();
  showAudit();
}

/** Focuses the heading, so that screen readers announce the new view. */
function showRoute() {
  showAll();
  const { view, sessionId } = currentRoute();
  $(sessionId ? 'account-title' : `${view}-title`).focus();
  scrollTo(0, 0);
  void lookUpNode();
}

/** Opens the page if the key is valid, whatever its scopes. */
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
  void followEvents(() => signOut(text('keyEnded')));
  void followCluster();
  changed();
}

function signOut(why) {
  stopFollowing();
  stopFollowingCluster();
  closeConnect();
  $('confirm').close();
  useKey(undefined);
  forget();
  forgetAudit();
  forgetDeliveries();
  forgetDrafts();
  forgetHistory();
  forgetKeyNames();
  forgetSend();
  forgetWebhooks();
  goTo();
  changed();
  askForKey(why);
}

function askForKey(why) {
  $('app').hidden = true;
  $('sign-in').hidden = false;
  setText($('sign-in-error'), why);
  $('key').focus();
}

async function trySignIn(event) {
  event.preventDefault();
  const key = $('key').value.trim();
  setText($('sign-in-error'), '');
  const complaint = key === '' ? text('keyMissing') : !KEY_FORM.test(key) && text('wrongKey');
  try {
    if (complaint) throw new Error(complaint);
    await signIn(key);
    $('accounts-title').focus();
  } catch (error) {
    useKey(undefined);
    askForKey(error.code === 'unauthorized' ? text('wrongKey') : errorText(error));
  }
}

function wire() {
  wireAccount();
  wireAudit();
  wireProfile();
  wireConfirm();
  wireConnect();
  wireDeliveries();
  wireHistory();
  wireMessages();
  wireReplay();
  wireSend();
  wireTimeline();
  wireRisk();
  wireWebhooks();
  $('sign-in-form').addEventListener('submit', trySignIn);
  $('sign-out').addEventListener('click', () => signOut(''));
  $('connect-open').addEventListener('click', () => openConnect());
  addEventListener('hashchange', showRoute);
  addEventListener('online', retryNow);
  document.addEventListener('visibilitychange', () => document.hidden || retryNow());
  setInterval(changed, REFRESH_MS);
  onChange(showAll);
}

translatePage();
wire();
// A server without API keys needs no sign-in.
signIn(undefined).catch((error) => askForKey(error.code === 'unauthorized' ? '' : errorText(error)));
