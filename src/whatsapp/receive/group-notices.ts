import type { BinaryNode, WASocket } from '@whiskeysockets/baileys';
import type { GroupChange, MembersAction } from '../../domain/group-event.ts';
import type { Person } from '../../domain/person.ts';
import { type Clock, isCredibleTime } from '../../kit/clock.ts';
import type { Logger } from '../../kit/logger.ts';
import type { ConnectionEventHandler } from '../../ports/connection.ts';
import { type Addresses, peopleOf } from '../addressing/people.ts';
import { groupOf, newsIn, type RawNews } from './group-news.ts';

/** Dependencies of {@link GroupNotices}. */
export interface GroupNoticesDeps {
  socket: Pick<WASocket, 'authState'>;
  auth: { isFenced(): boolean };
  /** What is known of groups; without `ask`, WhatsApp is not asked for a name. */
  cache: {
    name(groupId: string, ask: undefined): Promise<string | null>;
    renamed(groupId: string, name: string): void;
    changed(groupId: string): void;
  };
  /** Runs work after everything that was queued before. */
  inOrder: (work: () => void | Promise<void>) => void;
  onEvent: ConnectionEventHandler;
  clock: Clock;
  log: Logger;
}

/** What WhatsApp announces about the groups of one connection. */
export class GroupNotices {
  readonly #deps: GroupNoticesDeps;

  constructor(deps: GroupNoticesDeps) {
    this.#deps = deps;
  }

  /**
   * Emits what a notification says of a group. Returns a promise that resolves when it is stored, or nobody wants it;
   * `undefined` when it says nothing.
   */
  take(stanza: BinaryNode): Promise<void> | undefined {
    const { auth, inOrder, onEvent, log } = this.#deps;
    const groupId = groupOf(stanza);
    const news = groupId === undefined ? [] : newsIn(stanza);
    if (groupId === undefined || auth.isFenced() || !news.some((each) => each !== undefined)) return undefined;
    for (const each of news) this.#refresh(groupId, each);
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const stored = () => resolve(undefined);
    const read = this.#read(stanza, groupId, news).catch((error: unknown) => {
      // The storage failed: WhatsApp delivers the notification again at the next login.
      if (auth.isFenced()) throw error;
      log.error({ err: error }, 'a change of a group could not be read');
      return [];
    });
    inOrder(async () => onEvent({ kind: 'group-changed', changes: await read, stored }));
    return promise;
  }

  /** Baileys handles the notification later, but what was known of the group is outdated now. */
  #refresh(groupId: string, news: RawNews | undefined): void {
    const subject = news?.kind === 'update' ? news.changes.subject : undefined;
    if (subject !== undefined) this.#deps.cache.renamed(groupId, subject);
    else if (news && news.kind !== 'created') this.#deps.cache.changed(groupId);
  }

  async #read(stanza: BinaryNode, groupId: string, news: readonly (RawNews | undefined)[]): Promise<GroupChange[]> {
    const { id = '', t, offline } = stanza.attrs;
    const groupName = await this.#deps.cache.name(groupId, undefined);
    const facts = { groupId, groupName, atMs: this.#timeOf(t), offline: offline !== undefined };
    const changes: GroupChange[] = [];
    for (const [at, each] of news.entries()) {
      const read = each && (await this.#changeOf(each, stanza));
      if (read) changes.push({ id: `${id} ${at}`, ...facts, ...read });
    }
    return changes;
  }

  async #changeOf(news: RawNews, stanza: BinaryNode): Promise<Pick<GroupChange, 'by' | 'what'> | undefined> {
    const { creds, keys } = this.#deps.socket.authState;
    const mine = [creds.me?.id, creds.me?.lid];
    const [author, self, ...named] = await peopleOf(keys, [authorIn(stanza), mine, ...peopleOfNews(news, mine)]);
    const by = author && isNamed(author) ? author : null;
    const what = whatOf(news, { by, self, participants: named.filter(isNamed) });
    return what && { by, what };
  }

  #timeOf(seconds: string | undefined): number {
    const ms = Number(seconds) * 1000;
    return isCredibleTime(ms) ? ms : this.#deps.clock.now();
  }
}

function peopleOfNews(news: RawNews, mine: Addresses): Addresses[] {
  if (news.kind === 'created') return [mine];
  return 'people' in news ? news.people : [];
}

/** Of a change of the picture, only the change itself names its author. */
function authorIn({ attrs, content }: BinaryNode): Addresses {
  const { participant, participant_pn: pn, participant_lid: lid } = attrs;
  if (attrs.type !== 'picture') return [participant, pn, lid];
  const [change] = Array.isArray(content) ? content : [];
  return [participant, pn, lid, change?.attrs.author, change?.attrs.author_pn];
}

/** The people of a change. */
interface People {
  by: Person | null;
  self: Person | undefined;
  participants: Person[];
}

function whatOf(news: RawNews, people: People): GroupChange['what'] | undefined {
  const { by, self, participants } = people;
  if (news.kind === 'update') return { kind: 'group-update', changes: news.changes };
  const isByThem = by !== null && participants.some((person) => areSame(person, by));
  if (news.kind === 'request') return requestOf(news, { by, participants, isByThem });
  if (participants.length === 0) return undefined;
  const includesMe = self !== undefined && participants.some((person) => areSame(person, self));
  return {
    kind: 'group-participants',
    action: actionOf(news, by, isByThem),
    participants,
    includesMe,
  };
}

/** Whoever follows the invite link may be named only as the author. */
function requestOf(
  { isNew, method }: Extract<RawNews, { kind: 'request' }>,
  { by, participants, isByThem }: { by: Person | null; participants: Person[]; isByThem: boolean },
): GroupChange['what'] | undefined {
  const people = participants.length > 0 || by === null ? participants : [by];
  if (people.length === 0) return undefined;
  const gone = isByThem || participants.length === 0 ? 'revoked' : 'rejected';
  return { kind: 'group-join-request', action: isNew ? 'created' : gone, method, participants: people };
}

function actionOf(
  news: Extract<RawNews, { kind: 'members' | 'created' }>,
  by: Person | null,
  isByThem: boolean,
): MembersAction {
  const { action, reason = '' } = news.kind === 'created' ? { action: 'add' as const } : news;
  const isOwnDoing = isByThem || (action === 'add' && (by === null || OWN_DOINGS.has(reason)));
  return (isOwnDoing ? BY_THEMSELVES[action] : undefined) ?? BY_OTHERS[action];
}

const BY_THEMSELVES: Partial<Record<string, MembersAction>> = { add: 'joined', remove: 'left' };
const BY_OTHERS = {
  add: 'added',
  remove: 'removed',
  leave: 'left',
  promote: 'promoted',
  demote: 'demoted',
} as const satisfies Record<string, MembersAction>;

/** The reasons for which somebody is in a group by their own doing. */
const OWN_DOINGS: ReadonlySet<string> = new Set(['invite', 'invite_auto_add', 'linked_group_join']);

function areSame(one: Person, other: Person): boolean {
  return (one.number !== null && one.number === other.number) || (one.lid !== null && one.lid === other.lid);
}

const LID = /^\d{1,30}@lid$/;
const MAX_DIGITS = 20;

/** Whether somebody is named at all, by something that can be a number or a LID. */
function isNamed({ number, lid }: Person): boolean {
  if (number !== null && number.length > MAX_DIGITS) return false;
  return lid === null ? number !== null : LID.test(lid);
}
