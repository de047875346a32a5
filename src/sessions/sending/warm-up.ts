const DAY_MS = 24 * 3_600_000;
/** WhatsApp watches new devices closely: in its first week a session begins no more than this part of the daily limit. */
const FIRST_WEEK = { lastsMs: 7 * DAY_MS, part: 0.4 };
/** The plan is over after this day. */
const LAST_DAY = 28;

/** How many conversations a new session may begin per day, from a day on. */
interface WarmUpStage {
  fromDay: number;
  perDay: number;
}

/** `WARM_UP`: budgets that grow over the first four weeks. */
export const WARM_UP_PLAN: readonly WarmUpStage[] = [
  { fromDay: 1, perDay: 5 },
  { fromDay: 3, perDay: 10 },
  { fromDay: 8, perDay: 20 },
  { fromDay: 15, perDay: 35 },
  { fromDay: 22, perDay: 50 },
];

/** The settings that limit new conversations. */
export interface NewConversationSettings {
  /** `NEW_CONVERSATIONS_DAY`; 0 is no limit. */
  perDay: number;
  /** `WARM_UP`. */
  warmUp: boolean;
}

/** How many conversations a session may begin within 24 hours, and why. */
export interface NewConversationLimit {
  /** 0 is no limit. */
  limit: number;
  by: 'nothing' | 'setting' | 'first-week' | 'warm-up';
}

/** The day of a session of this age, from 1. */
export function dayOfAge(ageMs: number): number {
  return Math.max(1, Math.floor(ageMs / DAY_MS) + 1);
}

/** The plan's budget on a day of a session; `null` when the plan is over. */
export function warmUpBudget(day: number): number | null {
  return day > LAST_DAY ? null : usualBudget(day);
}

/** The plan's budget on a day of a session; that of its last day when it is over. */
export function usualBudget(day: number): number {
  return WARM_UP_PLAN.findLast(({ fromDay }) => fromDay <= day)?.perDay ?? 0;
}

/** What applies to a session of this age: the warm-up plan, or the setting, of which a new session gets a part; never more than it. */
export function newConversationLimit({ perDay, warmUp }: NewConversationSettings, ageMs: number): NewConversationLimit {
  const budget = warmUp ? warmUpBudget(dayOfAge(ageMs)) : null;
  if (budget !== null && (perDay === 0 || budget < perDay)) return { limit: budget, by: 'warm-up' };
  if (perDay === 0) return { limit: 0, by: 'nothing' };
  if (warmUp || ageMs >= FIRST_WEEK.lastsMs) return { limit: perDay, by: 'setting' };
  return { limit: Math.ceil(perDay * FIRST_WEEK.part), by: 'first-week' };
}
