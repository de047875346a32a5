import { $, make } from '../dom.js';

/**
 * Shows check boxes for "all" and for each option. Those of the options appear only without "all".
 * @param {string} name the id of the options' element; that of the box for "all" ends with `-all`
 * @param {{value: string, words: string}[]} options
 * @param {string[] | null} chosen `null` for all, future ones included
 */
export function showChoices(name, options, chosen) {
  $(`${name}-all`).checked = chosen === null;
  $(name).replaceChildren(...options.map((option) => choice(option, chosen?.includes(option.value))));
  showOrHide(name);
}

/**
 * What is chosen.
 * @param {string} name the id of the options' element; that of the box for "all" ends with `-all`
 * @returns {string[] | null} `null` for all
 */
export function chosenOf(name) {
  if ($(`${name}-all`).checked) return null;
  return [...$(name).querySelectorAll('input:checked')].map(({ value }) => value);
}

/**
 * Wires the check box for "all".
 * @param {string} name the id of the options' element; that of the box for "all" ends with `-all`
 */
export function wireChoices(name) {
  $(`${name}-all`).addEventListener('change', () => showOrHide(name));
}

function showOrHide(name) {
  $(name).hidden = $(`${name}-all`).checked;
}

function choice({ value, words }, checked = false) {
  const box = make('input', { type: 'checkbox', value, checked });
  return make('label', { className: 'check' }, box, make('span', {}, words));
}
