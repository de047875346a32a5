import type { WASocket } from '@whiskeysockets/baileys';
import type { About, BusinessHours, BusinessProfile } from '../../domain/account.ts';

/** What somebody wrote about themselves is cut off here, in characters. WhatsApp's own limits are lower. */
const MAX_TEXT = 1_000;
const MAX_HOURS = 14;
/** The last moment that a date can have. */
const MAX_TIME_MS = 8.64e15;

/** Baileys' answer to a query of abouts. */
type Abouts = Awaited<ReturnType<WASocket['fetchStatus']>>;

/** The first about in an answer. */
export function readAbout(answer: Abouts): About {
  const { status, setAt } = (answer?.[0]?.status ?? {}) as { status?: unknown; setAt?: unknown };
  const text = boundedText(status);
  const setAtMs = setAt instanceof Date ? setAt.getTime() : 0;
  return { text, setAtMs: text !== null && setAtMs > 0 && setAtMs <= MAX_TIME_MS ? setAtMs : null };
}

/** The profile of a business within its bounds; `undefined` when there is none. */
export function readBusiness(
  profile: Awaited<ReturnType<WASocket['getBusinessProfile']>> | undefined,
): BusinessProfile | undefined {
  if (!profile?.wid) return undefined;
  const { description, category, address, email, website, business_hours: hours } = profile;
  const days: unknown = hours.business_config;
  return {
    description: boundedText(description),
    category: boundedText(category),
    address: boundedText(address),
    email: boundedText(email),
    websites: website.flatMap((each) => boundedText(each) ?? []),
    timezone: boundedText(hours.timezone),
    hours: Array.isArray(days) ? days.slice(0, MAX_HOURS).map((day) => hoursOf((day ?? {}) as WireHours)) : [],
  };
}

/** A text from outside within its bounds; `null` when nothing of it can be seen. */
export function boundedText(text: unknown, max = MAX_TEXT): string | null {
  if (typeof text !== 'string') return null;
  const seen = text.slice(0, max).toWellFormed();
  return seen.trim() === '' ? null : seen;
}

type WireHours = Partial<Record<'day_of_week' | 'mode' | 'open_time' | 'close_time', unknown>>;

function hoursOf({ day_of_week: day, mode, open_time: opens, close_time: closes }: WireHours): BusinessHours {
  const [opensAtMinute, closesAtMinute] = [minute(opens), minute(closes)];
  return { day: boundedText(day, 20) ?? '', mode: boundedText(mode, 40) ?? '', opensAtMinute, closesAtMinute };
}

function minute(text: unknown): number | null {
  const minutes = Number(text ?? Number.NaN);
  return Number.isInteger(minutes) && minutes >= 0 && minutes <= 1_440 ? minutes : null;
}
