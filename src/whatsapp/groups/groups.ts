import { type GroupMetadata, type WASocket } from '@whiskeysockets/baileys';
import { type Group, type GroupActions } from '../../domain/chat-ports.ts';
import { type Queries, type Refusals } from '../queries.ts';
import { type GroupCache } from './group-cache.ts';
import { lidsIn, readGroup } from './read-group.ts';

/** What is shown may be this old, so that nobody who looks often asks WhatsApp often. */
const SHOWN_MAX_AGE_MS = 60_000;

/** Who is not in a group is refused with 403, and learns no more of it than if there were none. */
const UNKNOWN: Refusals = { 403: 'group_not_found', 404: 'group_not_found' };

/** What the groups of a line work with. */
export interface GroupsParts {
  queries: Queries;
  cache: GroupCache;
}

/** The groups of the account, over one line. */
export class BaileysGroups implements GroupActions {
  readonly #queries: Queries;
  readonly #cache: GroupCache;

  constructor({ queries, cache }: GroupsParts) {
    this.#queries = queries;
    this.#cache = cache;
  }

  async list(): Promise<Group[]> {
    return this.#queries.ask(async (socket) => {
      const all = Object.values(await socket.groupFetchAllParticipating());
      await storeLids(socket, all);
      return Promise.all(all.map((metadata) => readGroup(metadata, socket.authState.keys)));
    });
  }

  async view(groupId: string): Promise<Group> {
    return this.#read(await this.metadata(groupId, SHOWN_MAX_AGE_MS));
  }

  /** What Baileys knows of a group, asked for at most once however many need it. */
  metadata(groupId: string, maxAgeMs?: number): Promise<GroupMetadata> {
    return this.#cache.metadata(groupId, () => this.#ask(groupId), maxAgeMs);
  }

  /** How a group is called; with a socket that is not open yet nobody is asked. */
  name(groupId: string, { ws }: Pick<WASocket, 'ws'>): Promise<string | null> {
    return this.#cache.name(groupId, ws.isOpen ? () => this.#ask(groupId) : undefined);
  }

  #ask(groupId: string): Promise<GroupMetadata> {
    return this.#queries.ask(async (socket) => {
      const metadata = await socket.groupMetadata(groupId);
      await storeLids(socket, [metadata]);
      return metadata;
    }, UNKNOWN);
  }

  #read(metadata: GroupMetadata): Promise<Group> {
    return this.#queries.ask((socket) => readGroup(metadata, socket.authState.keys));
  }
}

async function storeLids({ signalRepository }: WASocket, groups: readonly GroupMetadata[]): Promise<void> {
  await signalRepository.lidMapping.storeLIDPNMappings(groups.flatMap(lidsIn));
}
