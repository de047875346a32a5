import { ask } from '../api.js';
import { confirm } from '../dialogs/confirm.js';
import { $, setText } from '../dom.js';
import { on } from '../live.js';
import { currentRoute } from '../route.js';
import { changed } from '../store.js';
import { readable } from '../words/format.js';
import { errorText, text } from '../words/text.js';

const SCOPE = 'sessions:create';

/** What the open account keeps. Each account has a new object, so that late answers to an earlier one are recognized. */
let shown = nothing();

function nothing(of) {
  return { of, history: undefined, trouble: '', isStale: true };
}

/**
 * Shows what an account keeps of its messages.
 * @param {string} id of the session
 */
export function showHistory(id) {
  if (shown.of !== id) {
    shown = nothing(id);
    $('history-days').value = '';
    $('forget-number').value = '';
    say('', '');
  }
  if (shown.isStale) void load(shown);
  const { history, trouble } = shown;
  setText($('history-note'), trouble || (history ? noteOf(history) : ''));
  $('history-details').hidden = !history;
}

/** Wires the forms. */
export function wireHistory() {
  on('ready', () => (shown.isStale = true));
  onSubmit('history-form', changeDays);
  onSubmit('forget', forgetPerson);
}

/** Clears everything when the user signs out. */
export function forgetHistory() {
  shown = nothing();
}

function noteOf({ days, is_default: isDefault, messages }) {
  const kept = days === 0 ? text('historyOff') : text('historyDays', days);
  return [kept, text(isDefault ? 'historyDefault' : 'historyOwn'), text('historyCount', messages)].join(' ');
}

async function load(mine) {
  mine.isStale = false;
  try {
    take(mine, await ask('GET', `/sessions/${mine.of}/history`));
  } catch (error) {
    mine.trouble = errorText(error, 'sessions:read');
  }
  changed();
}

function take(mine, history) {
  Object.assign(mine, { history, trouble: '' });
  if (mine === shown && document.activeElement !== $('history-days')) fill(history);
}

function fill({ days, is_default: isDefault }) {
  $('history-days').value = isDefault ? '' : String(days);
}

function onSubmit(id, press) {
  $(id).addEventListener('submit', async (event) => {
    event.preventDefault();
    const mine = shown;
    if ($(id).ariaBusy === 'true') return;
    $(id).ariaBusy = 'true';
    const outcome = await press(mine).catch((error) => [errorText(error, SCOPE), 'bad']);
    $(id).ariaBusy = null;
    if (mine === shown && outcome) say(...outcome);
    changed();
  });
}

async function changeDays(mine) {
  const given = $('history-days').value.trim();
  const days = given === '' ? null : Number(given);
  if (days !== null && !Number.isInteger(days)) return [text('historyDaysWrong'), 'bad'];
  if (removes(mine.history, days) && !(await sure('historyLess', mine.history.messages))) return undefined;
  const history = await ask('PATCH', `/sessions/${mine.of}/history`, { days });
  take(mine, history);
  if (mine === shown) fill(history);
  return [text('historySaved'), 'good'];
}

/** Whether messages may be removed at once. */
function removes({ days: before, messages }, days) {
  return messages > 0 && (days === null || days < before);
}

async function forgetPerson(mine) {
  const number = $('forget-number').value.replace(/[\s()+-]/g, '');
  if (number === '') return [text('numberMissing'), 'bad'];
  if (!(await sure('forget', readable(number)))) return undefined;
  const { messages, sent, others } = await ask('DELETE', `/sessions/${mine.of}/people/${encodeURIComponent(number)}`);
  mine.isStale = true;
  if (currentRoute().sessionId === mine.of) $('forget-number').value = '';
  return [text('forgotten', messages, sent, others), 'good'];
}

function sure(name, value) {
  return confirm({ title: text(`${name}Title`, value), body: text(`${name}Body`), yes: text(`${name}Yes`) });
}

function say(words, mood) {
  setText($('history-result'), words);
  $('history-result').dataset.mood = mood;
}
