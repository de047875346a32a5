import { ask, serverNow } from '../api.js';
import { changed } from '../store.js';

/** How old the list may be when something on the page changes: while it is shown, and otherwise. */
const OLD_MS = 5000;
const OLD_UNSEEN_MS = 20000;

let known = nothing();

function nothing() {
  return { drafts: [], isDenied: false, askedMs: 0, isAsking: false };
}

/**
 * The drafts that wait, as they were last loaded, and those whose sending an approval began.
 * @returns {any[]}
 */
export function knownDrafts() {
  return known.drafts;
}

/**
 * Loads the list again if it is old. A key that may not see it is asked about only once.
 * @param {{isShown: boolean}} view
 */
export function refreshDrafts({ isShown }) {
  const isOld = Math.abs(serverNow() - known.askedMs) >= (isShown ? OLD_MS : OLD_UNSEEN_MS);
  if (isOld && !known.isAsking && !known.isDenied) void loadDrafts();
}

/** Loads the list now. While that fails, the one that is known stays. */
export async function loadDrafts() {
  const mine = known;
  Object.assign(mine, { askedMs: serverNow(), isAsking: true });
  try {
    // Whoever approved may have gone before it was sent: then somebody else must.
    const [waiting, sending] = await Promise.all(
      ['waiting', 'sending'].map((state) => ask('GET', `/drafts?state=${state}`)),
    );
    mine.drafts = [...waiting.data, ...sending.data].sort((one, other) => one.createdAt.localeCompare(other.createdAt));
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
