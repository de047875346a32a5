import { type Received } from '../harness/test-backend.ts';
import { Ledger } from './ledger.ts';

const SESSION = 'session_1';

function ledgerOf(...contents: string[]): Ledger {
  const ledger = new Ledger();
  for (const content of contents) ledger.note(SESSION, content);
  return ledger;
}

/** Messages as the backend takes them, with numbers and ids in their order. */
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
  it('has nothing to say when all came in order, also when some came twice under one webhook-id', () => {
    const [first, second, third] = arrivalsOf('a', 'b', 'c') as [Received, Received, Received];

    expect(ledgerOf('a', 'b', 'c').compare([first, second, second, third, first])).toEqual([]);
  });

  it.each([
    ['one that is lost', ['a', 'c'], 'after 1 right messages of 3 came “c” instead of “b”, which never came'],
    ['one that is late', ['a', 'c', 'b'], 'after 1 right messages of 3 came “c” instead of “b”, which came 1 later'],
    ['a lost end', ['a'], 'after 1 right messages of 3 nothing more came; “b” is the first that is missing'],
    [
      'one that is doubled',
      ['a', 'b', 'c', 'a'],
      'after 3 right messages of 3 came another one, “a”, under a second webhook-id',
    ],
    [
      'one that nobody wrote',
      ['a', 'b', 'c', 'd'],
      'after 3 right messages of 3 came another one, “d”, which nobody wrote',
    ],
    [
      'one that cannot be read',
      ['a', null, 'c'],
      'after 1 right messages of 3 came “(undecryptable)” instead of “b”, which never came',
    ],
  ])('tells of %s', (_, contents, sentence) => {
    expect(ledgerOf('a', 'b', 'c').compare(arrivalsOf(...contents))).toEqual([`${SESSION}: ${sentence}`]);
  });

  it('tells of a gap in the numbers, of whatever kind the callbacks are', () => {
    const arrivals = arrivalsOf('a', 'b', 'c');
    arrivals[1]!.headers['x-session-seq'] = '4';

    expect(ledgerOf('a', 'b', 'c').compare(arrivals)).toEqual([
      `${SESSION}: the callback in place 2 has x-session-seq 4`,
    ]);
  });

  it('tells of messages to a session to which nobody wrote', () => {
    expect(new Ledger().compare(arrivalsOf('a'))).toEqual([`${SESSION}: messages came to it, and nobody wrote any`]);
  });
});
