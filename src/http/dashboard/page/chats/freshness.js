import { changed } from '../store.js';

/** How old something may be while it is shown: what the stream does not tell, such as receipts, shows this late. */
const OLD_MS = 20_000;
/** Loads are at least this far apart, however fast messages arrive. */
const SPACING_MS = 1000;

/**
 * Whether something is loaded, and how fresh it is.
 * @returns {{isStale: boolean, isAsking: boolean, isWaiting: boolean, askedMs: number}} for `refresh`
 */
export function unloaded() {
  return { isStale: true, isAsking: false, isWaiting: false, askedMs: -SPACING_MS };
}

/**
 * Loads something again if it is stale or old; call it whenever it is shown.
 * @param {{isStale: boolean, isAsking: boolean, isWaiting: boolean, askedMs: number}} mine
 * @param {(mine: any) => Promise<void>} load takes what the server answers; rejects when it was refused
 * @param {(mine: any, error: any) => void} onRefusal
 */
export function refresh(mine, load, onRefusal) {
  const ageMs = performance.now() - mine.askedMs;
  if (mine.isAsking || !(mine.isStale || ageMs >= OLD_MS)) return;
  if (ageMs >= SPACING_MS) void loadNow(mine, load, onRefusal);
  else waitFor(mine, SPACING_MS - ageMs);
}

function waitFor(mine, ms) {
  if (mine.isWaiting) return;
  mine.isWaiting = true;
  setTimeout(() => {
    mine.isWaiting = false;
    changed();
  }, ms);
}

async function loadNow(mine, load, onRefusal) {
  Object.assign(mine, { isStale: false, isAsking: true, askedMs: performance.now() });
  await load(mine).catch((error) => onRefusal(mine, error));
  mine.isAsking = false;
  changed();
}
