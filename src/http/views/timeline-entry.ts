import { isoTime } from '../../kit/clock.ts';
import { type TimelineNote, type TimelineWord } from '../../domain/timeline.ts';

/** A note of a session's timeline as REST shows it. */
export interface TimelineEntry {
  /** ISO 8601. */
  at: string;
  what: TimelineWord;
  /** The reason in a sentence; `null` where there is nothing to say. */
  why: string | null;
}

/** The view of a stored note. */
export function timelineEntry({ atMs, what, why }: TimelineNote): TimelineEntry {
  return { at: isoTime(atMs), what, why };
}
