import { cappedForMs, type NewChatCap } from '../domain/new-chat-cap.ts';
import { isoTime } from '../kit/clock.ts';

/** What the timeline says when WhatsApp lets the account begin no more conversations; nothing while it does, or did not before. */
export function capNote(
  cap: NewChatCap | null,
  before: NewChatCap | null,
  nowMs: number,
): { what: 'restricted'; why: string } | undefined {
  const [isFull, wasFull] = [cap, before].map((each) => cappedForMs(each, nowMs) > 0);
  if (!cap || !isFull || wasFull) return undefined;
  return { what: 'restricted', why: `Until ${isoTime(cap.resetsAtMs ?? nowMs)}` };
}
