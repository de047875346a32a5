import { DRAFT_TTL_MS } from '../domain/draft.ts';
import { Drafts } from '../http/server.ts';
import type { Clock } from '../kit/clock.ts';
import type { Logger } from '../kit/logger.ts';
import type { Random } from '../kit/random.ts';
import type { FurtherEvents } from '../ports/callbacks.ts';
import type { DraftStore } from '../ports/drafts.ts';
import { ProfiledEvents } from '../sessions/profiled-events.ts';
import type { SessionManager } from '../sessions/session-manager.ts';
import { removeInPieces } from './housekeeping.ts';

/** The node of a session has had time to tell that a draft has expired, before another one removes it. */
const REMOVED_AFTER_MS = DRAFT_TTL_MS + 24 * 3_600_000;

/** What drafts are built on. */
interface DraftsDeps {
  storage: { drafts: DraftStore };
  webhooks: { furtherEvents: FurtherEvents };
  sessions: Pick<SessionManager, 'own'>;
}

/** Drafts, which tell the webhooks that name them. */
export function createDrafts(
  { clock, random, log }: { clock: Clock; random: Random; log: Logger },
  { storage, webhooks, sessions }: DraftsDeps,
): Drafts {
  const furtherEvents = new ProfiledEvents(
    webhooks.furtherEvents,
    (id) => sessions.own().find(({ sessionId }) => sessionId === id)?.profile,
  );
  return new Drafts({ store: storage.drafts, furtherEvents, clock, random, log: log.child({ part: 'drafts' }) });
}

/** Tells of drafts that have expired, and removes those of a day before. Ends early when `signal` is aborted. */
export async function expireDrafts(
  { drafts, store, clock }: { drafts: Drafts; store: DraftStore; clock: Clock },
  signal: AbortSignal,
): Promise<void> {
  await drafts.expire(signal);
  await removeInPieces((limit) => store.removeBefore(clock.now() - REMOVED_AFTER_MS, limit), signal);
}
