import { z } from 'zod';
import { RISK_LEVELS, RISK_REASONS, type RiskReasonCode } from '../../domain/risk.ts';
import { WARM_UP_PLAN } from '../../sessions/sending/warm-up.ts';
import { EXAMPLE_ID } from './common.ts';
import { warmUpStages } from './warm-up-schemas.ts';

const isoTime = z.iso.datetime();
const count = z.int().min(0);
const REASONS = Object.keys(RISK_REASONS) as RiskReasonCode[];

const reason = z.strictObject({
  code: z.enum(REASONS).meta({
    description: REASONS.map((code) => `\`${code}\`: ${RISK_REASONS[code]}`).join(' '),
  }),
  level: z.enum(RISK_LEVELS).exclude(['low']),
  message: z.string().meta({ description: 'What it means.' }),
});

const refusal = z.strictObject({
  day: z.iso.date().meta({ description: 'In UTC.' }),
  code: z.string().meta({ description: 'What WhatsApp answered: 463, 429, 479 and others.' }),
  count,
});

const limit = z.strictObject({
  setting: z.enum(['SEND_RATE', 'SEND_RATE_HOUR', 'SEND_RATE_DAY', 'NEW_CONVERSATIONS_DAY']),
  limit: count.nullable().meta({ description: 'null while it is off.' }),
  used: count.nullable().meta({ description: 'null for SEND_RATE, which keeps no count.' }),
  why: z.string(),
});

const warmUp = z.strictObject({
  day: z.int().min(1).meta({ description: 'The day of the account here.' }),
  budget: count
    .nullable()
    .meta({ description: 'Conversations it may begin within 24 hours; null after the last day.' }),
  used: count,
  plan: warmUpStages.meta({ description: 'The budgets, each from a day on; null ends the warm-up.' }),
});

const slowdown = z.strictObject({
  divisor: z.int().min(1).meta({ description: 'What the pace is divided by; 1 is full speed.' }),
  faster_at: isoTime.nullable().meta({ description: 'When the pace doubles again; null at full speed.' }),
});

/** What WhatsApp may judge a session by. */
export const sessionRisk = z
  .strictObject({
    session_id: z.string(),
    level: z.enum(RISK_LEVELS).meta({ description: 'That of the worst reason.' }),
    reasons: z.array(reason).meta({ description: 'The worst first; none at the level "low".' }),
    linked_since: isoTime
      .nullable()
      .meta({ description: 'Since when the account is here; null before its first login.' }),
    conversations: z.strictObject({
      begun_last_day: count.meta({
        description: 'With people who had not written to the account, in the last 24 hours.',
      }),
      begun_last_week: count,
      answered_last_week: count.meta({ description: 'Of begun_last_week.' }),
      answered_share: z.number().min(0).max(1).nullable().meta({ description: 'null if none was begun.' }),
    }),
    messages: z.strictObject({ last_hour: count, last_day: count }),
    refusals: z.array(refusal).meta({ description: 'What WhatsApp refused in the last four weeks, the newest first.' }),
    account_restricted: z.boolean(),
    restricted_until: isoTime.nullable(),
    new_chat_cap: z.strictObject({ limit: z.int(), used: z.int(), resets_at: isoTime.nullable() }).nullable(),
    limits: z.array(limit).meta({ description: 'Our limits that apply to this session, and why.' }),
    warm_up: warmUp.nullable().meta({ description: 'null without a warm-up.' }),
    slowdown: slowdown.nullable().meta({ description: 'null unless SEND_SLOWDOWN=auto.' }),
  })
  .meta({ id: 'SessionRisk' });

/** A risk for the documentation. */
export const EXAMPLE_RISK: z.infer<typeof sessionRisk> = {
  session_id: EXAMPLE_ID,
  level: 'medium',
  reasons: [{ code: 'too_fast', level: 'medium', message: RISK_REASONS.too_fast }],
  linked_since: '2024-01-13T09:00:00.000Z',
  conversations: { begun_last_day: 4, begun_last_week: 12, answered_last_week: 9, answered_share: 0.75 },
  messages: { last_hour: 18, last_day: 140 },
  refusals: [{ day: '2024-01-14', code: '429', count: 2 }],
  account_restricted: false,
  restricted_until: null,
  new_chat_cap: { limit: 40, used: 12, resets_at: '2024-02-01T00:00:00.000Z' },
  limits: [
    {
      setting: 'SEND_RATE',
      limit: 20,
      used: null,
      why: 'Messages leave at the pace of a person: accounts that write like machines are banned.',
    },
  ],
  warm_up: {
    ...{ day: 3, budget: 10, used: 4 },
    plan: WARM_UP_PLAN.map(({ fromDay, perDay }) => ({ from_day: fromDay, per_day: perDay })),
  },
  slowdown: { divisor: 2, faster_at: '2024-01-15T11:00:00.000Z' },
};
