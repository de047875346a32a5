import { byUrgency, nameOf } from '../accounts/session.js';
import { ask, serverNow } from '../api.js';
import { $, make, setText, showList } from '../dom.js';
import { currentRoute } from '../route.js';
import { changed, state } from '../store.js';
import { localTime } from '../words/format.js';
import { errorText, text } from '../words/text.js';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** Shows the accounts to choose from, with the last hour as the default range. */
export function showReplay() {
  if (currentRoute().view !== 'deliveries') return;
  const linked = byUrgency(state.sessions).filter(({ phone_number }) => phone_number);
  showList($('replay-account'), linked, ({ session_id }) => session_id, option);
  if ($('replay-since').value === '') $('replay-since').value = localTime(serverNow() - HOUR_MS);
  if ($('replay-until').value === '') $('replay-until').value = localTime(serverNow() + MINUTE_MS);
}

/** Wires the form. */
export function wireReplay() {
  $('replay').addEventListener('submit', async (event) => {
    event.preventDefault();
    showResult(...(await replay($('replay-account').value, $('replay-since').value, $('replay-until').value)));
    changed();
  });
}

async function replay(sessionId, since, until) {
  if (!sessionId || !since || !until) return [text('rangeMissing'), 'bad'];
  if (until < since) return [text('rangeReversed'), 'bad'];
  try {
    const times = { since: new Date(since).toISOString(), until: new Date(until).toISOString() };
    const { count } = await ask('POST', '/callbacks/replay', { sessionId, ...times });
    return count > 0 ? [text('replayed', count), 'good'] : [text('replayedNone'), 'wait'];
  } catch (error) {
    return [errorText(error, 'callbacks:manage'), 'bad'];
  }
}

function showResult(words, mood) {
  setText($('replay-result'), words);
  $('replay-result').dataset.mood = mood;
}

function option({ session_id: value }) {
  const element = make('option', { value });
  return { element, update: (session) => setText(element, nameOf(session)) };
}
