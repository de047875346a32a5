import { preference } from '../preferences.js';
import { ENGLISH } from './english.js';
import { ENGLISH_SENTENCES, SPANISH_SENTENCES } from './server-sentences.js';
import { SPANISH } from './spanish.js';

const TEXTS = { en: ENGLISH, es: SPANISH };
const SENTENCES = { en: ENGLISH_SENTENCES, es: SPANISH_SENTENCES };

/** The language of the page: what a person chose, else the first language of the browser that the page has. */
export let language = languageNow();

/** Takes what a person chose; everything that is shown has to be shown again. */
export function updateLanguage() {
  language = languageNow();
  translatePage();
}

function languageNow() {
  const names = [preference('language'), ...navigator.languages.map((name) => name.slice(0, 2))];
  return names.find((name) => Object.hasOwn(TEXTS, name)) ?? 'en';
}

/**
 * A text of the page.
 * @param {string} name a name from english.js
 * @param {...unknown} values to insert, where the text is a function
 * @returns {any} the text; `undefined` when there is none
 */
export function text(name, ...values) {
  const found = TEXTS[language][name];
  return typeof found === 'function' ? found(...values) : found;
}

/**
 * A sentence of the server, in the language of the page.
 * @param {string | null} sentence in English
 * @returns {string} its translation, or the sentence itself where there is none; empty for `null`
 */
export function serverText(sentence) {
  return SENTENCES[language].reduce(
    (result, [pattern, replacement]) => result.replace(pattern, replacement),
    sentence ?? '',
  );
}

/**
 * A sentence of the server about a further webhook, in the language of the page: it is not about the backend.
 * @param {string | null} sentence in English
 * @returns {string}
 */
export function receiverText(sentence) {
  return serverText(sentence?.replaceAll('the backend ', 'the receiver '));
}

/**
 * What went wrong, and what to do.
 * @param {{code?: string, message: string, reason?: string}} refusal
 * @param {string} [scope] the scope that the request needs
 * @returns {string} a sentence
 */
export function errorText({ code, message, reason }, scope = 'admin') {
  if (code === 'not_permitted') return text('lacks', scope);
  // Trying again does not help while WhatsApp cannot be reached: the server says why.
  if (reason) return serverText(message);
  return text(`error_${code}`) ?? serverText(message);
}

/** Translates every element of index.html that names a text. */
export function translatePage() {
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll('[data-text]')) element.textContent = text(element.dataset.text);
  for (const element of document.querySelectorAll('[data-label]')) element.ariaLabel = text(element.dataset.label);
}
