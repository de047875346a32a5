const MOST_IN_NAME = 80;
/** Characters that reorder text, which would also reorder what stands beside it in a title. */
const REORDERING = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * A name that a stranger chose, for one line: what reorders text is gone, and what is too long is cut.
 * @param {string | null | undefined} name
 * @returns {string}
 */
export function lineOf(name) {
  return cut((name ?? '').replace(REORDERING, '').replace(/\s+/g, ' ').trim(), MOST_IN_NAME);
}

/**
 * The beginning of a text, by code points, so that no character is split.
 * @param {string} words
 * @param {number} most how many characters at most
 * @returns {string} ends with an ellipsis when something is missing
 */
export function cut(words, most) {
  if (words.length <= most) return words;
  const signs = Array.from(words.slice(0, 2 * most + 1));
  return signs.length <= most ? words : `${signs.slice(0, most).join('')}…`;
}
