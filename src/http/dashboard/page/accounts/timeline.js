import { ask, serverNow } from '../api.js';
import { $, make, setText, showList } from '../dom.js';
import { on } from '../live.js';
import { changed } from '../store.js';
import { moment } from '../words/format.js';
import { errorText, serverText, text } from '../words/text.js';

const FEW = 8;
const MOODS = {
  connected: 'good',
  repaired: 'good',
  paired: 'good',
  relinked: 'good',
  ban_over: 'good',
  started: 'good',
  stopped: 'off',
  line_lost: 'wait',
  damaged: 'wait',
  trouble: 'wait',
  restricted: 'wait',
  disconnected: 'off',
  closed: 'bad',
  failed: 'bad',
};

/** The timeline of the open account; `version` is the state of the session when it was loaded. */
let shown = { of: undefined, version: '', notes: [], all: false, trouble: '' };

/**
 * Shows the timeline of an account; reloads it whenever the session has changed.
 * @param {any} session
 */
export function showTimeline(session) {
  const { session_id: id } = session;
  // Every message changes `last_seen`, but adds nothing to the timeline.
  const version = JSON.stringify({ ...session, last_seen: null });
  if (shown.of !== id) shown = { of: id, version: '', notes: [], all: false, trouble: '' };
  if (shown.version !== version) void load(id, version);
  const notes = shown.all ? shown.notes : shown.notes.slice(0, FEW);
  showList($('timeline'), notes, keyOf, item);
  $('timeline-more').hidden = notes.length === shown.notes.length;
  $('timeline-note').hidden = notes.length > 0;
  setText($('timeline-note'), shown.trouble || text('timelineNone'));
}

/** Wires the button that shows older entries. */
export function wireTimeline() {
  // A load may have failed while the stream was down.
  on('ready', () => (shown.version = ''));
  $('timeline-more').addEventListener('click', () => {
    shown.all = true;
    changed();
  });
}

async function load(id, version) {
  const mine = shown;
  mine.version = version;
  try {
    const { data } = await ask('GET', `/sessions/${id}/timeline`);
    Object.assign(mine, { notes: data.reverse(), trouble: '' });
  } catch (error) {
    mine.trouble = errorText(error, 'sessions:read');
  }
  changed();
}

function keyOf({ at, what, why }) {
  return `${at} ${what} ${why}`;
}

function item({ at, what, why }) {
  const time = make('time', { dateTime: at }, moment(at, serverNow()));
  const words = make('span', { className: 'what' }, text(`what_${what}`) ?? what);
  const reason = why ? [make('span', { className: 'reason' }, serverText(why))] : [];
  return { element: make('li', { data: { mood: MOODS[what] ?? 'off' } }, words, time, ...reason), update: () => {} };
}
