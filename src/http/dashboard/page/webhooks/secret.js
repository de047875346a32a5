import { $, make } from '../dom.js';
import { text } from '../words/text.js';

/** Of a secret that the page makes, as many as those of the server have. */
const BYTES = 24;

/**
 * Shows where the secret of a webhook comes from, with nothing typed in.
 * @param {boolean} isNew whether the webhook has none yet
 */
export function showSecretWays(isNew) {
  const ways = isNew ? ['made', 'own'] : ['keep', 'made', 'own'];
  $('webhook-secret-way').replaceChildren(
    ...ways.map((value) => make('option', { value }, text(`webhookSecret_${value}`))),
  );
  $('webhook-secret-own').value = '';
  showOrHide();
}

/**
 * The secret that the form asks for.
 * @returns {{secret?: string, isShown: boolean, trouble?: string}} `isShown` when the user does not know it yet; without a secret, the
 *   server makes that of a new webhook and keeps that of another one
 */
export function secretGiven() {
  const way = $('webhook-secret-way').value;
  if (way === 'keep') return { isShown: false };
  if (way === 'made') return { secret: newSecret(), isShown: true };
  const secret = $('webhook-secret-own').value.trim();
  return secret === '' ? { isShown: false, trouble: text('webhookSecretMissing') } : { secret, isShown: false };
}

/** Wires the choice. */
export function wireSecretWays() {
  $('webhook-secret-way').addEventListener('change', showOrHide);
}

function showOrHide() {
  const isOwn = $('webhook-secret-way').value === 'own';
  $('webhook-secret-own-row').hidden = !isOwn;
}

function newSecret() {
  return `whsec_${btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(BYTES))))}`;
}
