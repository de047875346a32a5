import { ask } from '../api.js';
import { chosenOf, showChoices, wireChoices } from '../dialogs/choices.js';
import { $, notice, setText } from '../dom.js';
import { errorText, text } from '../words/text.js';
import { headersGiven, showHeaders, wireHeaders } from './headers.js';
import { loadWebhooks } from './list.js';
import { accountOptions, eventName, webhookName } from './naming.js';
import { secretGiven, showSecretWays, wireSecretWays } from './secret.js';

const EVENTS = [
  ...['new-session-connected', 'status-update', 'qr-update', 'message-received', 'message-status-update'],
  ...['group-update', 'group-participants', 'group-join-request', 'call', 'presence', 'chat-update', 'contact-update'],
  ...['label-update', 'label-association', 'status-post', 'channel-message', 'draft'],
];

const NEW = { url: '', name: '', events: null, sessions: null, headers: [], paused: false };

/** The webhook that is edited; `undefined` for a new one. */
let edited;
/** Counts the times that the dialog was opened: an answer to an earlier one must not change it. */
let turn = 0;

/**
 * Opens the dialog.
 * @param {any} [webhook] to edit; without it, a new one is created
 */
export function openEditor(webhook) {
  edited = webhook;
  turn += 1;
  const { url, name, events, sessions, headers, paused } = webhook ?? NEW;
  setText($('webhook-title'), webhook ? text('webhookEdit', webhookName(webhook)) : text('webhookNew'));
  setText($('webhook-save'), webhook ? text('webhookSave') : text('webhookCreate'));
  $('webhook-url').value = url;
  $('webhook-url').ariaInvalid = null;
  $('webhook-name').value = name;
  $('webhook-paused').checked = paused;
  showChoices('webhook-events', eventOptions(events), events);
  showChoices('webhook-sessions', accountOptions(sessions), sessions);
  showHeaders(headers);
  showSecretWays(!webhook);
  complain('');
  showSecret('');
  $('webhook').showModal();
  $('webhook-url').focus();
}

/** Closes the dialog when the user signs out. */
export function closeEditor() {
  if ($('webhook').open) $('webhook').close();
}

/** Wires the dialog. */
export function wireEditor() {
  wireChoices('webhook-events');
  wireChoices('webhook-sessions');
  wireHeaders();
  wireSecretWays();
  for (const name of ['close', 'cancel', 'done']) {
    $(`webhook-${name}`).addEventListener('click', () => isSaving() || closeEditor());
  }
  // Whoever closes it too early never sees the secret.
  $('webhook').addEventListener('cancel', (event) => isSaving() && event.preventDefault());
  $('webhook-url').addEventListener('input', () => ($('webhook-url').ariaInvalid = null));
  $('webhook').addEventListener('close', forgetInput);
  $('webhook-form').addEventListener('submit', submit);
  $('webhook-copy').addEventListener('click', async () => {
    $('webhook-secret').select();
    // Browsers refuse it on pages without TLS; the text is selected then.
    await navigator.clipboard?.writeText($('webhook-secret').value).catch(() => undefined);
    setText($('webhook-copy'), text('copied'));
  });
}

/** Neither secrets nor the values of headers stay in the page. */
function forgetInput() {
  turn += 1;
  showSecret('');
  showSecretWays(!edited);
  showHeaders([]);
}

function isSaving() {
  return $('webhook-save').ariaBusy === 'true';
}

async function submit(event) {
  event.preventDefault();
  const button = $('webhook-save');
  if (isSaving()) return;
  const { trouble, ...wish } = wishGiven();
  complain(trouble ?? '');
  $('webhook-url').ariaInvalid = trouble && $('webhook-url').value.trim() === '' ? 'true' : null;
  if ($('webhook-url').ariaInvalid) $('webhook-url').focus();
  if (trouble) return;
  button.ariaBusy = 'true';
  await save(wish, turn);
  button.ariaBusy = null;
  await loadWebhooks();
}

async function save({ isShown, ...wish }, mine) {
  try {
    const path = edited ? `/webhooks/${edited.webhookId}` : '/webhooks';
    await ask(edited ? 'PATCH' : 'POST', path, wish);
    if (mine === turn) finish(isShown ? wish.secret : '');
  } catch (error) {
    if (mine === turn) complain(errorText(error));
  }
}

/** Shows a secret that the user does not know, or the list again. */
function finish(secret) {
  if (secret !== '') return showSecret(secret);
  closeEditor();
  notice(text('webhookSaved'));
}

/** What the form says, or what is missing in it. */
function wishGiven() {
  const url = $('webhook-url').value.trim();
  const [events, sessions] = [chosenOf('webhook-events'), chosenOf('webhook-sessions')];
  const { headers, trouble } = headersGiven();
  const { trouble: secretTrouble, ...secret } = secretGiven();
  const missing = [
    url === '' && text('webhookUrlMissing'),
    events?.length === 0 && text('webhookEventsMissing'),
    sessions?.length === 0 && text('webhookSessionsMissing'),
    trouble,
    secretTrouble,
  ].find(Boolean);
  if (missing) return { trouble: missing };
  const name = $('webhook-name').value.trim();
  return { url, name, events, sessions, paused: $('webhook-paused').checked, ...(headers && { headers }), ...secret };
}

/** Those that the page does not know are kept. */
function eventOptions(chosen) {
  return [...new Set([...EVENTS, ...(chosen ?? [])])].map((value) => ({ value, words: eventName(value) }));
}

function complain(words) {
  setText($('webhook-result'), words);
  $('webhook-result').dataset.mood = 'bad';
}

function showSecret(secret) {
  $('webhook-secret').value = secret;
  $('webhook-form').hidden = secret !== '';
  $('webhook-created').hidden = secret === '';
  setText($('webhook-copy'), text('webhookCopy'));
  if (secret === '') return;
  setText($('webhook-title'), text(edited ? 'webhookSecretRenewed' : 'webhookSecretTitle'));
  setText($('webhook-secret-hint'), text(edited ? 'webhookSecretRenewedHint' : 'webhookSecretHint'));
  $('webhook-copy').focus();
}
