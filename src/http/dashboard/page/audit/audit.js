import { ask, download, serverNow } from '../api.js';
import { $, notice, saveFile, setText, showList } from '../dom.js';
import { loadKeyNames } from '../key-names.js';
import { askOfView, currentRoute } from '../route.js';
import { changed } from '../store.js';
import { errorText, text } from '../words/text.js';
import { checkChain, forgetChain, showChain } from './chain.js';
import { fillFilter, filterGiven, forgetFilter, knownFilters, showFilter } from './filter.js';
import { row } from './row.js';

const PAGE = 50;

/** The entries as loaded, of one query. Each load has a new object, so that late answers to an earlier one are recognized. */
let shown = emptyList();
let isOpen = false;
/** What the URL asked for when the entries were loaded. */
let asked = '';

function emptyList(query = new URLSearchParams()) {
  return { query, entries: [], nextBefore: null, note: '', isDenied: false };
}

/** Shows the audit log; loads it when somebody opens it. */
export function showAudit() {
  const wasOpen = isOpen;
  const { view, query } = currentRoute();
  isOpen = view === 'audit';
  if (!isOpen) return;
  if (!wasOpen) void loadKeyNames();
  if (!wasOpen || asked !== query.toString()) openLog(query);
  const { entries, nextBefore, note, isDenied } = shown;
  setText($('audit-note'), note);
  for (const name of ['audit-filter', 'audit-proof']) $(name).hidden = isDenied;
  showFilter(entries);
  showList($('audit'), entries, ({ id }) => id, row);
  $('audit-more').hidden = nextBefore === null;
  showChain();
}

/** Wires the form and the buttons. */
export function wireAudit() {
  $('audit-filter').addEventListener('submit', (event) => {
    event.preventDefault();
    const { query, trouble } = filterGiven();
    setText($('audit-result'), trouble ?? '');
    if (query) askFor(query);
  });
  $('audit-clear').addEventListener('click', () => askFor(new URLSearchParams()));
  $('audit-more').addEventListener('click', () => void load(shown));
  $('audit-verify').addEventListener('click', () => void checkChain({ again: true }));
  $('audit-export').addEventListener('click', save);
}

/** Clears everything when the user signs out. */
export function forgetAudit() {
  shown = emptyList();
  isOpen = false;
  forgetChain();
  forgetFilter();
  showList($('audit'), [], ({ id }) => id, row);
}

/** The filters are in the URL. Those that are asked for again load the newest entries. */
function askFor(query) {
  if (query.toString() === asked) openLog(query);
  else askOfView(query);
}

/** Loads what the URL asks for. */
function openLog(query) {
  asked = query.toString();
  const known = knownFilters(query);
  fillFilter(known);
  setText($('audit-result'), '');
  void load((shown = emptyList(known)));
}

/** Loads the next page. */
async function load(mine) {
  const page = new URLSearchParams({ ...Object.fromEntries(mine.query), limit: PAGE });
  if (mine.nextBefore !== null) page.set('before', mine.nextBefore);
  try {
    const { data, nextBefore } = await ask('GET', `/audit?${page}`);
    Object.assign(mine, { entries: [...mine.entries, ...data], nextBefore });
    mine.note = mine.entries.length > 0 ? '' : text(mine.query.size > 0 ? 'auditNoMatch' : 'auditNone');
    if (mine === shown) void checkChain();
  } catch (error) {
    Object.assign(mine, { note: errorText(error), isDenied: error.code === 'not_permitted' });
  }
  if (mine === shown) changed();
}

/** Saves all entries that match what is shown as a file. */
async function save() {
  const button = $('audit-export');
  if (button.ariaBusy === 'true') return;
  button.ariaBusy = 'true';
  try {
    const content = await download(`/audit/export?${shown.query}`);
    saveFile(content, `audit-${new Date(serverNow()).toISOString().slice(0, 10)}.ndjson`);
  } catch (error) {
    notice(errorText(error));
  }
  button.ariaBusy = null;
}
