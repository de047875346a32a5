import { $, make } from '../dom.js';

/**
 * Shows check boxes for "all" and for each option. Those of the options appear only without "all".
 * @param {string} name `events` or `sessions`
 * @param {{value: string, words: string}[]} options
 * @param {string[] | null} chosen `null` for all, future ones included
 */
export function showChoices(name, options, chosen) {
  $(`webhook-${name}-all`).checked = chosen === null;
  $(`webhook-${name}`).replaceChildren(...options.map((option) => choice(option, chosen?.includes(option.value))));
  showOrHide(name);
}

/**
 * What is chosen.
 * @param {string} name `events` or `sessions`
 * @returns {string[] | null} `null` for all
 */
export function chosenOf(name) {
  if ($(`webhook-${name}-all`).checked) return null;
  return [...$(`webhook-${name}`).querySelectorAll('input:checked')].map(({ value }) => value);
}

/**
 * Wires the check box for "all".
 * @param {string} name `events` or `sessions`
 */
export function wireChoices(name) {
  $(`webhook-${name}-all`).addEventListener('change', () => showOrHide(name));
}

function showOrHide(name) {
  $(`webhook-${name}`).hidden = $(`webhook-${name}-all`).checked;
}

function choice({ value, words }, checked = false) {
  const box = make('input', { type: 'checkbox', value, checked });
  return make('label', { className: 'check' }, box, make('span', {}, words));
}
