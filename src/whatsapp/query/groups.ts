import type { GroupMetadata, WASocket } from '@whiskeysockets/baileys';
import type { Recipient } from '../../domain/address.ts';
import { AppError } from '../../domain/errors.ts';
import type { Group, GroupUpdate, NewGroup, ParticipantAction, ParticipantResult } from '../../domain/group.ts';
import type { OutgoingFile } from '../../domain/outgoing.ts';
import type { GroupActions } from '../../ports/group-actions.ts';
import { withoutDevice } from '../addressing/jid.ts';
import type { RecipientLookup } from '../addressing/recipient-lookup.ts';
import { canSend } from '../baileys/handshake.ts';
import { BaileysCommunities } from './communities.ts';
import { createGroup } from './create-group.ts';
import type { GroupCache } from './group-cache.ts';
import { changesOf } from './group-changes.ts';
import { GroupQueries, SHOWN_MAX_AGE_MS, storeLids } from './group-queries.ts';
import { BaileysInvites } from './invites.ts';
import { BaileysJoinRequests, type JoinRequestsDeps } from './join-requests.ts';
import { jidsOf, members, newcomers, outcomeOf, resultsOf, type Target } from './participants.ts';
import type { Queries } from './queries.ts';
import { addressesOf, readGroup } from './read-group.ts';
import { pictureFrom, writePicture } from './write-picture.ts';

/** What group actions work with. */
export interface GroupsDeps extends JoinRequestsDeps {
  queries: Queries;
  cache: GroupCache;
  lookup: RecipientLookup;
}

/** The groups of the account, over one connection. */
export class BaileysGroups implements GroupActions {
  readonly invites: BaileysInvites;
  readonly joinRequests: BaileysJoinRequests;
  readonly communities: BaileysCommunities;
  readonly #queries: Queries;
  readonly #groups: GroupQueries;
  readonly #cache: GroupCache;
  readonly #lookup: RecipientLookup;

  constructor({ queries, cache, lookup, waiting }: GroupsDeps) {
    const groups = new GroupQueries(queries, cache);
    this.#queries = queries;
    this.#groups = groups;
    this.#cache = cache;
    this.#lookup = lookup;
    this.invites = new BaileysInvites(groups);
    this.joinRequests = new BaileysJoinRequests(groups, { waiting });
    this.communities = new BaileysCommunities(groups);
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

  async create(subject: string, participants: readonly Recipient[], communityId?: string): Promise<NewGroup> {
    return this.#queries.ask(async (socket) => {
      const targets = await this.#newcomers(socket, participants);
      const jids = jidsOf(targets);
      if (jids.length === 0) throw new AppError('number_not_on_whatsapp');
      const { metadata, outcomes } = await createGroup(socket, { subject, jids, communityId });
      if (communityId !== undefined) this.#cache.changed(communityId);
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
    return this.#groups.change(groupId, async (socket) => {
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

  async update(groupId: string, update: GroupUpdate): Promise<Group> {
    for (const change of changesOf(groupId, update)) await this.#groups.change(groupId, change);
    return this.view(groupId);
  }

  async setPicture(groupId: string, file: OutgoingFile): Promise<void> {
    const picture = await pictureFrom(file);
    await this.#groups.ask((socket) => writePicture(socket, { target: groupId, picture }));
  }

  async removePicture(groupId: string): Promise<void> {
    await this.#groups.ask((socket) => writePicture(socket, { target: groupId }));
  }

  async leave(groupId: string): Promise<void> {
    await this.#groups.change(groupId, (socket) => socket.groupLeave(groupId));
  }

  /** A group's metadata, from the cache or from WhatsApp, which is asked once for all who wait. */
  metadata(groupId: string, maxAgeMs?: number): Promise<GroupMetadata> {
    return this.#groups.metadata(groupId, maxAgeMs);
  }

  /** A group's name. While nothing can be asked yet, only from the cache. */
  name(groupId: string, socket: Pick<WASocket, 'ws'>): Promise<string | null> {
    return this.#cache.name(groupId, canSend(socket) ? () => this.#groups.fresh(groupId) : undefined);
  }

  /** Whether somebody with one of these JIDs administers the group; false also when WhatsApp does not say it in time. */
  async isAdmin(groupId: string, names: readonly string[], socket: Pick<WASocket, 'ws'>): Promise<boolean> {
    const metadata = await this.#cache.metadataInTime(
      groupId,
      canSend(socket) ? () => this.#groups.fresh(groupId) : undefined,
    );
    const admins = metadata?.participants.filter(({ admin }) => admin) ?? [];
    return admins.flatMap(addressesOf).some((jid) => jid && names.includes(withoutDevice(jid)));
  }

  #newcomers(socket: WASocket, people: readonly Recipient[]): Promise<Target[]> {
    return newcomers({ lookup: this.#lookup, socket, keys: socket.authState.keys }, people);
  }

  #read(metadata: GroupMetadata): Promise<Group> {
    return this.#queries.ask((socket) => readGroup(metadata, socket.authState.keys));
  }
}
