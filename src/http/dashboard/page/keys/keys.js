import { ask } from '../api.js';
import { $, setText, showList } from '../dom.js';
import { forgetKeyNames } from '../key-names.js';
import { currentRoute } from '../route.js';
import { changed } from '../store.js';
import { errorText, serverText, text } from '../words/text.js';
import { closeKeyEditor, openKeyEditor, wireKeyEditor } from './editor.js';
import { row } from './row.js';

/** The keys as loaded. Each load has a new object, so that late answers to an earlier one are recognized. */
let known = nothing();
let isOpen = false;

function nothing() {
  return { keys: undefined, trouble: '' };
}

/** Shows the keys; loads them when somebody opens the view. */
export function showKeys() {
  const wasOpen = isOpen;
  isOpen = currentRoute().view === 'keys';
  if (!isOpen) return;
  if (!wasOpen) void loadKeys();
  const { keys, trouble } = known;
  $('key-add').hidden = !keys;
  setText($('keys-note'), trouble || (keys?.length === 0 ? text('keysNone') : ''));
  showList($('keys'), keys ?? [], ({ keyId }) => keyId, keyRow);
}

/** Wires the button and the dialog. */
export function wireKeys() {
  $('key-add').addEventListener('click', openKeyEditor);
  wireKeyEditor(loadKeys);
}

/** Clears everything when the user signs out. */
export function forgetKeys() {
  closeKeyEditor();
  known = nothing();
  isOpen = false;
  showList($('keys'), [], String, keyRow);
}

/** Loads the list again. While that fails, what is known stays. */
async function loadKeys() {
  const mine = { ...known, trouble: '' };
  known = mine;
  forgetKeyNames();
  try {
    mine.keys = (await ask('GET', '/keys')).data;
  } catch (error) {
    // A server without keys says how to get one.
    const needsKey = error.message.startsWith('This needs a key');
    mine.trouble = needsKey ? serverText(error.message) : errorText(error);
  }
  if (mine === known) changed();
}

function keyRow(key) {
  return row(key, loadKeys);
}
