import { ask } from './api.js';
import { changed } from './store.js';

/** The names of the keys by their ids; `undefined` until somebody wants them. */
let names;

/**
 * The name of an API key, where the key of this page may see it.
 * @param {string} id
 * @returns {string} the id itself where no name is known
 */
export function keyName(id) {
  return names?.get(id) || id;
}

/**
 * The keys that are known.
 * @returns {[string, string][]} their ids and names
 */
export function knownKeys() {
  return [...(names ?? [])];
}

/** Loads the names, once. */
export async function loadKeyNames() {
  if (names) return;
  const mine = (names = new Map());
  const { data = [] } = await ask('GET', '/keys').catch(() => ({}));
  for (const { keyId, name } of data) mine.set(keyId, name ?? '');
  if (mine === names) changed();
}

/** Forgets the names when the user signs out. */
export function forgetKeyNames() {
  names = undefined;
}
