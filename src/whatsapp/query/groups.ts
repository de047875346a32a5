import { type GroupMetadata, type WASocket } from '@whiskeysockets/baileys';
import { type Recipient } from '../../domain/address.ts';
import { AppError } from '../../domain/errors.ts';
import {
  type Group,
  type GroupUpdate,
  type NewGroup,
  type ParticipantAction,
  type ParticipantResult,
} from '../../domain/group.ts';
import { type GroupActions } from '../../ports/connection-actions.ts';
import { withoutDevice } from '../addressing/jid.ts';
import { type RecipientLookup } from '../addressing/recipient-lookup.ts';
import { createGroup } from './create-group.ts';
import { type GroupCache } from './group-cache.ts';
import { members, newcomers, outcomeOf, resultsOf, type Target } from './participants.ts';
import { type Queries, type Refusals } from './queries.ts';
import { addressesOf, lidsIn, readGroup } from './read-group.ts';

/** How old shown metadata may be, so that a client that polls does not make us poll WhatsApp. */
const SHOWN_MAX_AGE_MS = 60_000;

/** WhatsApp answers 403 to those who are not in the group. Our callers cannot tell such a group from one that does not exist. */
const UNKNOWN: Refusals = { 403: 'group_not_found', 404: 'group_not_found' };
const UNCHANGED: Refusals = { 404: 'group_not_found' };

/** What group actions work with. */
export interface GroupsDeps {
  queries: Queries;
  cache: GroupCache;
  lookup: RecipientLookup;
}

/** The groups of the account, over one connection. */
export class BaileysGroups implements GroupActions {
  readonly #queries: Queries;
  readonly #cache: GroupCache;
  readonly #lookup: RecipientLookup;

  constructor({ queries, cache, lookup }: GroupsDeps) {
    this.#queries = queries;
    this.#cache = cache;
    this.#lookup = lookup;
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

  async create(subject: string, participants: readonly Recipient[]): Promise<NewGroup> {
    return this.#queries.ask(async (socket) => {
      const targets = await this.#newcomers(socket, participants);
      const jids = jidsOf(targets);
      if (jids.length === 0) throw new AppError('number_not_on_whatsapp');
      const { metadata, outcomes } = await createGroup(socket, subject, jids);
      this.#cache.received(metadata);
      await storeLids(socket, [metadata]);
      const group = await readGroup(metadata, socket.authState.keys);
      return { group, results: resultsOf('add', targets, outcomes) };
    });
  }

  async change(
    groupId: string,
    action: ParticipantAction,
    participants: readonly Recipient[],
  ): Promise<ParticipantResult[]> {
    const known = action === 'add' ? undefined : await this.metadata(groupId, SHOWN_MAX_AGE_MS);
    return this.#change(groupId, async (socket) => {
      const { keys } = socket.authState;
      const targets = known ? await members(known, participants, keys) : await this.#newcomers(socket, participants);
      const jids = jidsOf(targets);
      const answers = jids.length === 0 ? [] : await socket.groupParticipantsUpdate(groupId, jids, action);
      return resultsOf(
        action,
        targets,
        answers.map(({ content }) => outcomeOf(content)),
      );
    });
  }

  async update(groupId: string, { subject, description }: GroupUpdate): Promise<Group> {
    if (subject !== undefined) await this.#change(groupId, (socket) => socket.groupUpdateSubject(groupId, subject));
    if (description !== undefined) {
      await this.#change(groupId, (socket) => socket.groupUpdateDescription(groupId, description ?? undefined));
    }
    return this.view(groupId);
  }

  invite(groupId: string): Promise<string> {
    return this.#code((socket) => socket.groupInviteCode(groupId));
  }

  revokeInvite(groupId: string): Promise<string> {
    return this.#code((socket) => socket.groupRevokeInvite(groupId));
  }

  async leave(groupId: string): Promise<void> {
    await this.#change(groupId, (socket) => socket.groupLeave(groupId));
  }

  /** A group's metadata, from the cache or from WhatsApp, which is asked once for all who wait. */
  metadata(groupId: string, maxAgeMs?: number): Promise<GroupMetadata> {
    return this.#cache.metadata(groupId, () => this.#ask(groupId), maxAgeMs);
  }

  /** A group's name. While the socket is not open yet, only from the cache. */
  name(groupId: string, { ws }: Pick<WASocket, 'ws'>): Promise<string | null> {
    return this.#cache.name(groupId, ws.isOpen ? () => this.#ask(groupId) : undefined);
  }

  /** Whether somebody with one of these JIDs administers the group; false also when WhatsApp does not say it in time. */
  async isAdmin(groupId: string, names: readonly string[], { ws }: Pick<WASocket, 'ws'>): Promise<boolean> {
    const metadata = await this.#cache.metadataInTime(groupId, ws.isOpen ? () => this.#ask(groupId) : undefined);
    const admins = metadata?.participants.filter(({ admin }) => admin) ?? [];
    return admins.flatMap(addressesOf).some((jid) => jid && names.includes(withoutDevice(jid)));
  }

  #ask(groupId: string): Promise<GroupMetadata> {
    return this.#queries.ask(async (socket) => {
      const metadata = await socket.groupMetadata(groupId);
      await storeLids(socket, [metadata]);
      return metadata;
    }, UNKNOWN);
  }

  /** Whether the change succeeded, failed, or nobody knows: the cached metadata is stale. */
  async #change<Answer>(groupId: string, change: (socket: WASocket) => Promise<Answer>): Promise<Answer> {
    try {
      return await this.#queries.ask(change, UNCHANGED);
    } finally {
      this.#cache.changed(groupId);
    }
  }

  async #code(question: (socket: WASocket) => Promise<string | undefined>): Promise<string> {
    const code = await this.#queries.ask(question, UNCHANGED);
    if (code === undefined) throw new AppError('whatsapp_refused');
    return code;
  }

  #newcomers(socket: WASocket, people: readonly Recipient[]): Promise<Target[]> {
    return newcomers({ lookup: this.#lookup, socket, keys: socket.authState.keys }, people);
  }

  #read(metadata: GroupMetadata): Promise<Group> {
    return this.#queries.ask((socket) => readGroup(metadata, socket.authState.keys));
  }
}

/** Each JID once. */
function jidsOf(targets: readonly Target[]): string[] {
  return [...new Set(targets.flatMap((target) => ('jid' in target ? [target.jid] : [])))];
}

async function storeLids({ signalRepository }: WASocket, groups: readonly GroupMetadata[]): Promise<void> {
  await signalRepository.lidMapping.storeLIDPNMappings(groups.flatMap(lidsIn));
}
