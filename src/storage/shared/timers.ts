import type { ChatTimer } from '../../domain/chat.ts';

/** How many chats a session keeps the timers of; the ones that changed last. */
export const MAX_CHATS = 5_000;

/** When a timer was set (Unix ms); 0 when nobody said. */
export function setAt({ setAtMs }: ChatTimer): number {
  return setAtMs ?? 0;
}

/**
 * Whether what a message says of its chat's timer is newer than what is known. A message that does not say when the timer was set
 * knows less than the one that said so.
 */
export function isNews(timer: ChatTimer, saidAtMs: number, known: ChatTimer | undefined): boolean {
  if (!known) return timer.seconds > 0;
  if (timer.seconds === known.seconds && (timer.setAtMs === null || timer.setAtMs === known.setAtMs)) return false;
  return (timer.setAtMs ?? saidAtMs) >= setAt(known);
}
