/**
 * A phrase for a count.
 * @param {number} count
 * @param {string} one for exactly one
 * @param {string} other with `#` for the count
 * @returns {string}
 */
export const plural = (count, one, other) => (count === 1 ? one : other.replace('#', count));
