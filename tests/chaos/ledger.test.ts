import type { Received } from '../harness/test-backend.ts';
import { Ledger } from './ledger.ts';

const SESSION = 'session_1';

function ledgerOf(...contents: string[]): Ledger {
  const ledger = new Ledger();
  for (const content of contents) ledger.note(SESSION, content);
  return ledger;
}

/** Messages as the backend receives them, with consecutive sequence numbers and ids. */
function arrivalsOf(...contents: (string | null)[]): Received[] {
  return contents.map((content, index) => ({
    path: '/api/whatsapp/messages/received',
    body: { session_id: SESSION, message_content: content, message_type: content === null ? 'undecryptable' : 'text' },
    text: '',
    headers: { 'webhook-id': `id-${index}`, 'x-session-seq': String(index + 1) },
    at: 0,
    status: 200,
  }));
}

describe('the ledger', () => {
  it('finds nothing when all arrived in order, even if some were repeated under one webhook-id', () => {
    const [first, second, third] = arrivalsOf('a', 'b', 'c') as [Received, Received, Received];

    expect(ledgerOf('a', 'b', 'c').compare([first, second, second, third, first])).toEqual([]);
  });

  it.each([
    ['a lost message', ['a', 'c'], 'after 1 of 3 messages came “c” instead of “b”, which never came'],
    ['a late message', ['a', 'c', 'b'], 'after 1 of 3 messages came “c” instead of “b”, which came 1 later'],
    ['a lost end', ['a'], 'after 1 of 3 messages nothing more came; “b” is the first that is missing'],
    [
      'a duplicated message',
      ['a', 'b', 'c', 'a'],
      'after 3 of 3 messages came another one, “a”, under a second webhook-id',
    ],
    ['a foreign message', ['a', 'b', 'c', 'd'], 'after 3 of 3 messages came another one, “d”, which nobody wrote'],
    [
      'an unreadable message',
      ['a', null, 'c'],
      'after 1 of 3 messages came “(undecryptable)” instead of “b”, which never came',
    ],
  ])('reports %s', (_, contents, sentence) => {
    expect(ledgerOf('a', 'b', 'c').compare(arrivalsOf(...contents))).toEqual([`${SESSION}: ${sentence}`]);
  });

  it('reports a gap in the sequence numbers, whatever kind the callbacks are', () => {
    const arrivals = arrivalsOf('a', 'b', 'c');
    arrivals[1]!.headers['x-session-seq'] = '4';

    expect(ledgerOf('a', 'b', 'c').compare(arrivals)).toEqual([`${SESSION}: callback number 2 has x-session-seq 4`]);
  });

  it('reports messages of a session to which nobody wrote', () => {
    expect(new Ledger().compare(arrivalsOf('a'))).toEqual([`${SESSION}: messages arrived that nobody wrote`]);
  });
});
