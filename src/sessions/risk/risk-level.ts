import {
  type DailyRefusals,
  RISK_LEVELS,
  type RiskLevel,
  type RiskReason,
  type RiskReasonCode,
  type SessionRisk,
} from '../../domain/risk.ts';
import { cappedForMs } from '../../domain/new-chat-cap.ts';
import { dayOfAge, usualBudget } from '../sending/warm-up.ts';

const DAY_MS = 24 * 3_600_000;
/** Old refusals are shown, but raise no alarm. */
const REFUSALS_COUNT_MS = 7 * DAY_MS;
/** Shares of too few conversations say nothing. */
const ENOUGH_CONVERSATIONS = 10;
const PERSON = { anHour: 200, aDay: 1_000 };

/** What the level follows from. */
export type RiskFacts = Pick<
  SessionRisk,
  'linkedSinceMs' | 'answers' | 'begunDay' | 'sentHour' | 'sentDay' | 'refusals' | 'restrictedUntilMs' | 'cap'
>;

/**
 * Judges what WhatsApp may restrict or ban an account for. WhatsApp does not publish how it judges; these are the signs of which people
 * with banned accounts report. The level is that of the worst reason.
 */
export function judgeRisk(facts: RiskFacts, nowMs: number): { level: RiskLevel; reasons: RiskReason[] } {
  const reasons = [
    ...standingReasons(facts, nowMs),
    ...refusalReasons(facts.refusals, nowMs),
    ...conversationReasons(facts, nowMs),
    ...(facts.sentHour > PERSON.anHour || facts.sentDay > PERSON.aDay ? [medium('many_messages')] : []),
  ].sort((one, other) => RISK_LEVELS.indexOf(other.level) - RISK_LEVELS.indexOf(one.level));
  return { level: reasons[0]?.level ?? 'low', reasons };
}

/** What WhatsApp itself says. */
function standingReasons({ restrictedUntilMs, cap }: RiskFacts, nowMs: number): RiskReason[] {
  const restricted = (restrictedUntilMs ?? 0) > nowMs ? [high('restricted')] : [];
  if (cappedForMs(cap, nowMs) > 0) return [...restricted, high('cap_reached')];
  return [...restricted, ...(cap && cap.used > cap.limit * 0.8 ? [medium('cap_near')] : [])];
}

function refusalReasons(refusals: readonly DailyRefusals[], nowMs: number): RiskReason[] {
  const within = (code: string, spanMs: number) =>
    refusals
      .filter((each) => each.code === code && each.lastAtMs > nowMs - spanMs)
      .reduce((sum, { count }) => sum + count, 0);
  const reasons: RiskReason[] = [];
  if (within('463', DAY_MS) > 0) reasons.push(high('strangers_refused'));
  else if (within('463', REFUSALS_COUNT_MS) > 0) reasons.push(medium('strangers_refused'));
  const tooFast = within('429', REFUSALS_COUNT_MS);
  if (tooFast > 0) reasons.push(tooFast >= 5 ? high('too_fast') : medium('too_fast'));
  if (within('479', REFUSALS_COUNT_MS) >= 3) reasons.push(medium('often_malformed'));
  return reasons;
}

function conversationReasons({ answers, begunDay, linkedSinceMs }: RiskFacts, nowMs: number): RiskReason[] {
  const reasons: RiskReason[] = [];
  const share = answers.answered / answers.begun;
  if (answers.begun >= ENOUGH_CONVERSATIONS && share < 0.3) {
    reasons.push(share < 0.1 ? high('few_answers') : medium('few_answers'));
  }
  const usual = usualBudget(dayOfAge(nowMs - (linkedSinceMs ?? nowMs)));
  if (begunDay > usual) {
    reasons.push(begunDay > 3 * usual ? high('many_new_conversations') : medium('many_new_conversations'));
  }
  return reasons;
}

function medium(code: RiskReasonCode): RiskReason {
  return { code, level: 'medium' };
}

function high(code: RiskReasonCode): RiskReason {
  return { code, level: 'high' };
}
