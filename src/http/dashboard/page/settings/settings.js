import { ask, serverNow } from '../api.js';
import { $, make, setText, showList } from '../dom.js';
import { currentRoute } from '../route.js';
import { changed, state } from '../store.js';
import { sinceSeconds } from '../words/format.js';
import { errorText, text } from '../words/text.js';
import { forgetOutcomes } from './notifications.js';
import { showOwn } from './own.js';

/** How much later the start may seem to be before it counts as another one: the times are in whole seconds. */
const SAME_START_MS = 5000;

/** The settings as loaded. Each load has a new object, so that late answers to an earlier one are recognized. */
let known = nothing();
let isOpen = false;
/** When the server started, in Unix ms. */
let startedMs = 0;

function nothing() {
  return { settings: undefined, newerVersion: null, trouble: '' };
}

/** Shows the choices of this browser, the version, and the settings; loads those when somebody opens the view. */
export function showSettings() {
  const wasOpen = isOpen;
  isOpen = currentRoute().view === 'settings';
  if (!isOpen) return;
  if (!wasOpen) void load();
  showOwn();
  showServer();
  const { settings, newerVersion, trouble } = known;
  setText($('update-note'), newerVersion ? text('updateNote', newerVersion, state.health?.version) : '');
  setText($('in-force-note'), trouble || (settings ? text('inForceHint') : ''));
  showList($('in-force'), settings ?? [], ({ name }) => name, row);
}

/** Clears everything when the user signs out. */
export function forgetSettings() {
  known = nothing();
  isOpen = false;
  forgetOutcomes();
  showList($('in-force'), [], String, row);
}

function showServer() {
  const { health } = state;
  if (!health) return;
  const atMs = serverNow() - health.uptime * 1000;
  if (Math.abs(atMs - startedMs) > SAME_START_MS) startedMs = atMs;
  setText($('fact-version'), health.version);
  setText($('fact-started'), sinceSeconds((startedMs - serverNow()) / 1000));
}

async function load() {
  const mine = nothing();
  known = mine;
  try {
    const { data, newerVersion } = await ask('GET', '/config');
    Object.assign(mine, { settings: data, newerVersion });
  } catch (error) {
    mine.trouble = errorText(error);
  }
  if (mine === known) changed();
}

function row({ name }) {
  const value = make('dd');
  const element = make('div', {}, make('dt', {}, make('code', {}, name)), value);
  const update = (setting) => {
    element.dataset.usual = String(!setting.set);
    setText(value, valueOf(setting));
  };
  return { element, update };
}

function valueOf({ value, set, secret }) {
  if (secret) return text(set ? 'settingSecret' : 'settingUnset');
  if (value === null || value === '') return text('settingUnset');
  return set ? value : text('settingUsual', value);
}
