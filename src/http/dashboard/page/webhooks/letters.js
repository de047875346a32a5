import { ask, serverNow } from '../api.js';
import { confirm } from '../dialogs/confirm.js';
import { make, notice, setText, showList } from '../dom.js';
import { moment } from '../words/format.js';
import { errorText, receiverText, text } from '../words/text.js';
import { loadWebhooks } from './list.js';
import { accountName, eventName } from './naming.js';
import { outcomeOf } from './outcome.js';
import { pressable } from './press.js';

/** The most that the server lists at once; the next ones follow when these are settled. */
const PAGE = 100;

/**
 * Builds the dead letters of a webhook, which are loaded when somebody wants to see them.
 * @param {string} id of the webhook
 * @param {any} title takes the focus of a letter that is gone
 * @returns {{element: any, update(webhook: any): void}}
 */
export function lettersOf(id, title) {
  const list = make('ul', { className: 'callbacks', hidden: true });
  const toggle = make('button', { type: 'button', className: 'quiet' });
  const element = make('div', { className: 'letters' }, toggle, list);
  let count = 0;
  let loaded = '';

  const settled = () => {
    title.focus();
    loaded = '';
    return loadWebhooks();
  };
  const load = async () => {
    try {
      const { data } = await ask('GET', `/webhooks/${id}/dead-letters?limit=${PAGE}`);
      showList(
        list,
        data,
        (letter) => letter.id,
        (letter) => item(letter, id, settled),
      );
    } catch (error) {
      notice(errorText(error));
    }
  };
  const show = () => {
    element.hidden = count === 0;
    toggle.ariaExpanded = String(!list.hidden);
    setText(toggle, list.hidden ? text('webhookLetters', count) : text('webhookLettersHide'));
    if (list.hidden || loaded === String(count)) return;
    loaded = String(count);
    void load();
  };
  toggle.addEventListener('click', () => {
    list.hidden = !list.hidden;
    loaded = '';
    show();
  });
  const update = ({ deadLettered }) => {
    count = deadLettered;
    show();
  };
  return { element, update };
}

function item(letter, id, settled) {
  const path = `/webhooks/${id}/dead-letters/${letter.id}`;
  const retry = pressable(async () => {
    const outcome = await ask('POST', `${path}/retry`);
    notice(outcomeOf(outcome)[0]);
    if (outcome.accepted) await settled();
  }, notice);
  const discard = pressable(async () => {
    const words = { title: text('webhookDiscardTitle'), body: text('webhookDiscardBody') };
    if (!(await confirm({ ...words, yes: text('webhookDiscardYes') }))) return;
    await ask('POST', `${path}/discard`);
    notice(text('webhookDiscarded'));
    await settled();
  }, notice);
  return { element: itemElement(letter, retry, discard), update: () => {} };
}

function itemElement({ sessionId, event, error, at }, retry, discard) {
  const account = accountName(sessionId);
  const what = eventName(event);
  retry.name(text('retry'), text('webhookLetterAction', text('retry'), what, account));
  discard.name(text('webhookDiscard'), text('webhookLetterAction', text('webhookDiscard'), what, account));
  const time = make('time', { dateTime: at }, moment(at, serverNow()));
  const facts = make('p', { className: 'soft' }, `${account} · `, time);
  const reason = make('p', { className: 'reason' }, receiverText(error));
  const buttons = make('div', { className: 'actions' }, retry.element, discard.element);
  return make('li', {}, make('div', {}, make('h4', {}, what), facts, reason), buttons);
}
