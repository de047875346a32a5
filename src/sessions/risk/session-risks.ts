import type { NewChatCap } from '../../domain/new-chat-cap.ts';
import type { SendLimit, SessionRisk, WarmUpDay } from '../../domain/risk.ts';
import type { SessionRecord } from '../../domain/session.ts';
import type { Clock } from '../../kit/clock.ts';
import type { ConversationStore, RefusalStore, SentMessageStore } from '../../ports/storage.ts';
import type { PaceLimits } from '../sending/send-pace.ts';
import type { Slowdowns } from '../sending/slowdown.ts';
import {
  dayOfAge,
  newConversationLimit,
  type NewConversationLimit,
  type NewConversationRules,
  type NewConversationSettings,
  rulesFor,
  warmUpBudget,
} from '../sending/warm-up.ts';
import { judgeRisk } from './risk-level.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Refusals are shown for four weeks, today included. */
const REFUSALS_SHOWN_MS = 27 * DAY_MS;

/** Dependencies of {@link SessionRisks}. */
export interface SessionRisksDeps {
  pace: PaceLimits;
  newConversations: NewConversationSettings;
  conversations: Pick<ConversationStore, 'begunSince' | 'answersSince'>;
  sent: Pick<SentMessageStore, 'countSince'>;
  refusals: Pick<RefusalStore, 'of'>;
  slowdowns: Slowdowns;
  clock: Clock;
}

/** Says for each session what WhatsApp may judge it by. Everything is read when somebody asks; nothing runs in between. */
export class SessionRisks {
  readonly #deps: SessionRisksDeps;

  constructor(deps: SessionRisksDeps) {
    this.#deps = deps;
  }

  /** The risk of a session, as of now. */
  async of(record: SessionRecord): Promise<SessionRisk> {
    const { sessionId, identity, createdAtMs, restrictedUntilMs, newChatCap, profile } = record;
    const { conversations, sent, refusals, slowdowns, clock } = this.#deps;
    const nowMs = clock.now();
    const [answers, begun, hour, day, refused, slowdown] = await Promise.all([
      conversations.answersSince(sessionId, nowMs - 7 * DAY_MS),
      conversations.begunSince(sessionId, nowMs - DAY_MS),
      sent.countSince(sessionId, nowMs - HOUR_MS),
      sent.countSince(sessionId, nowMs - DAY_MS),
      refusals.of(sessionId, nowMs - REFUSALS_SHOWN_MS),
      slowdowns.of(sessionId),
    ]);
    const facts = {
      ...{ answers, begunDay: begun.count, sentHour: hour.count, sentDay: day.count, refusals: refused },
      linkedSinceMs: identity === null ? null : createdAtMs,
      restrictedUntilMs: (restrictedUntilMs ?? 0) > nowMs ? restrictedUntilMs : null,
      cap: current(newChatCap, nowMs),
    };
    const ageMs = nowMs - createdAtMs;
    const rules = rulesFor(this.#deps.newConversations, profile);
    return {
      ...{ sessionId, ...judgeRisk(facts, nowMs), ...facts },
      limits: this.#limits(facts, newConversationLimit(rules, ageMs)),
      warmUp: warmUpOf(facts, rules, ageMs),
      slowdown: slowdowns.areOn ? slowdown : null,
    };
  }

  #limits({ begunDay, sentHour, sentDay }: Counts, { limit, by }: NewConversationLimit): SendLimit[] {
    const { pace } = this.#deps;
    return [
      { setting: 'SEND_RATE', limit: orOff(pace.perMinute), used: null, why: WHY_PACE },
      { setting: 'SEND_RATE_HOUR', limit: orOff(pace.perHour), used: sentHour, why: whyMany(pace.perHour) },
      { setting: 'SEND_RATE_DAY', limit: orOff(pace.perDay), used: sentDay, why: whyMany(pace.perDay) },
      { setting: 'NEW_CONVERSATIONS_DAY', limit: orOff(limit), used: begunDay, why: WHY_NEW[by] },
    ];
  }
}

function warmUpOf({ begunDay: used }: Counts, { plan }: NewConversationRules, ageMs: number): WarmUpDay | null {
  const day = dayOfAge(ageMs);
  return plan && { day, budget: warmUpBudget(plan, day), used, plan };
}

type Counts = Pick<SessionRisk, 'begunDay' | 'sentHour' | 'sentDay'>;

/** A cap whose time is over is none any more, until WhatsApp says the next one. */
function current(cap: NewChatCap | null | undefined, nowMs: number): NewChatCap | null {
  return cap && (cap.resetsAtMs ?? Infinity) > nowMs ? cap : null;
}

function orOff(limit: number): number | null {
  return limit === 0 ? null : limit;
}

const WHY_PACE = 'Messages leave at the pace of a person: accounts that write like machines are banned.';

function whyMany(limit: number): string {
  return limit === 0 ? OFF : 'No more messages than you allow: many messages draw attention to an account.';
}

const OFF = 'Off: set it if this account should send no more than that.';

const WHY_NEW: Record<NewConversationLimit['by'], string> = {
  nothing: OFF,
  setting: 'Strangers report and block accounts that write to them first; a few reports are enough for a ban.',
  'first-week': 'In its first week an account may begin two fifths of the limit: WhatsApp watches new devices closely.',
  'warm-up': 'The warm-up plan: the budget grows in the first weeks, since WhatsApp watches new devices closely.',
};
