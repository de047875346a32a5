import type { LearnedName } from '../../domain/person.ts';
import { lidOf, numberOf } from '../addressing/jid.ts';

/** The number of entries of each kind that are taken from one part of a history. */
const MAX_ENTRIES = 20_000;
/** So many bytes of messages are taken from one part. */
const MAX_MESSAGE_BYTES = 32 * 1024 * 1024;

/** A LID and its number, as JIDs. */
export interface LidMapping {
  lid: string;
  pn: string;
}

/** A token that somebody gave to this account: with it, WhatsApp lets us write to them. */
export interface PrivacyToken {
  /** The chat. */
  jid: string;
  token: Buffer;
  /** When it was given, in Unix seconds. */
  timestamp: number;
  /** When the account gave its own, in Unix seconds. */
  senderTimestamp: number | undefined;
}

/** A message of a history, not decoded yet. */
export interface PastMessage {
  /** The JID of its chat. */
  chatId: string;
  /** An encoded `HistorySyncMsg`. */
  bytes: Buffer;
}

/** What is taken from a chat of a history. */
export interface ChatFacts {
  id: string;
  name: string | undefined;
  username: string | undefined;
  pnJid: string | undefined;
  lidJid: string | undefined;
  token: Omit<PrivacyToken, 'jid'> | undefined;
}

/** What a part of a history is read for; everything else in it is dropped. Bounded, whatever the part contains. */
export class HistoryFacts {
  readonly names: LearnedName[] = [];
  readonly mappings: LidMapping[] = [];
  readonly tokens: PrivacyToken[] = [];
  readonly messages: PastMessage[] = [];
  /** Whether messages are taken, and there is room for more. */
  takesMessages: boolean;
  #messageCount = 0;
  #messageBytes = 0;

  constructor(takesMessages = false) {
    this.takesMessages = takesMessages;
  }

  /** Notes a chat with one person; groups and channels are nobody's name. */
  chat({ id, name, username, pnJid, lidJid, token }: ChatFacts): void {
    const person = personOf(id);
    if (person === null) return;
    if (name !== undefined) this.#add(this.names, { person, savedName: name });
    if (username !== undefined) this.#add(this.names, { person, username });
    this.mapping(lidOf(id) ?? lidJid, numberOf(id) === null ? pnJid : id);
    if (token) this.#add(this.tokens, { jid: id, ...token });
  }

  /** Whether there is room for one more message of so many bytes, which counts from now on. */
  hasRoomFor(bytes: number): boolean {
    this.#messageCount += 1;
    this.#messageBytes += bytes;
    if (this.#messageCount > MAX_ENTRIES || this.#messageBytes > MAX_MESSAGE_BYTES) this.takesMessages = false;
    return this.takesMessages;
  }

  /** Notes the name that somebody chose. */
  pushName(id: string, pushName: string): void {
    const person = personOf(id);
    if (person !== null) this.#add(this.names, { person, pushName });
  }

  /** Notes the LID of a number, if both are what they should be. */
  mapping(lidJid: string | undefined, pnJid: string | undefined): void {
    const [lid, number] = [lidOf(lidJid), numberOf(pnJid)];
    if (lid !== null && number !== null && /^\d+@/.test(lid))
      this.#add(this.mappings, { lid, pn: `${number}@s.whatsapp.net` });
  }

  #add<Entry>(entries: Entry[], entry: Entry): void {
    if (entries.length < MAX_ENTRIES) entries.push(entry);
  }
}

/** The person of a JID, under whom a name is stored: the number, or the LID; `null` for everything else. */
export function personOf(jid: string): string | null {
  return numberOf(jid) ?? lidOf(jid);
}
