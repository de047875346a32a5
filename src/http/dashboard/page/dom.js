/**
 * The element with this id.
 * @param {string} id
 * @returns {any}
 */
export const $ = (id) => document.getElementById(id);

/**
 * Creates an element.
 * @param {string} tag
 * @param {Record<string, unknown>} properties of the element; `data` for its data attributes
 * @param {...(Node | string)} children
 * @returns {any} the element
 */
export function make(tag, { data = {}, ...properties } = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  Object.assign(element.dataset, data);
  element.append(...children);
  return element;
}

const SVG = 'http://www.w3.org/2000/svg';
/** One icon of each name, of which all others are copies: hundreds of references to a symbol cost more than copies of it. */
const icons = new Map();

/**
 * Creates an icon, hidden from screen readers: the text beside it says the same.
 * @param {string} name of a symbol in index.html, without `icon-`
 * @returns {Element} an `<svg>`
 */
export function icon(name) {
  if (!icons.has(name)) icons.set(name, firstIcon($(`icon-${name}`)));
  return icons.get(name).cloneNode(true);
}

function firstIcon(symbol) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('aria-hidden', 'true');
  svg.setAttribute('viewBox', symbol.getAttribute('viewBox'));
  svg.append(...symbol.cloneNode(true).children);
  return svg;
}

/**
 * Sets the text of an element only when it differs: screen readers announce each write to a live region.
 * @param {any} element
 * @param {string} words
 */
export function setText(element, words) {
  if (element.textContent !== words) element.textContent = words;
}

/** The rows of each list, by the key of their item. */
const contents = new WeakMap();

/**
 * Renders items as the children of a list. Known items keep their elements, so that focus and selection survive.
 * @template Item
 * @param {any} list
 * @param {Item[]} items in display order
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
    if (list.children[at] !== element) insertAt(list, element, at);
  });
  contents.set(list, now);
}

/** Removes the rows of all lists, so that they are built anew, in another language. What is chosen stays chosen. */
export function forgetRows() {
  for (const list of document.querySelectorAll('*')) {
    // Options change their words themselves.
    if (!contents.has(list) || list.tagName === 'SELECT') continue;
    list.replaceChildren();
    contents.delete(list);
  }
  for (const element of document.querySelectorAll('[data-kind]')) delete element.dataset.kind;
}

function insertAt(list, element, at) {
  const focused = element.contains(document.activeElement) ? document.activeElement : undefined;
  list.insertBefore(element, list.children[at] ?? null);
  focused?.focus();
}

let hideNotice;

/**
 * Shows a sentence for 8 seconds; screen readers announce it.
 * @param {string} sentence
 */
export function notice(sentence) {
  setText($('notice'), sentence);
  clearTimeout(hideNotice);
  hideNotice = setTimeout(() => setText($('notice'), ''), 8000);
}

/**
 * Has the browser save a file.
 * @param {any} content a Blob
 * @param {string} name
 */
export function saveFile(content, name) {
  const url = URL.createObjectURL(content);
  make('a', { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
