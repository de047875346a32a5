import type { NewChatCap } from './new-chat-cap.ts';
import type { SessionId } from './session-id.ts';
import type { WarmUpStage } from './warm-up.ts';

/** How often WhatsApp refused messages of a session for one reason on one day. */
export interface DailyRefusals {
  /** When the day began, in UTC (Unix ms). */
  dayMs: number;
  /** WhatsApp's code: `463` for new conversations, `429` for too many messages, `479` for a malformed or wrongly addressed one. */
  code: string;
  count: number;
  /** When the last one came (Unix ms). */
  lastAtMs: number;
}

/** The conversations that a session began, as far as it is known whether they were answered. */
export interface Answers {
  begun: number;
  answered: number;
}

/** How likely WhatsApp is to restrict or ban an account, as far as that can be told from here. */
export const RISK_LEVELS = ['low', 'medium', 'high'] as const;

/** One of {@link RISK_LEVELS}. */
export type RiskLevel = (typeof RISK_LEVELS)[number];

/** What raises the risk, and what it means. */
export const RISK_REASONS = {
  restricted: 'WhatsApp does not let this account begin conversations for now. Leave it alone until that ends.',
  cap_reached: "This account has reached WhatsApp's limit of new conversations. It may only go on with those it has.",
  cap_near: "This account has used more than four fifths of WhatsApp's limit of new conversations.",
  strangers_refused: 'WhatsApp refused messages to people who have not written to this account (463).',
  too_fast: 'WhatsApp refused messages because there were too many (429).',
  often_malformed: 'WhatsApp refused several messages as malformed or wrongly addressed (479).',
  few_answers: 'Few of the people that this account wrote to first in the last seven days have answered.',
  many_new_conversations: 'This account begins more conversations per day than the warm-up plan allows one of its age.',
  many_messages: 'This account sends more messages than a person would: over 200 an hour, or 1,000 a day.',
} as const;

/** One of {@link RISK_REASONS}. */
export type RiskReasonCode = keyof typeof RISK_REASONS;

/** Something that raises the risk of an account. */
export interface RiskReason {
  code: RiskReasonCode;
  level: Exclude<RiskLevel, 'low'>;
}

/** A limit of ours that applies to a session, and how much of it is used. */
export interface SendLimit {
  setting: 'SEND_RATE' | 'SEND_RATE_HOUR' | 'SEND_RATE_DAY' | 'NEW_CONVERSATIONS_DAY';
  /** `null` while it is off. */
  limit: number | null;
  /** `null` for the pace, which keeps no count. */
  used: number | null;
  /** Why it is what it is. */
  why: string;
}

/** Where a session is in the plan for its first weeks. */
export interface WarmUpDay {
  /** From 1. */
  day: number;
  /** How many conversations it may begin within 24 hours; `null` when the plan is over. */
  budget: number | null;
  used: number;
  plan: readonly WarmUpStage[];
}

/** By how much a session sends slower, since WhatsApp refused messages. */
export interface Slowdown {
  /** 1 is full speed. */
  divisor: number;
  /** When it doubles its pace again (Unix ms); `null` at full speed. */
  fasterAtMs: number | null;
}

/** What is known of a session that WhatsApp may judge it by, and what limits it. */
export interface SessionRisk {
  sessionId: SessionId;
  level: RiskLevel;
  reasons: RiskReason[];
  /** Since when the account is here (Unix ms); `null` before its first login. */
  linkedSinceMs: number | null;
  /** Of the conversations begun in the last seven days. */
  answers: Answers;
  /** The conversations begun in the last 24 hours. */
  begunDay: number;
  sentHour: number;
  sentDay: number;
  /** Of four weeks, the newest first. */
  refusals: DailyRefusals[];
  /** `null` if WhatsApp does not forbid new conversations now. */
  restrictedUntilMs: number | null;
  cap: NewChatCap | null;
  limits: SendLimit[];
  /** `null` without a warm-up. */
  warmUp: WarmUpDay | null;
  /** `null` unless `SEND_SLOWDOWN=auto`. */
  slowdown: Slowdown | null;
}

/** The beginning of the day (UTC) of a moment (Unix ms). */
export function dayOf(atMs: number): number {
  return Math.floor(atMs / DAY_MS) * DAY_MS;
}

const DAY_MS = 24 * 3_600_000;
