import { ask, open } from './api.js';
import { eventsOf } from './event-stream.js';
import { changed, state } from './store.js';

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 15000;
/** The server sends something at least this often; a stream silent for longer is dead. */
const SILENCE_MS = 60000;
const HEALTH_EVERY_MS = 10000;

const listeners = new Map();
let ending = new AbortController();
let wake = () => {};

/**
 * Calls `listener` with the data of each event of this kind, after the store has been updated.
 * @param {string} event a name from `GET /sessions/events`
 * @param {(data: any) => void} listener
 */
export function on(event, listener) {
  listeners.set(event, [...(listeners.get(event) ?? []), listener]);
}

/**
 * Follows the live events, and reconnects whenever the stream ends.
 * @param {() => void} onKeyEnded called when the key is no longer valid
 */
export async function followEvents(onKeyEnded) {
  ending = new AbortController();
  const { signal } = ending;
  for (let pauseMs = FIRST_PAUSE_MS; !signal.aborted; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    const { code, wasLive } = await readStream(signal);
    if (signal.aborted) return;
    if (code === 'unauthorized') return onKeyEnded();
    if (code === 'not_permitted') return watchHealth(signal);
    setConnection(code === 'too_many_streams' ? 'crowded' : 'lost');
    if (wasLive) pauseMs = FIRST_PAUSE_MS;
    // Random, so that not all pages reconnect at once when a server comes back.
    await pause(pauseMs * (0.5 + Math.random() / 2));
  }
}

/** Stops following events. */
export function stopFollowing() {
  ending.abort();
  wake();
}

/** Skips the pause before the next attempt. */
export function retryNow() {
  wake();
}

/** Reads one stream to its end. Returns the code of the refusal, if any, and whether the stream had become live. */
async function readStream(signal) {
  const stream = new AbortController();
  const giveUp = () => stream.abort();
  signal.addEventListener('abort', giveUp);
  let silence = setTimeout(giveUp, SILENCE_MS);
  const onData = () => {
    clearTimeout(silence);
    silence = setTimeout(giveUp, SILENCE_MS);
  };
  const snapshot = new Set();
  let wasLive = false;
  try {
    for await (const { event, data } of eventsOf(await open('/sessions/events', stream.signal), onData)) {
      apply(event, data, snapshot);
      wasLive ||= event === 'ready';
    }
    return { wasLive };
  } catch ({ code }) {
    return { code, wasLive };
  } finally {
    clearTimeout(silence);
    signal.removeEventListener('abort', giveUp);
    stream.abort();
  }
}

/** Updates the store. A new stream starts with all sessions, gathered in `snapshot`; those not in it no longer exist. */
function apply(event, data, snapshot) {
  if (event === 'session') {
    state.sessions.set(data.session_id, data);
    snapshot.add(data.session_id);
  }
  if (event === 'removed') state.sessions.delete(data.session_id);
  if (event === 'health') state.health = data;
  if (event === 'ready') {
    for (const id of state.sessions.keys()) if (!snapshot.has(id)) state.sessions.delete(id);
    setConnection('live');
  }
  changed();
  for (const notify of listeners.get(event) ?? []) notify(data);
}

/** For a key that may not see sessions: the health of the server is public. */
async function watchHealth(signal) {
  while (!signal.aborted) {
    const health = await ask('GET', '/health').catch(() => undefined);
    if (signal.aborted) return;
    if (health) apply('health', health, new Set());
    setConnection(health ? 'limited' : 'lost');
    await pause(HEALTH_EVERY_MS);
  }
}

function setConnection(connection) {
  state.connection = connection;
  changed();
}

function pause(ms) {
  return new Promise((resolve) => {
    wake = resolve;
    setTimeout(resolve, ms);
  });
}
