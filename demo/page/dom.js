/**
 * Finds the element with this id.
 * @param {string} id
 * @returns {HTMLElement} the element
 */
export const $ = (id) => document.getElementById(id);

/**
 * Creates an element.
 * @param {string} tag
 * @param {Record<string, unknown>} properties of the element; `data` holds its data attributes
 * @param {...(Node | string)} children
 * @returns {HTMLElement} the element
 */
export function make(tag, { data = {}, ...properties } = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  Object.assign(element.dataset, data);
  element.append(...children);
  return element;
}

let hideNotice;

/**
 * Shows a message for 7 s. Screen readers announce it.
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
 * Formats a phone number for people: +54 911 5550 1234.
 * @param {string} digits
 * @returns {string} the formatted number
 */
export function readable(digits) {
  return digits ? `+${digits.slice(0, 2)} ${digits.slice(2, -8)} ${digits.slice(-8, -4)} ${digits.slice(-4)}` : '';
}
