/**
 * The state of the page. `sessions` has the sessions by id. `connection` is the state of the event stream: `connecting`,
 * `live`, `lost`, `crowded` when the server has too many streams, or `limited` when the key may not follow events.
 * `cluster` is that part of `GET /health`, where there are several nodes, and `placed` the node of the account that was last looked up.
 * @type {{sessions: Map<string, any>, health: any, connection: string, cluster: any, placed: any}}
 */
export const state = emptyState();

const listeners = new Set();
let isScheduled = false;

/**
 * Calls `show` after the state has changed, once for all changes before the browser's next frame.
 * @param {() => void} show
 */
export function onChange(show) {
  listeners.add(show);
}

/** Schedules the listeners; call it after each change of the state. */
export function changed() {
  if (isScheduled) return;
  isScheduled = true;
  // The snapshot of some hundred sessions must not be rendered some hundred times.
  requestAnimationFrame(() => {
    isScheduled = false;
    for (const show of listeners) show();
  });
}

/** Clears the state when the user signs out. */
export function forget() {
  Object.assign(state, emptyState());
}

function emptyState() {
  return { sessions: new Map(), health: undefined, connection: 'connecting', cluster: undefined, placed: undefined };
}
