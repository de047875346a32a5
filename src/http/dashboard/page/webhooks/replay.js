import { byUrgency } from '../accounts/session.js';
import { ask, serverNow } from '../api.js';
import { $, make, setText } from '../dom.js';
import { state } from '../store.js';
import { localTime } from '../words/format.js';
import { errorText, text } from '../words/text.js';
import { loadWebhooks } from './list.js';
import { accountName, webhookName } from './naming.js';

const HOUR_MS = 3_600_000;

/** The webhook that goes back, and where its row says how that went. */
let going;

/**
 * Opens the dialog that lets a webhook go back to an earlier moment of one account.
 * @param {any} webhook
 * @param {(words: string, mood: string) => void} say
 */
export function openWebhookReplay(webhook, say) {
  going = { webhook, say };
  setText($('webhook-replay-title'), text('webhookReplayTitle', webhookName(webhook)));
  $('webhook-replay-account').replaceChildren(
    ...idsOf(webhook).map((value) => make('option', { value }, accountName(value))),
  );
  $('webhook-replay-since').value = localTime(serverNow() - HOUR_MS);
  complain('');
  $('webhook-replay').showModal();
}

/** Closes the dialog when the user signs out. */
export function closeWebhookReplay() {
  if ($('webhook-replay').open) $('webhook-replay').close();
}

/** Wires the dialog. */
export function wireWebhookReplay() {
  for (const name of ['close', 'cancel']) $(`webhook-replay-${name}`).addEventListener('click', closeWebhookReplay);
  $('webhook-replay-form').addEventListener('submit', async (event) => {
    event.preventDefault();
    if ($('webhook-replay-go').ariaBusy === 'true') return;
    $('webhook-replay-go').ariaBusy = 'true';
    await replay(going);
    $('webhook-replay-go').ariaBusy = null;
  });
}

async function replay({ webhook, say }) {
  const [sessionId, since] = [$('webhook-replay-account').value, $('webhook-replay-since').value];
  if (!sessionId || !since) return complain(text('webhookReplayMissing'));
  try {
    const path = `/webhooks/${webhook.webhookId}/replay`;
    const { count } = await ask('POST', path, { sessionId, since: new Date(since).toISOString() });
    say(...outcome(count, webhook));
    closeWebhookReplay();
    await loadWebhooks();
  } catch (error) {
    complain(errorText(error));
  }
}

function outcome(count, { paused }) {
  if (count === 0) return [text('webhookReplayedNone'), 'wait'];
  return [text(paused ? 'webhookReplayedPaused' : 'webhookReplayed', count), 'good'];
}

/** The accounts whose events it may receive, the linked ones first. */
function idsOf({ sessions }) {
  const linked = byUrgency(state.sessions).filter(({ phone_number }) => phone_number);
  const ids = linked.map(({ session_id }) => session_id);
  return sessions ? [...ids.filter((id) => sessions.includes(id)), ...sessions.filter((id) => !ids.includes(id))] : ids;
}

function complain(words) {
  setText($('webhook-replay-result'), words);
  $('webhook-replay-result').dataset.mood = 'bad';
}
