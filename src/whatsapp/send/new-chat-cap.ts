import type { NewChatCap } from '../../domain/new-chat-cap.ts';

/** More is garbage. */
const MOST_CHATS = 1_000_000_000;
/** The end of the cycle is at most this far away. */
const LONGEST_MS = 400 * 24 * 3600_000;

/**
 * Reads WhatsApp's answer or notification about the limit of new chats (`total_quota`, `used_quota`, `cycle_end_timestamp` in
 * seconds). `null` when there is no limit, which WhatsApp writes as -1, or nothing that makes sense.
 */
export function readNewChatCap(payload: unknown, nowMs: number): NewChatCap | null {
  if (typeof payload !== 'object' || payload === null) return null;
  const { total_quota: total, used_quota: used, cycle_end_timestamp: end } = payload as Record<string, unknown>;
  const [limit, count, endS] = [countIn(total), countIn(used), countIn(end, Number.MAX_SAFE_INTEGER)];
  if (limit === undefined) return null;
  const resetsAtMs = (endS ?? 0) * 1000;
  const makesSense = resetsAtMs > 0 && resetsAtMs <= nowMs + LONGEST_MS;
  return { limit, used: count ?? 0, resetsAtMs: makesSense ? resetsAtMs : null };
}

/** A whole number from 0 to `most`, also written as text. */
function countIn(value: unknown, most = MOST_CHATS): number | undefined {
  const isText = typeof value === 'string' && /^\d{1,16}$/.test(value);
  const number = isText ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) && number >= 0 && number <= most ? number : undefined;
}
