import type { BaileysEventMap, BinaryNode, WASocket } from '@whiskeysockets/baileys';
import type { AccountNews, ChatNews, ShownPresence } from '../../domain/account-news.ts';
import { type LearnedName, type Person, NOBODY } from '../../domain/person.ts';
import type { Clock } from '../../kit/clock.ts';
import { TokenBucket } from '../../kit/token-bucket.ts';
import type { ConnectionEvent } from '../../ports/connection.ts';
import { lidOf, numberOf, isGroup, withoutDevice } from '../addressing/jid.ts';
import { peopleOf } from '../addressing/people.ts';
import type { AppStateResync } from '../baileys/app-state-resync.ts';
import { tapEvents } from '../baileys/event-tap.ts';
import { labelTaps } from './label-news.ts';

/** More is nothing that a person does. What is beyond is not told: each of it would be stored. */
const MOST_NEWS = { size: 300, refillMs: 60_000 };
const MOST_NAMES = 20_000;
const LONGEST_JID = 64;
const LONGEST_ID = 128;
const LONGEST_TEXT = 512;
const LONGEST_USERNAME = 256;
const MAX_TIME_MS = 8.64e15;

/** Dependencies of {@link watchAccount}. */
export interface AccountNewsDeps {
  socket: WASocket;
  resync: Pick<AppStateResync, 'emitted' | 'cleared'>;
  clock: Clock;
  /** Emits what `make` resolves with, in its turn. */
  emit: (make: () => Promise<ConnectionEvent | undefined>) => void;
}

/** News of which the person is still to be found. */
type Found = AccountNews extends infer News ? (News extends { person: Person } ? Omit<News, 'person'> : never) : never;

/** Tells what others, and the account's own phone and devices, change of chats and people. Call it right after the socket is made. */
export function watchAccount(deps: AccountNewsDeps): void {
  const { socket, resync, clock } = deps;
  const bucket = new TokenBucket(MOST_NEWS, clock);
  const names = new Names(deps);
  const tell = (jid: unknown, news: Found): void => {
    if (typeof jid !== 'string' || jid.length > LONGEST_JID || !isKnown(jid) || !bucket.take()) return;
    deps.emit(async () => {
      const [person = NOBODY] = await peopleOf(socket.authState.keys, [[jid]]);
      return { kind: 'account-news', news: { ...news, person } };
    });
  };
  const tellChat = (jid: unknown, change: ChatNews, more: { mutedUntilMs?: number | 'always'; id?: unknown } = {}) => {
    if (resync.emitted !== 'change' || typeof jid !== 'string') return;
    const messageId = typeof more.id === 'string' ? more.id.slice(0, LONGEST_ID).toWellFormed() : null;
    tell(jid, { what: 'chat', chatId: jid, change, mutedUntilMs: more.mutedUntilMs ?? null, messageId });
  };
  resync.cleared = (chat) => tellChat(chat, 'cleared');
  tapEvents(socket, {
    'chats.update': (updates) =>
      updates.forEach((update) => chatChanges(update, (...news) => tellChat(update.id, ...news))),
    'chats.delete': (ids) => ids.forEach((id) => tellChat(id, 'deleted')),
    'messages.delete': (gone) => {
      if ('keys' in gone) gone.keys.forEach(({ remoteJid, id }) => tellChat(remoteJid, 'message_deleted', { id }));
    },
    'messages.update': (updates) => {
      for (const { key, update } of updates) {
        if (typeof update.starred !== 'boolean') continue;
        tellChat(key.remoteJid, update.starred ? 'message_starred' : 'message_unstarred', { id: key.id });
      }
    },
    'contacts.upsert': (contacts) => {
      if (resync.emitted === undefined) return;
      for (const { id, name, username } of contacts) {
        names.learned(id, name);
        if (resync.emitted !== 'change') continue;
        const also = { username: textOf(username)?.slice(0, LONGEST_USERNAME) ?? null };
        tell(id, { what: 'contact', change: 'name', value: textOf(name), ...also });
      }
    },
    'contacts.update': (contacts) => {
      for (const { id, imgUrl } of contacts) {
        if (imgUrl !== 'changed' && imgUrl !== 'removed') continue;
        if (id !== undefined && !isGroup(id))
          tell(id, { what: 'contact', change: 'picture', value: imgUrl, username: null });
      }
    },
    ...labelTaps(deps),
    'presence.update': ({ id, presences }) => {
      for (const [who, presence] of Object.entries(presences)) tell(who, presenceNews(id, presence));
    },
  });
  socket.ws.on('CB:notification,type:status', ({ attrs: { from }, content }: BinaryNode) => {
    const text = Array.isArray(content) ? content.find(({ tag }) => tag === 'set')?.content : undefined;
    const written = text instanceof Uint8Array ? Buffer.from(text).toString() : undefined;
    tell(from, { what: 'contact', change: 'about', value: textOf(written), username: null });
  });
}

