import type { SessionProfile } from '../../domain/session-profile.ts';
import type { WarmUpStage } from '../../domain/warm-up.ts';

const DAY_MS = 24 * 3_600_000;
/** WhatsApp watches new devices closely: in its first week a session begins no more than this part of the daily limit. */
const FIRST_WEEK = { lastsMs: 7 * DAY_MS, part: 0.4 };
/** What people begin per day once the usual plan is over. */
const USUAL_LATER = 50;

/** `WARM_UP`: budgets that grow over the first four weeks. */
export const WARM_UP_PLAN: readonly WarmUpStage[] = [
  { fromDay: 1, perDay: 5 },
  { fromDay: 3, perDay: 10 },
  { fromDay: 8, perDay: 20 },
  { fromDay: 15, perDay: 35 },
  { fromDay: 22, perDay: USUAL_LATER },
  { fromDay: 29, perDay: null },
];

/** The settings that limit new conversations. */
export interface NewConversationSettings {
  /** `NEW_CONVERSATIONS_DAY`; 0 is no limit. */
  perDay: number;
  /** `WARM_UP`. */
  warmUp: boolean;
}

/** What limits the new conversations of one session. */
export interface NewConversationRules {
  /** 0 is no limit. */
  perDay: number;
  /** Its warm-up plan, if it has one. */
  plan: readonly WarmUpStage[] | null;
}

/** How many conversations a session may begin within 24 hours, and why. */
export interface NewConversationLimit {
  /** 0 is no limit. */
  limit: number;
  by: 'nothing' | 'setting' | 'first-week' | 'warm-up';
}

/** The rules of a session: those of the settings, with the warm-up that its caller chose. */
export function rulesFor(
  { perDay, warmUp }: NewConversationSettings,
  profile: Pick<SessionProfile, 'warmUp'> | undefined,
): NewConversationRules {
  const chosen = profile?.warmUp ?? warmUp;
  if (typeof chosen === 'boolean') return { perDay, plan: chosen ? WARM_UP_PLAN : null };
  return { perDay, plan: chosen };
}

/** The day of a session of this age, from 1. */
export function dayOfAge(ageMs: number): number {
  return Math.max(1, Math.floor(ageMs / DAY_MS) + 1);
}

/** The budget of a plan on a day of a session; `null` when the plan is over. */
export function warmUpBudget(plan: readonly WarmUpStage[], day: number): number | null {
  return plan.findLast(({ fromDay }) => fromDay <= day)?.perDay ?? null;
}

/** What is usual on a day of a session, whatever its own plan says. */
export function usualBudget(day: number): number {
  return warmUpBudget(WARM_UP_PLAN, day) ?? USUAL_LATER;
}

/** What applies to a session of this age: the warm-up plan, or the setting, of which a new session gets a part; never more than it. */
export function newConversationLimit({ perDay, plan }: NewConversationRules, ageMs: number): NewConversationLimit {
  const budget = plan && warmUpBudget(plan, dayOfAge(ageMs));
  if (budget !== null && (perDay === 0 || budget < perDay)) return { limit: budget, by: 'warm-up' };
  if (perDay === 0) return { limit: 0, by: 'nothing' };
  if (plan || ageMs >= FIRST_WEEK.lastsMs) return { limit: perDay, by: 'setting' };
  return { limit: Math.ceil(perDay * FIRST_WEEK.part), by: 'first-week' };
}
