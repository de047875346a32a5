import { ask, serverNow } from '../api.js';
import { $, make, setText, showList } from '../dom.js';
import { on } from '../live.js';
import { changed } from '../store.js';
import { moment } from '../words/format.js';
import { errorText, text } from '../words/text.js';

const MOODS = { low: 'good', medium: 'wait', high: 'bad' };

/** The risk of the open account; `version` is the state of the session when it was loaded. */
let shown = { of: undefined, version: '', risk: undefined, trouble: '' };

/**
 * Shows the risk of an account; reloads it whenever the session has changed.
 * @param {any} session
 */
export function showRisk(session) {
  const { session_id: id } = session;
  // Every message changes `last_seen`: once a minute is enough.
  const version = JSON.stringify({ ...session, last_seen: session.last_seen?.slice(0, 16) });
  if (shown.of !== id) shown = { of: id, version: '', risk: undefined, trouble: '' };
  if (shown.version !== version) void load(id, version);
  const { risk, trouble } = shown;
  $('risk-level').hidden = !risk;
  $('risk-facts').hidden = !risk;
  setText($('risk-note'), trouble || (risk?.reasons.length === 0 ? text('riskNone') : ''));
  showList($('risk-reasons'), risk?.reasons ?? [], ({ code }) => code, item);
  if (risk) showFacts(risk);
}

/** Wires what happens without a click: a load may have failed while the stream was down. */
export function wireRisk() {
  on('ready', () => (shown.version = ''));
}

function item({ code }) {
  return { element: make('li', {}, text(`risk_${code}`)), update: () => {} };
}

function showFacts(risk) {
  const { level, conversations, messages, warm_up: warmUp, slowdown } = risk;
  $('risk-level').dataset.mood = MOODS[level];
  setText($('risk-level'), text(`riskLevel_${level}`));
  setText($('risk-begun'), text('riskBegunFact', conversations.begun_last_week, conversations.answered_last_week));
  setText($('risk-sent'), text('riskSentFact', messages.last_hour, messages.last_day));
  setText($('risk-refused'), refusedText(risk));
  setText($('risk-limits'), limitsText(risk));
  $('risk-warm-up-row').hidden = !warmUp;
  setText($('risk-warm-up'), warmUp ? warmUpText(warmUp) : '');
  $('risk-pace-row').hidden = !slowdown;
  setText($('risk-pace'), slowdown ? paceText(slowdown) : '');
}

/** How often WhatsApp refused messages for each reason. */
function refusedText({ refusals }) {
  const counts = new Map();
  for (const { code, count } of refusals) counts.set(code, (counts.get(code) ?? 0) + count);
  return [...counts].map(([code, count]) => `${code}: ${count}`).join(', ') || text('riskRefusedNone');
}

function limitsText({ limits }) {
  const set = limits.filter(({ limit }) => limit !== null);
  return set.map(({ setting, limit }) => text(`riskLimit_${setting}`, limit)).join(', ') || text('riskNoLimits');
}

function warmUpText({ day, used, budget }) {
  return budget === null ? text('riskWarmUpOver') : text('riskWarmUpFact', day, used, budget);
}

function paceText({ divisor, faster_at: at }) {
  return divisor === 1 ? text('riskPaceFull') : text('riskPaceSlow', divisor, moment(at, serverNow()));
}

async function load(id, version) {
  const mine = shown;
  mine.version = version;
  try {
    const { data } = await ask('GET', `/sessions/${id}/risk`);
    Object.assign(mine, { risk: data, trouble: '' });
  } catch (error) {
    mine.trouble = errorText(error, 'sessions:read');
  }
  changed();
}
