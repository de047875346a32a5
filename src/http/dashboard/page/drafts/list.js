import { ask, serverNow } from '../api.js';
import { changed } from '../store.js';

/** How old the list may be when something on the page changes. */
const OLD_MS = 5000;

let known = nothing();

function nothing() {
  return { drafts: [], isDenied: false, askedMs: 0, isAsking: false };
}

/**
 * The drafts that wait, as they were last loaded.
 * @returns {any[]}
 */
export function knownDrafts() {
  return known.drafts;
}

/** Loads the list again if it is old. A key that may not see it is asked about only once. */
export function refreshDrafts() {
  const isOld = Math.abs(serverNow() - known.askedMs) >= OLD_MS;
  if (isOld && !known.isAsking && !known.isDenied) void loadDrafts();
}

/** Loads the list now. While that fails, the one that is known stays. */
export async function loadDrafts() {
  const mine = known;
  Object.assign(mine, { askedMs: serverNow(), isAsking: true });
  try {
    mine.drafts = (await ask('GET', '/drafts?state=waiting')).data;
  } catch (error) {
    mine.isDenied = error.code === 'not_permitted';
  }
  mine.isAsking = false;
  if (mine === known) changed();
}

/** Forgets the list when the user signs out. */
export function forgetList() {
  known = nothing();
}
