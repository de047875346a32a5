import { ask, serverNow } from '../api.js';
import { $, setText } from '../dom.js';
import { errorText, text } from '../words/text.js';

const SCOPE = 'sessions:create';
const VIEWS = { wanted: 'passkey', confirming: 'passkeyCode', answered: 'passkeyWait', confirmed: 'passkeyWait' };

/**
 * What the dialog shows of a session for which WhatsApp wants a passkey.
 * @param {string} id of the session
 * @returns {Promise<any>} changes of the offer; none when the session is a step further by now, of which an event tells
 */
export async function passkeyOf(id) {
  try {
    const { state, expires_at: end, options, code } = (await ask('GET', `/sessions/${id}/passkey`)).data;
    return { view: VIEWS[state], trouble: '', options, code, sinceMs: serverNow(), endsMs: Date.parse(end) };
  } catch (error) {
    if (['passkey_not_wanted', 'passkey_expired'].includes(error.code)) return {};
    throw error;
  }
}

/**
 * Shows the parts of the dialog that a passkey needs.
 * @param {any} offer
 */
export function showPasskey({ view, options }) {
  $('passkey').hidden = view !== 'passkey';
  $('passkey-compare').hidden = view !== 'passkeyCode';
  if (view !== 'passkey') $('passkey-answer').value = $('passkey-script').value = '';
  else $('passkey-script').value = scriptFor(options);
}

/**
 * Wires the form and the buttons.
 * @param {{idOf: () => string, trouble: (words: string) => void}} dialog
 */
export function wirePasskey({ idOf, trouble }) {
  const send = async (path, body) => {
    try {
      await ask('POST', `/sessions/${idOf()}/passkey${path}`, body);
      trouble('');
    } catch (error) {
      trouble(errorText(error, SCOPE));
    }
  };
  $('passkey').addEventListener('submit', (event) => {
    event.preventDefault();
    const answer = parsed($('passkey-answer').value);
    if (answer) void send('', answer);
    else trouble(text('error_invalid_passkey'));
  });
  $('passkey-copy').addEventListener('click', async () => {
    $('passkey-script').select();
    // Browsers refuse it on pages without TLS; the text is selected then.
    await navigator.clipboard?.writeText($('passkey-script').value).catch(() => undefined);
    setText($('passkey-copy'), text('copied'));
  });
  $('passkey-same').addEventListener('click', () => void send('/confirm', { matches: true }));
  $('passkey-other').addEventListener('click', () => void send('/confirm', { matches: false }));
}

/** For the console of a page of WhatsApp Web, which alone may use its passkeys. `copy` is a function of the console. */
function scriptFor(options) {
  const request = `PublicKeyCredential.parseRequestOptionsFromJSON(${JSON.stringify(options)})`;
  return `copy(JSON.stringify(await navigator.credentials.get({ publicKey: ${request} })))`;
}

/** The object in a pasted text; `undefined` when it is none. */
function parsed(words) {
  try {
    const answer = JSON.parse(words);
    return typeof answer === 'object' && answer !== null && !Array.isArray(answer) ? answer : undefined;
  } catch {
    return undefined;
  }
}