/** Channels, statuses and broadcasts are neither people nor chats here. */
function isKnown(jid: string): boolean {
  return isGroup(jid) || numberOf(jid) !== null || lidOf(jid) !== null;
}

function textOf(text: unknown): string | null {
  return typeof text === 'string' ? text.slice(0, LONGEST_TEXT).toWellFormed() : null;
}

type ChatUpdate = BaileysEventMap['chats.update'][number];

function chatChanges(
  { archived, pinned, muteEndTime, unreadCount }: ChatUpdate,
  tell: (change: ChatNews, more?: { mutedUntilMs: number | 'always' }) => void,
): void {
  if (typeof archived === 'boolean') tell(archived ? 'archived' : 'unarchived');
  if (pinned !== undefined) tell(pinned === null ? 'unpinned' : 'pinned');
  if (muteEndTime === null) tell('unmuted');
  else if (muteEndTime !== undefined) tell('muted', { mutedUntilMs: muteEnd(Number(muteEndTime)) });
  if (typeof unreadCount === 'number') tell(unreadCount < 0 ? 'unread' : 'read');
}

function muteEnd(untilMs: number): number | 'always' {
  return untilMs > 0 && untilMs <= MAX_TIME_MS ? untilMs : 'always';
}

type WirePresence = BaileysEventMap['presence.update']['presences'][string];

function presenceNews(id: string, { lastKnownPresence, lastSeen }: WirePresence): Found {
  const lastSeenMs = Number(lastSeen) * 1000;
  const isTime = lastSeenMs > 0 && lastSeenMs <= MAX_TIME_MS;
  const presence: ShownPresence = lastKnownPresence === 'paused' ? 'available' : lastKnownPresence;
  const chatId = withoutDevice(id).slice(0, LONGEST_JID);
  return {
    what: 'presence',
    chatId,
    presence: SHOWN.has(presence) ? presence : 'available',
    lastSeenMs: isTime ? lastSeenMs : null,
  };
}

const SHOWN: ReadonlySet<string> = new Set<ShownPresence>(['available', 'unavailable', 'composing', 'recording']);

/** The names of an address book, which come one by one, and are emitted together. */
class Names {
  readonly #emit: AccountNewsDeps['emit'];
  #learned: LearnedName[] = [];

  constructor({ emit }: AccountNewsDeps) {
    this.#emit = emit;
  }

  learned(id: string, name: string | undefined): void {
    const person = id.length > LONGEST_JID ? null : (numberOf(id) ?? lidOf(id));
    if (person === null || name === undefined || this.#learned.length >= MOST_NAMES) return;
    this.#learned.push({ person, savedName: name.slice(0, LONGEST_TEXT) });
    if (this.#learned.length > 1) return;
    this.#emit(() => {
      const names = this.#learned;
      this.#learned = [];
      return Promise.resolve({ kind: 'names', names });
    });
  }
}
