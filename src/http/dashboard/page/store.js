/**
 * All that the page knows. `line` is how the stream of events is: `opening`, `live`, `lost`, `crowded` when too many
 * are open, or `limited` when the key may not have it. `sessions` are by their ids.
 * @type {{sessions: Map<string, any>, health: any, line: string}}
 */
export const state = { sessions: new Map(), health: undefined, line: 'opening' };

const listeners = new Set();
let isTold = true;

/**
 * Has `show` called whenever something has changed, once for what changes together.
 * @param {() => void} show
 */
export function onChange(show) {
  listeners.add(show);
}

/** Says that something has changed. */
export function changed() {
  if (!isTold) return;
  isTold = false;
  queueMicrotask(() => {
    isTold = true;
    for (const show of listeners) show();
  });
}

/** Forgets everything, for somebody else to sign in. */
export function forget() {
  Object.assign(state, { sessions: new Map(), health: undefined, line: 'opening' });
}
