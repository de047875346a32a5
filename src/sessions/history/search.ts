import { setImmediate as nextTurn } from 'node:timers/promises';
import type { HistoryMessage, HistoryPlace } from '../../domain/kept-message.ts';
import type { Clock } from '../../kit/clock.ts';

/** How many messages one request looks at, and for how long (ms). */
const MAX_SEEN = 20_000;
const MAX_MS = 3_000;
const PAGE = 200;
/** For so long nothing else is done (ms). */
const SLICE_MS = 15;
/** Nobody searches for what stands behind that many characters. */
const MAX_LENGTH = 20_000;

/** What was found, and where to go on. */
export interface SearchResult {
  messages: HistoryMessage[];
  /** Everything before this place was looked at; `undefined` when that was everything. */
  next: HistoryPlace | undefined;
}

/** What a search looks through, and for what. */
export interface Search {
  /** A page of messages, the newest first. */
  page: (after: HistoryPlace | undefined, limit: number) => Promise<HistoryMessage[]>;
  words: readonly string[];
  after: HistoryPlace | undefined;
  /** How many results are enough. */
  limit: number;
}

/** The words of a search, as they are compared. */
export function wordsOf(query: string): string[] {
  return plain(query).split(/\s+/).filter(Boolean);
}

/**
 * Looks through messages, the newest first, for those with all the words, whatever their case and accents: as they may be encrypted,
 * each is decrypted and read. It ends early, and says where, when it has found enough or takes too long.
 */
export async function search({ page, words, after, limit }: Search, clock: Clock): Promise<SearchResult> {
  const startedMs = clock.monotonic();
  const messages: HistoryMessage[] = [];
  let sliceMs = startedMs;
  let place = after;
  for (let seen = 0; seen < MAX_SEEN && clock.monotonic() - startedMs < MAX_MS;) {
    const found = await page(place, PAGE);
    for (const message of found) {
      if (matches(message, words)) messages.push(message);
      place = { atMs: message.sentAtMs, id: message.id };
      if (messages.length === limit) return { messages, next: place };
      if (clock.monotonic() - sliceMs < SLICE_MS) continue;
      await nextTurn();
      sliceMs = clock.monotonic();
    }
    seen += PAGE;
    if (found.length === 0) return { messages, next: undefined };
  }
  return { messages, next: place };
}

function matches({ content }: HistoryMessage, words: readonly string[]): boolean {
  const { text, media, location, contacts, poll } = content;
  const names = [text, media?.file_name, location?.name, location?.address, ...contacts.map(({ name }) => name)];
  const all = plain([...names, poll?.name, ...(poll?.options ?? [])].filter(Boolean).join('\n'));
  return words.every((word) => all.includes(word));
}

/** Without accents and capitals. */
function plain(text: string): string {
  return text.slice(0, MAX_LENGTH).normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}
