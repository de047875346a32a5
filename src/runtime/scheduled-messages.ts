import { type FileSettings, scheduledMessageOpener } from '../http/server.ts';
import type { Clock } from '../kit/clock.ts';
import type { Logger } from '../kit/logger.ts';
import type { Random } from '../kit/random.ts';
import type { Storage } from '../ports/storage.ts';
import { Scheduler, type SchedulerDeps } from '../sessions/scheduled/scheduler.ts';

/** What scheduled messages are built on. */
interface ScheduledDeps {
  storage: Pick<Storage, 'scheduledMessages' | 'sentMessages'>;
  sessions: SchedulerDeps['sessions'];
  files: Omit<FileSettings, 'clock'>;
}

/** Sends scheduled messages; their files are subject to the same rules as those of requests. */
export function createScheduler(
  { clock, random, log }: { clock: Clock; random: Random; log: Logger },
  { storage, sessions, files }: ScheduledDeps,
): Scheduler {
  return new Scheduler({
    ...{ store: storage.scheduledMessages, sent: storage.sentMessages, sessions, clock, random },
    open: scheduledMessageOpener({ ...files, clock }),
    log: log.child({ part: 'scheduled' }),
  });
}
