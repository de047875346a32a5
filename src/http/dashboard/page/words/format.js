import { language } from './text.js';

const formats = new Map();

/** Those of the current language: making them costs more than all their use. */
function formatsNow() {
  if (!formats.has(language)) {
    formats.set(language, {
      today: new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit' }),
      anyDay: new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }),
      relative: new Intl.RelativeTimeFormat(language, { numeric: 'auto' }),
    });
  }
  return formats.get(language);
}

const UNITS = [
  ['day', 86400],
  ['hour', 3600],
  ['minute', 60],
];

/**
 * A past time relative to now, such as `3 minutes ago`.
 * @param {string} iso ISO 8601
 * @param {number} nowMs Unix ms
 * @returns {string}
 */
export function ago(iso, nowMs) {
  const seconds = Math.round((Date.parse(iso) - nowMs) / 1000);
  return sinceSeconds(Math.min(0, seconds));
}

/**
 * A number of seconds relative to now, such as `3 minutes ago` for -180.
 * @param {number} seconds
 * @returns {string}
 */
export function sinceSeconds(seconds) {
  const [unit, length] = UNITS.find(([, each]) => Math.abs(seconds) >= each) ?? ['second', 1];
  const { relative } = formatsNow();
  if (unit === 'second' && seconds > -10) return relative.format(0, 'second');
  return relative.format(Math.trunc(seconds / length), unit);
}

/**
 * A local date and time; only the time when it is today.
 * @param {string} iso ISO 8601
 * @param {number} nowMs Unix ms
 * @returns {string}
 */
export function moment(iso, nowMs) {
  const at = new Date(iso);
  const { today, anyDay } = formatsNow();
  return (at.toDateString() === new Date(nowMs).toDateString() ? today : anyDay).format(at);
}

/**
 * The value of a `datetime-local` field: local time, to the minute.
 * @param {number} ms Unix ms
 * @returns {string}
 */
export function localTime(ms) {
  const offsetMs = new Date(ms).getTimezoneOffset() * 60_000;
  return new Date(ms - offsetMs).toISOString().slice(0, 16);
}

/** Country codes of two digits. Those of one digit are 1 and 7; all others have three. */
const TWO_DIGITS = /^(2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])/;

/**
 * A phone number with spaces, such as +54 911 5550 1234.
 * @param {string | null} digits with country code
 * @returns {string}
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
