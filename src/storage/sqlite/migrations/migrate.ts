import type Sqlite from 'better-sqlite3';
import { StorageTooNewError, StorageTooOldError } from '../../shared/errors.ts';
import { hasUnfinishedWork } from '../encryption/encrypt-database.ts';
import { init } from './001-init.ts';
import { journalAndTimeline } from './002-journal-and-timeline.ts';
import { retryAfterBan } from './003-retry-after-ban.ts';
import { callbackIndexes } from './004-callback-indexes.ts';
import { conversations } from './005-conversations.ts';
import { polls } from './006-polls.ts';
import { mediaFiles } from './007-media-files.ts';
import { awaitedNumbers } from './008-awaited-numbers.ts';
import { dataKeys } from './009-data-keys.ts';
import { apiKeys } from './010-api-keys.ts';
import { maybeSeenQrs } from './011-maybe-seen-qrs.ts';
import { damagedValues } from './012-damaged-values.ts';
import { runs } from './013-runs.ts';
import { sessionIds } from './014-session-ids.ts';
import { reservedMessageIds } from './015-reserved-message-ids.ts';
import { bodiesBoundToKind } from './016-bodies-bound-to-kind.ts';
import { contactNames } from './017-contact-names.ts';
import { chatTimers } from './018-chat-timers.ts';
import { noWaitingCallbacks } from './019-no-waiting-callbacks.ts';
import { subscriptions } from './020-subscriptions.ts';
import { furtherEvents } from './021-further-events.ts';
import { sessionProfiles } from './022-session-profiles.ts';
import { scheduledMessages } from './023-scheduled-messages.ts';
import { banRisk } from './024-ban-risk.ts';
import { agents } from './025-agents.ts';
import { keptMessages } from './026-kept-messages.ts';
import { labels } from './027-labels.ts';
import { usernames } from './028-usernames.ts';
import { lateFacts } from './029-late-facts.ts';
import { joinRequests } from './030-join-requests.ts';
import { fewerPages } from './031-fewer-pages.ts';

/** From an empty file to the current schema. `user_version` counts the migrations that a file has had. */
const MIGRATIONS: readonly string[] = [
  init,
  journalAndTimeline,
  retryAfterBan,
  callbackIndexes,
  conversations,
  polls,
  mediaFiles,
  awaitedNumbers,
  dataKeys,
  apiKeys,
  maybeSeenQrs,
  damagedValues,
  runs,
  sessionIds,
  reservedMessageIds,
  bodiesBoundToKind,
  contactNames,
  chatTimers,
  noWaitingCallbacks,
  subscriptions,
  furtherEvents,
  sessionProfiles,
  scheduledMessages,
  banRisk,
  agents,
  keptMessages,
  labels,
  usernames,
  lateFacts,
  joinRequests,
  fewerPages,
];

/** The current schema: how many migrations it takes. */
export const SCHEMA = MIGRATIONS.length;

/**
 * Applies the missing migrations, each in its own transaction.
 * @throws StorageTooNewError when the file has had migrations that this version does not know
 */
export function migrate(sqlite: Sqlite.Database, file: string): void {
  const found = sqlite.pragma('user_version', { simple: true }) as number;
  if (found > MIGRATIONS.length) throw new StorageTooNewError(file, { found, known: MIGRATIONS.length });
  MIGRATIONS.slice(found).forEach((sql, index) => {
    sqlite.transaction(() => {
      sqlite.exec(sql);
      sqlite.pragma(`user_version = ${found + index + 1}`);
    })();
  });
}

/**
 * Rejects a file that lacks migrations, or whose contents a start with this version has yet to change.
 * @throws StorageTooNewError, StorageTooOldError
 */
export function checkCurrent(sqlite: Sqlite.Database, file: string): void {
  const found = sqlite.pragma('user_version', { simple: true }) as number;
  if (found > MIGRATIONS.length) throw new StorageTooNewError(file, { found, known: MIGRATIONS.length });
  if (found < MIGRATIONS.length || hasUnfinishedWork(sqlite)) throw new StorageTooOldError(file);
}
