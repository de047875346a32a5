import { $, setText, showList } from '../dom.js';
import { currentRoute } from '../route.js';
import { text } from '../words/text.js';
import { closeEditor, openEditor, wireEditor } from './editor.js';
import { forgetList, knownWebhooks, refreshWebhooks } from './list.js';
import { closeWebhookReplay, wireWebhookReplay } from './replay.js';
import { row } from './row.js';

/** Shows the further webhooks among the deliveries, to a key that may see them. */
export function showWebhooks() {
  if (currentRoute().view !== 'deliveries') return;
  refreshWebhooks();
  const { webhooks, trouble } = knownWebhooks();
  $('webhooks-card').hidden = !webhooks;
  setText($('webhooks-note'), trouble || text(webhooks?.length > 0 ? 'webhooksHint' : 'webhooksNone'));
  showList($('webhooks'), webhooks ?? [], ({ webhookId }) => webhookId, row);
}

/** Clears everything when the user signs out. */
export function forgetWebhooks() {
  closeEditor();
  closeWebhookReplay();
  forgetList();
  $('webhooks-card').hidden = true;
  showList($('webhooks'), [], String, row);
}

/** Wires the button and the dialog. */
export function wireWebhooks() {
  $('webhook-add').addEventListener('click', () => openEditor());
  wireEditor();
  wireWebhookReplay();
}
