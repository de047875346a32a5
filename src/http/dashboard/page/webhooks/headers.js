import { $, icon, make, setText } from '../dom.js';
import { text } from '../words/text.js';

/** As many as the server allows. */
const MOST = 20;

/**
 * Shows no rows, and whether those that a webhook has are kept.
 * @param {string[]} names of the headers that the webhook has; their values are never shown
 */
export function showHeaders(names) {
  $('webhook-headers').replaceChildren();
  $('webhook-headers-keep').checked = names.length > 0;
  $('webhook-headers-kept').hidden = names.length === 0;
  setText($('webhook-headers-names'), text('webhookKeepHeaders', names.join(', ')));
  showOrHide();
}

/**
 * The headers in the form.
 * @returns {{headers?: Record<string, string>, trouble?: string}} no headers where those of the webhook are kept
 */
export function headersGiven() {
  if ($('webhook-headers-keep').checked) return {};
  const rows = [...$('webhook-headers').children].map((row) => [...row.querySelectorAll('input')]);
  const headers = rows
    .map(([name, value]) => [name.value.trim(), value.value.trim()])
    .filter(([...both]) => both.join(''));
  const names = headers.map(([name]) => name.toLowerCase());
  if (names.includes('')) return { trouble: text('webhookHeaderMissing') };
  if (new Set(names).size < names.length) return { trouble: text('webhookHeaderTwice') };
  return { headers: Object.fromEntries(headers) };
}

/** Wires the check box and the button. */
export function wireHeaders() {
  $('webhook-headers-keep').addEventListener('change', showOrHide);
  $('webhook-headers-add').addEventListener('click', () => {
    const row = make('div', { className: 'header' }, field(100), field(1024), removeButton());
    $('webhook-headers').append(row);
    showOrHide();
    row.querySelector('input').focus();
  });
}

function showOrHide() {
  const isKept = $('webhook-headers-keep').checked;
  const rows = [...$('webhook-headers').children];
  $('webhook-headers').hidden = isKept;
  $('webhook-headers-add').hidden = isKept || rows.length >= MOST;
  rows.forEach(({ children: [name, value, remove] }, at) => {
    name.ariaLabel = name.placeholder = text('webhookHeaderName', at + 1);
    value.ariaLabel = value.placeholder = text('webhookHeaderValue', at + 1);
    remove.ariaLabel = text('webhookHeaderRemove', at + 1);
  });
}

function field(maxLength) {
  return make('input', { maxLength, autocomplete: 'off', autocapitalize: 'none', spellcheck: false });
}

function removeButton() {
  const button = make('button', { type: 'button', className: 'icon' }, icon('close'));
  button.addEventListener('click', () => {
    button.parentElement.remove();
    showOrHide();
    $('webhook-headers-add').focus();
  });
  return button;
}
