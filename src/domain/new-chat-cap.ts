/** How many conversations WhatsApp lets an account begin until a time. */
export interface NewChatCap {
  limit: number;
  /** How many it has begun. */
  used: number;
  /** When it begins to count anew (Unix ms); `null` when WhatsApp does not say. */
  resetsAtMs: number | null;
}

/** How long (ms) WhatsApp accepts no more new conversations; 0 when it does. */
export function cappedForMs(cap: NewChatCap | null | undefined, nowMs: number): number {
  if (!cap || cap.used < cap.limit || cap.resetsAtMs === null) return 0;
  return Math.max(0, cap.resetsAtMs - nowMs);
}
