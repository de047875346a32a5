import { ask, open } from './api.js';
import { eventsOf } from './event-stream.js';
import { changed, state } from './store.js';

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 15000;
/** The server says something more often than this; a line without it is dead. */
const SILENCE_MS = 60000;
const HEALTH_EVERY_MS = 10000;

const listeners = new Map();
let ending = new AbortController();
let wake = () => {};

/**
 * Has `take` called with the data of each event of this kind, after it is in the store.
 * @param {string} event as `GET /sessions/events` calls it
 * @param {(data: any) => void} take
 */
export function on(event, take) {
  listeners.set(event, [...(listeners.get(event) ?? []), take]);
}

/**
 * Follows what happens, with a new line whenever one is lost.
 * @param {() => void} onKeyEnded called when the key opens nothing any more
 */
export async function follow(onKeyEnded) {
  ending = new AbortController();
  const { signal } = ending;
  for (let pauseMs = FIRST_PAUSE_MS; !signal.aborted; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    const { code, wasLive } = await followLine(signal);
    if (signal.aborted) return;
    if (code === 'unauthorized') return onKeyEnded();
    if (code === 'not_permitted') return watchHealth(signal);
    setLine(code === 'too_many_streams' ? 'crowded' : 'lost');
    if (wasLive) pauseMs = FIRST_PAUSE_MS;
    // Not all pages at once, when a server comes back.
    await pause(pauseMs * (0.5 + Math.random() / 2));
  }
}

/** Ends it. */
export function stopFollowing() {
  ending.abort();
  wake();
}

/** Tries again at once, where a new line is waited for. */
export function hurry() {
  wake();
}

/** One line, to its end; tells why it could not be opened, and whether it was good. */
async function followLine(signal) {
  const line = new AbortController();
  const giveUp = () => line.abort();
  signal.addEventListener('abort', giveUp);
  let silence = setTimeout(giveUp, SILENCE_MS);
  const onLife = () => {
    clearTimeout(silence);
    silence = setTimeout(giveUp, SILENCE_MS);
  };
  const snapshot = new Set();
  let wasLive = false;
  try {
    for await (const { event, data } of eventsOf(await open('/sessions/events', line.signal), onLife)) {
      take(event, data, snapshot);
      wasLive ||= event === 'ready';
    }
    return { wasLive };
  } catch ({ code }) {
    return { code, wasLive };
  } finally {
    clearTimeout(silence);
    signal.removeEventListener('abort', giveUp);
    line.abort();
  }
}

/** `snapshot` gathers what a new line tells first: what it does not name is not there any more. */
function take(event, data, snapshot) {
  if (event === 'session') {
    state.sessions.set(data.session_id, data);
    snapshot.add(data.session_id);
  }
  if (event === 'removed') state.sessions.delete(data.session_id);
  if (event === 'health') state.health = data;
  if (event === 'ready') {
    for (const id of state.sessions.keys()) if (!snapshot.has(id)) state.sessions.delete(id);
    setLine('live');
  }
  changed();
  for (const tell of listeners.get(event) ?? []) tell(data);
}

/** For a key that may not see sessions: how the server is, anybody may ask. */
async function watchHealth(signal) {
  while (!signal.aborted) {
    const health = await ask('GET', '/health').catch(() => undefined);
    if (signal.aborted) return;
    if (health) take('health', health, new Set());
    setLine(health ? 'limited' : 'lost');
    await pause(HEALTH_EVERY_MS);
  }
}

function setLine(line) {
  state.line = line;
  changed();
}

function pause(ms) {
  return new Promise((resolve) => {
    wake = resolve;
    setTimeout(resolve, ms);
  });
}
