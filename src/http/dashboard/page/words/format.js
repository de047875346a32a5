import { FORMATS } from '../numbers/formats.js';
import { language } from './text.js';

/** How each format is made. */
const MAKERS = {
  today: () => new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit' }),
  anyDay: () => new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }),
  kilobytes: () => new Intl.NumberFormat(language, { style: 'unit', unit: 'kilobyte' }),
  megabytes: () => new Intl.NumberFormat(language, { style: 'unit', unit: 'megabyte', maximumFractionDigits: 1 }),
  relative: () => new Intl.RelativeTimeFormat(language, { numeric: 'auto' }),
};

const formats = new Map();

/** A format in the current language. Making one costs more than all its use, so it is made once, and only when it is wanted. */
function formatOf(name) {
  const key = `${language} ${name}`;
  if (!formats.has(key)) formats.set(key, MAKERS[name]());
  return formats.get(key);
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
  const relative = formatOf('relative');
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
  const isToday = at.toDateString() === new Date(nowMs).toDateString();
  return formatOf(isToday ? 'today' : 'anyDay').format(at);
}

/**
 * The size of a file, such as `120 kB`.
 * @param {number} bytes
 * @returns {string}
 */
export function fileSize(bytes) {
  if (bytes < 1_000_000) return formatOf('kilobytes').format(Math.ceil(bytes / 1000));
  return formatOf('megabytes').format(bytes / 1_000_000);
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

/**
 * A phone number grouped as its country does, such as +54 9 11 5550 1234.
 * @param {string | null | undefined} digits with country code
 * @returns {string}
 */
export function readable(digits) {
  if (!digits || !/^\d{7,15}$/.test(digits)) return digits ?? '';
  const code = [1, 2, 3].map((length) => digits.slice(0, length)).find((start) => Object.hasOwn(FORMATS, start));
  if (!code) return `+${digits}`;
  const rest = digits.slice(code.length);
  // WhatsApp still writes some numbers of Mexico with a 1 that the country gave up.
  if (code === '52' && /^1\d{10}$/.test(rest)) return `+52 1 ${grouped(code, rest.slice(1))}`;
  return `+${code} ${grouped(code, rest)}`;
}

function grouped(code, rest) {
  const format = FORMATS[code].find(([pattern, , beginning]) => {
    return new RegExp(`^(?:${beginning})`).test(rest) && new RegExp(`^(?:${pattern})$`).test(rest);
  });
  return format ? rest.replace(new RegExp(format[0]), format[1]) : rest;
}
