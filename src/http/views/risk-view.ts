import type { z } from 'zod';
import { type Answers, RISK_REASONS, type SessionRisk } from '../../domain/risk.ts';
import { isoTime, isoTimeOrNull } from '../../kit/clock.ts';
import type { sessionRisk } from '../schemas/risk-schemas.ts';
import { stagesView } from './session-view.ts';

/** The REST form of what WhatsApp may judge a session by. */
export type RiskView = z.infer<typeof sessionRisk>;

/** Converts the risk of a session to its REST form. */
export function riskView(risk: SessionRisk): RiskView {
  const { answers, restrictedUntilMs, cap, slowdown } = risk;
  return {
    session_id: risk.sessionId,
    level: risk.level,
    reasons: risk.reasons.map(({ code, level }) => ({ code, level, message: RISK_REASONS[code] })),
    linked_since: isoTimeOrNull(risk.linkedSinceMs),
    conversations: {
      begun_last_day: risk.begunDay,
      begun_last_week: answers.begun,
      answered_last_week: answers.answered,
      answered_share: shareOf(answers),
    },
    messages: { last_hour: risk.sentHour, last_day: risk.sentDay },
    refusals: risk.refusals.map(({ dayMs, code, count }) => ({ day: isoTime(dayMs).slice(0, 10), code, count })),
    account_restricted: restrictedUntilMs !== null,
    restricted_until: isoTimeOrNull(restrictedUntilMs),
    new_chat_cap: cap && { limit: cap.limit, used: cap.used, resets_at: isoTimeOrNull(cap.resetsAtMs) },
    limits: risk.limits,
    warm_up: risk.warmUp && { ...risk.warmUp, plan: stagesView(risk.warmUp.plan) },
    slowdown: slowdown && { divisor: slowdown.divisor, faster_at: isoTimeOrNull(slowdown.fasterAtMs) },
  };
}

/** With two digits. */
function shareOf({ begun, answered }: Answers): number | null {
  return begun === 0 ? null : Math.round((answered / begun) * 100) / 100;
}
