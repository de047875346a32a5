import { ask } from '../api.js';
import { confirm } from '../dialogs/confirm.js';
import { $, make, notice, setText } from '../dom.js';
import { sinceSeconds } from '../words/format.js';
import { receiverText, text } from '../words/text.js';
import { openEditor } from './editor.js';
import { lettersOf } from './letters.js';
import { loadWebhooks } from './list.js';
import { eventName, webhookName } from './naming.js';
import { outcomeOf } from './outcome.js';
import { pressable } from './press.js';
import { openWebhookReplay } from './replay.js';

/**
 * Builds the row of a webhook: what it receives, how far it has come, and what can be done with it.
 * @param {any} webhook from `GET /webhooks`
 * @returns {{element: any, update(webhook: any): void}}
 */
export function row({ webhookId: id }) {
  let webhook;
  const title = make('h3', { tabIndex: -1 });
  const url = make('p', { className: 'soft url' });
  const wants = make('p', { className: 'soft' });
  const state = make('p');
  const reason = make('p', { className: 'reason' });
  const result = make('p', { className: 'result', role: 'status' });
  const say = (words, mood) => {
    setText(result, words);
    result.dataset.mood = mood;
  };
  const actions = actionsOf(() => webhook, say);
  const letters = lettersOf(id, title);
  const update = (now) => {
    webhook = now;
    setText(title, webhookName(now));
    setText(url, now.url);
    setText(wants, wantsOf(now));
    setText(state, stateOf(now));
    setText(reason, reasonOf(now));
    reason.dataset.mood = now.paused ? 'off' : 'bad';
    actions.update(now);
    letters.update(now);
  };
  const head = make('div', { className: 'head' }, make('div', {}, title, url, wants, state, reason), actions.element);
  return { element: make('li', {}, head, result, letters.element), update };
}

function actionsOf(current, say) {
  const send = pressable(() => test(current().webhookId, say), say);
  const pause = pressable(() => toggle(current()), say);
  const back = pressable(async () => openWebhookReplay(current(), say), say);
  const edit = pressable(async () => openEditor(current()), say);
  const end = pressable(() => remove(current()), say, 'danger');
  const update = (webhook) => {
    const label = (words) => [words, text('webhookAction', words, webhookName(webhook))];
    send.name(...label(text('webhookTest')));
    pause.name(...label(webhook.paused ? text('webhookContinue') : text('webhookPause')));
    back.name(...label(text('replay')));
    edit.name(...label(text('webhookChange')));
    end.name(...label(text('webhookDelete')));
  };
  const buttons = [send, pause, back, edit, end].map(({ element }) => element);
  return { element: make('div', { className: 'actions' }, ...buttons), update };
}

function wantsOf({ events, sessions }) {
  const what = events?.map(eventName).join(', ') ?? text('webhookAllEventsShort');
  return `${what} · ${sessions ? text('webhookSomeSessions', sessions.length) : text('webhookAllSessionsShort')}`;
}

function stateOf({ paused, pending, oldestPendingSeconds, deadLettered }) {
  const oldest = pending > 0 ? sinceSeconds(-oldestPendingSeconds) : '';
  const counts = [text('webhookPending', pending, oldest), text('webhookFailed', deadLettered)];
  return [text(paused ? 'webhookIsPaused' : 'webhookActive'), ...counts].join(' · ');
}

/** Why nothing arrives, as far as it is known; empty while everything does. */
function reasonOf({ paused, pending, trouble }) {
  if (paused) return text('webhookPausedWhy');
  if (!trouble || (trouble.lastError === null && !trouble.behind) || pending === 0) return '';
  const why = trouble.lastError === null ? '' : receiverText(trouble.lastError);
  return [text(trouble.failing ? 'webhookFailing' : trouble.behind ? 'webhookBehind' : 'webhookRetrying'), why]
    .filter(Boolean)
    .join(' ');
}

async function test(id, say) {
  say(text('webhookTesting'), '');
  say(...outcomeOf(await ask('POST', `/webhooks/${id}/test`)));
}

async function toggle(webhook) {
  const paused = !webhook.paused;
  await ask('PATCH', `/webhooks/${webhook.webhookId}`, { paused });
  notice(text(paused ? 'webhookNowPaused' : 'webhookNowActive', webhookName(webhook)));
  await loadWebhooks();
}

async function remove(webhook) {
  const name = webhookName(webhook);
  const words = { title: text('webhookDeleteTitle', name), body: text('webhookDeleteBody'), yes: text('deleteYes') };
  if (!(await confirm(words))) return;
  await ask('DELETE', `/webhooks/${webhook.webhookId}`);
  notice(text('deleted', name));
  // The focused button disappears with its row.
  $('webhooks-title').focus();
  await loadWebhooks();
}
