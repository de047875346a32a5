import { showAccount, wireAccount } from './accounts/account.js';
import { forgetAccounts, showAccounts, wireAccounts } from './accounts/accounts.js';
import { wireExport } from './accounts/export.js';
import { forgetHistory, wireHistory } from './accounts/history.js';
import { wireMessages } from './accounts/messages.js';
import { forgetSend, wireSend } from './accounts/send.js';
import { wireProfile } from './accounts/profile.js';
import { nameOf } from './accounts/session.js';
import { wireRisk } from './accounts/risk.js';
import { wireTimeline } from './accounts/timeline.js';
import { ask, hasKey, useKey } from './api.js';
import { forgetAudit, showAudit, wireAudit } from './audit/audit.js';
import { showBanner } from './banner.js';
import { forgetChat, openChat, showChat, titleOfChat, wireChat } from './chats/chat.js';
import { forgetChats, wireChats } from './chats/chats.js';
import { followCluster, lookUpNode, showCluster, stopFollowingCluster } from './cluster.js';
import { forgetDeliveries, showDeliveries, wireDeliveries } from './deliveries/deliveries.js';
import { showReplay, wireReplay } from './deliveries/replay.js';
import { wireConfirm } from './dialogs/confirm.js';
import { closeConnect, openConnect, wireConnect } from './dialogs/connect.js';
import { $, forgetRows, notice, setText } from './dom.js';
import { forgetDrafts, showDrafts } from './drafts/drafts.js';
import { forgetKeyNames } from './key-names.js';
import { forgetKeys, showKeys, wireKeys } from './keys/keys.js';
import { followEvents, retryNow, stopFollowing } from './live.js';
import { VIEWS, currentRoute, goTo } from './route.js';
import { wireNotifications } from './settings/notifications.js';
import { wireOwn } from './settings/own.js';
import { forgetSettings, showSettings } from './settings/settings.js';
import { changed, forget, onChange, state } from './store.js';
import { forgetWebhooks, showWebhooks, wireWebhooks } from './webhooks/webhooks.js';
import { errorText, text, translatePage, updateLanguage } from './words/text.js';

/** Keeps times such as "3 minutes ago" up to date. */
const REFRESH_MS = 20000;
const PRODUCT = document.title;
/** What each part of the page forgets when the user signs out. */
const PARTS = [
  ...[forgetAccounts, forgetAudit, forgetChat, forgetChats, forgetDeliveries, forgetDrafts, forgetHistory],
  ...[forgetKeyNames, forgetKeys, forgetSend, forgetSettings, forgetWebhooks],
];
const KEY_FORM = /^[\x21-\x7e]+$/;

/** The view, the account and the conversation that have had the focus. */
let shownPlace = '';

function showAll() {
  if ($('app').hidden) return;
  const { view } = currentRoute();
  for (const name of VIEWS) {
    $(`view-${name}`).hidden = view !== name;
    $(`nav-${name}`).ariaCurrent = view === name ? 'page' : null;
  }
  document.title = titleOfView();
  setText($('live'), text(`connection_${state.connection}`));
  $('live').dataset.connection = state.connection;
  showBanner();
  showAccounts();
  showDrafts();
  showAccount();
  showChat();
  showCluster();
  showDeliveries();
  showReplay();
  showWebhooks();
  showAudit();
  showKeys();
  showSettings();
}

/** The open conversation, and the open account or the view. */
function titleOfView() {
  const { view, sessionId } = currentRoute();
  const session = state.sessions.get(sessionId);
  return [titleOfChat(), session ? nameOf(session) : text(view), PRODUCT].filter(Boolean).join(' · ');
}

/** Focuses the heading, so that screen readers announce the new view. What is asked of a view is no new one. */
function showRoute() {
  showAll();
  const { view, sessionId, chatId } = currentRoute();
  const place = `${view}/${sessionId}/${chatId}`;
  if (place === shownPlace) return;
  shownPlace = place;
  $(openChat() ? 'chat-title' : sessionId ? 'account-title' : `${view}-title`).focus();
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
  follow();
}

function follow() {
  void followEvents(() => signOut(text('keyEnded')));
  void followCluster();
  changed();
}

function signOut(why) {
  closeConnect();
  $('confirm').close();
  forgetAll();
  // Who signs in next finds nothing of what was typed.
  for (const form of document.forms) form.reset();
  notice('');
  useKey(undefined);
  goTo();
  changed();
  askForKey(why);
}

/** Forgets everything but the key. */
function forgetAll() {
  stopFollowing();
  stopFollowingCluster();
  forget();
  for (const forgetPart of PARTS) forgetPart();
}

/** Shows everything in the language that was chosen: what the page has said so far is loaded again. */
function changeLanguage() {
  forgetAll();
  updateLanguage();
  forgetRows();
  follow();
}

function askForKey(why) {
  $('app').hidden = true;
  document.title = PRODUCT;
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
  wireAccounts();
  wireExport();
  wireAudit();
  wireChat();
  wireChats();
  wireProfile();
  wireConfirm();
  wireConnect();
  wireDeliveries();
  wireHistory();
  wireKeys();
  wireMessages();
  wireReplay();
  wireSend();
  wireTimeline();
  wireRisk();
  wireWebhooks();
  wireOwn(changeLanguage);
  wireNotifications();
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
