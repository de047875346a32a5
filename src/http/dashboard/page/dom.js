/**
 * The element with this id.
 * @param {string} id
 * @returns {any} it
 */
export const $ = (id) => document.getElementById(id);

/**
 * A new element.
 * @param {string} tag
 * @param {Record<string, unknown>} properties of the element; `data` for its data attributes
 * @param {...(Node | string)} children
 * @returns {any} it
 */
export function make(tag, { data = {}, ...properties } = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  Object.assign(element.dataset, data);
  element.append(...children);
  return element;
}

/**
 * One of the signs in index.html; words beside it say the same.
 * @param {string} name without `icon-`
 * @returns {Element} it
 */
export function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
  use.setAttribute('href', `#icon-${name}`);
  svg.setAttribute('aria-hidden', 'true');
  svg.append(use);
  return svg;
}

/**
 * Writes a text, unless it is there: what is written anew is read aloud anew.
 * @param {any} element
 * @param {string} words
 */
export function put(element, words) {
  if (element.textContent !== words) element.textContent = words;
}

/** What is in each list, by the key of the item. */
const contents = new WeakMap();

/**
 * Shows items in a list. An item that is there keeps its element, so that focus and selection stay where they are.
 * @template Item
 * @param {any} list
 * @param {Item[]} items in their order
 * @param {(item: Item) => string | number} keyOf
 * @param {(item: Item) => {element: any, update(item: Item): void}} build
 */
export function showList(list, items, keyOf, build) {
  const before = contents.get(list) ?? new Map();
  const now = new Map(items.map((item) => [keyOf(item), before.get(keyOf(item)) ?? build(item)]));
  for (const [key, { element }] of before) if (!now.has(key)) element.remove();
  items.forEach((item, at) => {
    const { element, update } = now.get(keyOf(item));
    update(item);
    if (list.children[at] !== element) place(list, element, at);
  });
  contents.set(list, now);
}

function place(list, element, at) {
  const focused = element.contains(document.activeElement) ? document.activeElement : undefined;
  list.insertBefore(element, list.children[at] ?? null);
  focused?.focus();
}

let hideNotice;

/**
 * Shows a sentence for a while, and reads it to those who do not see it.
 * @param {string} sentence
 */
export function notice(sentence) {
  put($('notice'), sentence);
  clearTimeout(hideNotice);
  hideNotice = setTimeout(() => put($('notice'), ''), 8000);
}
