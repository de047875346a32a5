/**
 * The element with this id.
 * @param {string} id
 * @returns {HTMLElement} it
 */
export const $ = (id) => document.getElementById(id);

/**
 * A new element.
 * @param {string} tag
 * @param {Record<string, unknown>} properties of the element; `data` for its data attributes
 * @param {...(Node | string)} children
 * @returns {HTMLElement} it
 */
export function make(tag, { data = {}, ...properties } = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  Object.assign(element.dataset, data);
  element.append(...children);
  return element;
}

let hideNotice;

/**
 * Shows a sentence for a while, and reads it to those who do not see it.
 * @param {string} sentence
 */
export function notice(sentence) {
  const element = $('notice');
  element.textContent = sentence;
  element.hidden = false;
  clearTimeout(hideNotice);
  hideNotice = setTimeout(() => (element.hidden = true), 7000);
}

/**
 * A number as people write it: +54 911 5550 1234.
 * @param {string} digits
 * @returns {string} it
 */
export function readable(digits) {
  return digits ? `+${digits.slice(0, 2)} ${digits.slice(2, -8)} ${digits.slice(-8, -4)} ${digits.slice(-4)}` : '';
}
