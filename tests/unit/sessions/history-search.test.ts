import type { HistoryMessage, HistoryPlace } from '../../../src/domain/kept-message.ts';
import { search, wordsOf } from '../../../src/sessions/history/search.ts';
import { keptMessage } from '../../api/history-in-memory.ts';
import { ManualClock } from '../../harness/manual-clock.ts';

/** Searches these texts, the newest of which is the last one; each page takes so many ms. */
async function found(texts: readonly string[], query: string, { limit = 10, after, ms = 0 }: Asked = {}) {
  const clock = new ManualClock();
  const messages = texts.map((text, at) => keptMessage(at + 1, text)).reverse();
  const page = async (place: HistoryPlace | undefined, count: number): Promise<HistoryMessage[]> => {
    await clock.advance(ms);
    return messages.filter(({ id }) => id < (place?.id ?? Number.MAX_SAFE_INTEGER)).slice(0, count);
  };
  const result = await search({ page, words: wordsOf(query), after, limit }, clock);
  return { texts: result.messages.map(({ content }) => content.text), next: result.next };
}

interface Asked {
  limit?: number;
  after?: HistoryPlace;
  ms?: number;
}

it.each([
  ['café', ['Café con leche']],
  ['LECHE cafe', ['Café con leche']],
  ['medialun', ['dos medialunas']],
  ['café medialunas', []],
  ['.*', []],
])('finds "%s" whatever its case, accents and order', async (query, texts) => {
  expect(await found(['dos medialunas', 'Café con leche'], query)).toEqual({ texts, next: undefined });
});

it('says where to go on when it has found enough', async () => {
  const texts = ['hola 1', 'nada', 'hola 2', 'hola 3'];
  const first = await found(texts, 'hola', { limit: 2 });
  expect(first.texts).toEqual(['hola 3', 'hola 2']);

  expect(await found(texts, 'hola', { limit: 2, after: first.next! })).toEqual({ texts: ['hola 1'], next: undefined });
});

it('ends when it has read enough, or takes too long, and says where', async () => {
  const texts = Array.from({ length: 20_001 }, (_, at) => (at === 0 ? 'hola' : 'nada'));
  const many = await found(texts, 'hola');
  expect(many).toEqual({ texts: [], next: { atMs: 2, id: 2 } });
  expect((await found(texts, 'hola', { after: many.next! })).texts).toEqual(['hola']);

  expect((await found(texts, 'hola', { ms: 1_000 })).next).toEqual({ atMs: 19_402, id: 19_402 });
});
