import type { z } from 'zod';
import { isoTime } from '../../kit/clock.ts';
import type { TimelineNote } from '../../domain/timeline.ts';
import type { timelineEntry } from '../schemas/session-schemas.ts';

/** Converts a note of a session's timeline to its REST form. */
export function timelineView({ atMs, what, why }: TimelineNote): z.infer<typeof timelineEntry> {
  return { at: isoTime(atMs), what, why };
}
