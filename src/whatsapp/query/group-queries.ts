import type { GroupMetadata, WASocket } from '@whiskeysockets/baileys';
import type { GroupCache } from './group-cache.ts';
import type { Queries, Refusals } from './queries.ts';
import { lidsIn } from './read-group.ts';

/** How old shown metadata may be, so that a client that polls does not make us poll WhatsApp. */
export const SHOWN_MAX_AGE_MS = 60_000;

/** WhatsApp answers 403 to those who are not in the group. Our callers cannot tell such a group from one that does not exist. */
const UNKNOWN: Refusals = { 403: 'group_not_found', 404: 'group_not_found' };
const UNCHANGED: Refusals = { 404: 'group_not_found' };

/** Queries about groups: what refusals mean, and what they do to what is cached. */
export class GroupQueries {
  readonly cache: GroupCache;
  readonly #queries: Queries;

  constructor(queries: Queries, cache: GroupCache) {
    this.#queries = queries;
    this.cache = cache;
  }

  /** Resolves with the answer to a question that needs no group, or is not about what members know. */
  ask<Answer>(question: (socket: WASocket) => Promise<Answer>, refusals: Refusals = UNCHANGED): Promise<Answer> {
    return this.#queries.ask(question, refusals);
  }

  /** A group's metadata, from the cache or from WhatsApp, which is asked once for all who wait. */
  metadata(groupId: string, maxAgeMs?: number): Promise<GroupMetadata> {
    return this.cache.metadata(groupId, () => this.fresh(groupId), maxAgeMs);
  }

  /** A group's metadata, from WhatsApp. */
  fresh(groupId: string): Promise<GroupMetadata> {
    return this.#queries.ask(async (socket) => {
      const metadata = await socket.groupMetadata(groupId);
      await storeLids(socket, [metadata]);
      return metadata;
    }, UNKNOWN);
  }

  /** Whether the change succeeded, failed, or nobody knows: the cached metadata is stale. */
  async change<Answer>(
    groupId: string,
    change: (socket: WASocket) => Promise<Answer>,
    refusals: Refusals = UNCHANGED,
  ): Promise<Answer> {
    try {
      return await this.#queries.ask(change, refusals);
    } finally {
      this.cache.changed(groupId);
    }
  }
}

/** Stores the LIDs that groups reveal with their numbers. */
export async function storeLids({ signalRepository }: WASocket, groups: readonly GroupMetadata[]): Promise<void> {
  await signalRepository.lidMapping.storeLIDPNMappings(groups.flatMap(lidsIn));
}
