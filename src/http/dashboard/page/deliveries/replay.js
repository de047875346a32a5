import { ask, serverNow } from '../api.js';
import { $, make, put, showList } from '../dom.js';
import { inOrder, nameOf } from '../accounts/session.js';
import { changed, state } from '../store.js';
import { sentenceOf, text } from '../words/text.js';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** Shows the accounts that can be chosen, and the last hour until somebody chooses another time. */
export function showReplay() {
  const linked = inOrder(state.sessions).filter(({ phone_number }) => phone_number);
  showList($('replay-account'), linked, ({ session_id }) => session_id, option);
  if ($('replay-since').value === '') $('replay-since').value = localTime(serverNow() - HOUR_MS);
  if ($('replay-until').value === '') $('replay-until').value = localTime(serverNow() + MINUTE_MS);
}

/** Has the form ask for it. */
export function wireReplay() {
  $('replay').addEventListener('submit', async (event) => {
    event.preventDefault();
    say(...(await replay($('replay-account').value, $('replay-since').value, $('replay-until').value)));
    changed();
  });
}

async function replay(sessionId, since, until) {
  if (!sessionId || !since || !until) return [text('timesMissing'), 'bad'];
  if (until < since) return [text('timesTurned'), 'bad'];
  try {
    const times = { since: new Date(since).toISOString(), until: new Date(until).toISOString() };
    const { count } = await ask('POST', '/callbacks/replay', { sessionId, ...times });
    return count > 0 ? [text('replayed', count), 'good'] : [text('replayedNone'), 'wait'];
  } catch (error) {
    return [sentenceOf(error, 'callbacks:manage'), 'bad'];
  }
}

function say(words, mood) {
  put($('replay-result'), words);
  $('replay-result').dataset.mood = mood;
}

function option({ session_id: value }) {
  const element = make('option', { value });
  return { element, update: (session) => put(element, nameOf(session)) };
}

/** As the field has it: the time on the clock here, to the minute. */
function localTime(ms) {
  const offsetMs = new Date(ms).getTimezoneOffset() * MINUTE_MS;
  return new Date(ms - offsetMs).toISOString().slice(0, 16);
}
