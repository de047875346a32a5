import { ENGLISH } from './english.js';
import { ENGLISH_SENTENCES, SPANISH_SENTENCES } from './server-sentences.js';
import { SPANISH } from './spanish.js';

/** The language of the page: the first of the browser's that it knows. */
const language =
  navigator.languages.map((name) => name.slice(0, 2)).find((name) => ['en', 'es'].includes(name)) ?? 'en';

const TEXTS = { en: ENGLISH, es: SPANISH }[language];
const SENTENCES = { en: ENGLISH_SENTENCES, es: SPANISH_SENTENCES }[language];
const TODAY = new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit' });
const ANY_DAY = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' });
const RELATIVE = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
const UNITS = [
  ['day', 86400],
  ['hour', 3600],
  ['minute', 60],
];

/**
 * What the page says.
 * @param {string} name a name of words-en.js
 * @param {...unknown} about what the text is about, where it is a function
 * @returns {any} the text
 */
export function text(name, ...about) {
  const words = TEXTS[name];
  return typeof words === 'function' ? words(...about) : words;
}

/**
 * A sentence of the server.
 * @param {string | null} sentence in English
 * @returns {string} it, in the language of the page where its words are known; empty for none
 */
export function said(sentence) {
  return SENTENCES.reduce((words, [form, ours]) => words.replace(form, ours), sentence ?? '');
}

/**
 * What went wrong, and what to do.
 * @param {{code?: string, message: string}} refusal
 * @param {string} [scope] what the key needs for it
 * @returns {string} a sentence
 */
export function sentenceOf({ code, message }, scope = 'admin') {
  if (code === 'not_permitted') return text('lacks', scope);
  return text(`error_${code}`) ?? said(message);
}

/** Puts the texts into everything of index.html that names one. */
export function translatePage() {
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll('[data-text]')) element.textContent = text(element.dataset.text);
  for (const element of document.querySelectorAll('[data-label]')) element.ariaLabel = text(element.dataset.label);
}

/**
 * A moment as people say it: `3 minutes ago`.
 * @param {string} iso ISO 8601
 * @param {number} nowMs Unix ms
 * @returns {string} it
 */
export function ago(iso, nowMs) {
  const seconds = Math.round((Date.parse(iso) - nowMs) / 1000);
  return sinceSeconds(Math.min(0, seconds));
}

/**
 * So many seconds from now, or before it: `3 minutes ago` for -180.
 * @param {number} seconds
 * @returns {string} it
 */
export function sinceSeconds(seconds) {
  const [unit, length] = UNITS.find(([, each]) => Math.abs(seconds) >= each) ?? ['second', 1];
  if (unit === 'second' && seconds > -10) return RELATIVE.format(0, 'second');
  return RELATIVE.format(Math.trunc(seconds / length), unit);
}

/**
 * A moment as a clock and a calendar say it; of the last day without a date.
 * @param {string} iso ISO 8601
 * @param {number} nowMs Unix ms
 * @returns {string} it
 */
export function moment(iso, nowMs) {
  const at = new Date(iso);
  return (at.toDateString() === new Date(nowMs).toDateString() ? TODAY : ANY_DAY).format(at);
}

/** Country codes of two digits; those of one are 1 and 7, all others have three. */
const TWO_DIGITS = /^(2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])/;

/**
 * A number as people write it: +54 911 5550 1234.
 * @param {string | null} digits with country code
 * @returns {string} it
 */
export function readable(digits) {
  if (!digits || !/^\d{8,15}$/.test(digits)) return digits ?? '';
  const length = /^[17]/.test(digits) ? 1 : TWO_DIGITS.test(digits) ? 2 : 3;
  const rest = digits.slice(length);
  const form =
    rest.length === 9
      ? /^(\d{3})(\d{3})(\d{3})$/
      : rest.length === 10
        ? /^(\d{3})(\d{3})(\d{4})$/
        : /^(\d*)(\d{4})(\d{4})$/;
  return `+${digits.slice(0, length)} ${rest.replace(form, '$1 $2 $3')}`;
}
