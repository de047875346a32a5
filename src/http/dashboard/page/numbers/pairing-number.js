import { $, setText } from '../dom.js';
import { readable } from '../words/format.js';
import { language, text } from '../words/text.js';

/** Where a number that is written as usual in a country lacks, or has, a digit that WhatsApp wants otherwise. */
const LIKELY = [
  ['missing9', /^54([^9]\d{9})$/, '549$1'],
  ['missing9', /^55(\d{2})([6-9]\d{7})$/, '55$19$2'],
  ['extra1', /^521(\d{10})$/, '52$1'],
];

let loading;

/** Loads the library and the countries; the dialog works without them, too. */
export function prepareNumber() {
  loading ??= load();
  show();
}

/** Wires the field, and what is said of its number. */
export function wireNumber() {
  $('code-number').addEventListener('input', show);
  $('code-country').addEventListener('change', show);
  $('use-other').addEventListener('click', () => {
    $('code-number').value = readable(otherOf(digitsOf())?.digits);
    show();
    $('code-number').focus();
  });
}

/**
 * The number in the field, as it will be used.
 * @returns {string} digits with country code; what was typed where it is no number
 */
export function digitsOf() {
  const typed = $('code-number').value.trim();
  const country = $('code-country').value;
  const digits = typed.replace(/\D/g, '');
  if (typed.startsWith('+') || country === '') return digits || typed;
  const parsed = globalThis.libphonenumber?.parsePhoneNumberFromString(typed, country);
  return parsed?.number.slice(1) ?? (digits || typed);
}

function show() {
  const digits = digitsOf();
  const isLong = /^\d{8,15}$/.test(digits);
  setText($('code-as'), isLong ? text('numberAs', readable(digits)) : '');
  const other = isLong ? otherOf(digits) : undefined;
  $('code-other').hidden = !other;
  setText($('code-question'), other ? text(other.question) : '');
  if (other) setText($('use-other'), text('useNumber', readable(other.digits)));
}

function otherOf(digits) {
  for (const [question, form, other] of LIKELY) {
    if (form.test(digits)) return { question, digits: digits.replace(form, other) };
  }
  return undefined;
}

async function load() {
  const script = Object.assign(document.createElement('script'), { src: 'numbers/libphonenumber.js' });
  const isThere = new Promise((resolve) => {
    script.addEventListener('load', () => resolve(true));
    script.addEventListener('error', () => resolve(false));
  });
  document.head.append(script);
  if (!(await isThere)) return;
  const names = new Intl.DisplayNames([language], { type: 'region' });
  const { getCountries, getCountryCallingCode } = globalThis.libphonenumber;
  const { region } = new Intl.Locale(navigator.language);
  const countries = getCountries().map((code) => [names.of(code), code]);
  countries.sort(([one], [other]) => one.localeCompare(other, language));
  const options = countries.map(([name, code]) => {
    const isUsual = code === region;
    return new Option(`${name} (+${getCountryCallingCode(code)})`, code, isUsual, isUsual);
  });
  $('code-country').append(...options);
  show();
}
