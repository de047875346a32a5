import { ask } from '../api.js';
import { chosenOf, showChoices, wireChoices } from '../dialogs/choices.js';
import { $, make, setText } from '../dom.js';
import { accountOptions } from '../webhooks/naming.js';
import { errorText, text } from '../words/text.js';

const SCOPES = ['sessions:read', 'sessions:create', 'messages:send', 'messages:read', 'callbacks:manage', 'admin'];

/** Counts the times that the dialog was opened: an answer to an earlier one must not change it. */
let turn = 0;

/** Opens the dialog for a new key. */
export function openKeyEditor() {
  turn += 1;
  $('new-key-form').reset();
  $('new-key-scopes').replaceChildren(...SCOPES.map(scopeBox));
  showChoices('new-key-sessions', accountOptions(null), null);
  complain('');
  showKey('');
  $('new-key').showModal();
  $('new-key-name').focus();
}

/** Closes the dialog when the user signs out. */
export function closeKeyEditor() {
  if ($('new-key').open) $('new-key').close();
}

/**
 * Wires the dialog.
 * @param {() => Promise<void>} reload loads the list of keys
 */
export function wireKeyEditor(reload) {
  wireChoices('new-key-sessions');
  for (const name of ['close', 'cancel', 'done']) {
    $(`new-key-${name}`).addEventListener('click', () => isSaving() || closeKeyEditor());
  }
  // Whoever closes it too early never sees the key.
  $('new-key').addEventListener('cancel', (event) => isSaving() && event.preventDefault());
  $('new-key').addEventListener('close', () => {
    turn += 1;
    showKey('');
  });
  $('new-key-form').addEventListener('submit', (event) => {
    event.preventDefault();
    if (!isSaving()) void submit(reload);
  });
  $('new-key-copy').addEventListener('click', async () => {
    $('new-key-secret').select();
    // Browsers refuse it on pages without TLS; the text is selected then.
    await navigator.clipboard?.writeText($('new-key-secret').value).catch(() => undefined);
    setText($('new-key-copy'), text('copied'));
  });
}

function isSaving() {
  return $('new-key-save').ariaBusy === 'true';
}

async function submit(reload) {
  const mine = turn;
  const { trouble, ...wish } = wishGiven();
  complain(trouble ?? '');
  if (trouble) return;
  $('new-key-save').ariaBusy = 'true';
  try {
    const { key } = await ask('POST', '/keys', wish);
    if (mine === turn) showKey(key);
  } catch (error) {
    if (mine === turn) complain(errorText(error));
  }
  $('new-key-save').ariaBusy = null;
  await reload();
}

/** What the form says, or what is missing in it. */
function wishGiven() {
  const scopes = [...$('new-key-scopes').querySelectorAll('input:checked')].map(({ value }) => value);
  const sessions = chosenOf('new-key-sessions');
  const recipients = recipientsGiven();
  const approval = $('new-key-approval').checked;
  const isLimited = sessions !== null || recipients !== null || approval;
  const trouble = [
    scopes.length === 0 && text('keyScopesMissing'),
    sessions?.length === 0 && text('webhookSessionsMissing'),
    isLimited && scopes.includes('admin') && text('keyAdminLimited'),
  ].find(Boolean);
  return trouble ? { trouble } : { name: $('new-key-name').value.trim(), scopes, sessions, recipients, approval };
}

/** Numbers as people write them, or addresses with an `@`; `null` for everybody. */
function recipientsGiven() {
  const lines = $('new-key-recipients').value.split(/[\n,;]/);
  const given = lines.map((line) => (line.includes('@') ? line.trim() : line.replace(/[\s()+-]/g, ''))).filter(Boolean);
  return given.length > 0 ? given : null;
}

function scopeBox(scope) {
  const box = make('input', { type: 'checkbox', value: scope });
  return make('label', { className: 'check' }, box, make('span', {}, text(`scope_${scope}`)));
}

function complain(words) {
  setText($('new-key-result'), words);
  $('new-key-result').dataset.mood = 'bad';
}

function showKey(key) {
  $('new-key-secret').value = key;
  $('new-key-form').hidden = key !== '';
  $('new-key-created').hidden = key === '';
  setText($('new-key-copy'), text('keyCopy'));
  setText($('new-key-title'), text(key === '' ? 'keyAdd' : 'keyCreated'));
  if (key !== '') $('new-key-copy').focus();
}
