import { EventEmitter } from 'node:events';
import { type BinaryNode, decodeBinaryNode, type WASocket } from '@whiskeysockets/baileys';
import fc from 'fast-check';
import { isFit, takeUnfitStanzas } from '../../../src/whatsapp/baileys/unfit-stanzas.ts';

const RECEIPT: BinaryNode = { tag: 'receipt', attrs: { id: 'A1', from: '1@lid', t: '1' } };

const DEAF = { isGivenUp: () => false, dropped: () => undefined, failed: () => undefined };

function withAttrs(attrs: Record<string, string>): BinaryNode {
  return { ...RECEIPT, attrs: { ...RECEIPT.attrs, ...attrs } };
}

/** A socket that records what is sent, with what happens to stanzas. */
function startSocket(givenUp: (stanza: BinaryNode) => boolean = () => false) {
  const ws = new EventEmitter();
  const sent: Uint8Array[] = [];
  const [dropped, failures]: [BinaryNode[], unknown[]] = [[], []];
  const sendRawMessage = (bytes: Uint8Array) => Promise.resolve(void sent.push(bytes));
  takeUnfitStanzas({ ws, sendRawMessage } as unknown as WASocket, {
    isGivenUp: givenUp,
    dropped: (stanza) => dropped.push(stanza),
    failed: (error) => failures.push(error),
  });
  const heard: string[] = [];
  for (const event of ['CB:receipt', 'CB:receipt,from', 'CB:iq']) ws.on(event, () => heard.push(event));
  const receive = (stanza: BinaryNode): void => {
    for (const event of [`CB:${stanza.tag},from`, `CB:${stanza.tag}`]) ws.emit(event, stanza);
  };
  return { ws, sent, dropped, failures, heard, receive };
}

describe('a stanza is fit for Baileys', () => {
  it.each([
    '1@lid',
    '1:99@hosted.lid',
    '1:255@s.whatsapp.net',
    '1-2@g.us',
    '@s.whatsapp.net',
    's.whatsapp.net',
    'status@broadcast',
  ])('from %s', (from) => {
    expect(isFit(withAttrs({ from }))).toBe(true);
  });

  it.each(['', 'x', 'lid', '1:x@lid', '1:256@lid', '1_2@lid', '7-1:0@interop', '1:2:3@lid', '1:2@g.us', '1@', '@'])(
    'but not from “%s”',
    (from) => {
      expect(isFit(withAttrs({ from }))).toBe(false);
    },
  );

  it.each([
    ['id', ''],
    ['id', '1:x@lid'],
    ['id', '1:0@lid'],
    ['id', 'undefined1@'],
    ['id', ':1@c.us'],
    ['participant', ''],
    ['participant', '1:x@lid'],
    ['participant', '0x10'],
    ['recipient', '1:x@lid'],
    ['type', '1:x@lid'],
    ['type', ':1@c.us'],
  ])('and not with the %s “%s”', (name, text) => {
    expect(isFit(withAttrs({ [name]: text }))).toBe(false);
  });
});

it('a message with more ciphertexts than WhatsApp ever sends is not fit', () => {
  const ciphertexts = (count: number) => Array.from({ length: count }, () => ({ tag: 'enc', attrs: {} }));

  const fit = [2, 8, 9].map((count) => isFit({ ...RECEIPT, tag: 'message', content: ciphertexts(count) }));

  expect(fit).toEqual([true, true, false]);
});

describe('stanzas', () => {
  it('that are fit reach their listeners; others are acknowledged once, as they are', async () => {
    const { sent, dropped, heard, receive } = startSocket();
    const odd = withAttrs({ id: 'x'.repeat(10_000), participant: '1:x@lid', type: 'a\0b' });

    receive(RECEIPT);
    receive(odd);
    receive({ tag: 'receipt', attrs: {} });

    expect(heard).toEqual(['CB:receipt,from', 'CB:receipt']);
    expect(dropped).toEqual([odd, { tag: 'receipt', attrs: {} }]);
    const acks = await Promise.all(sent.map((bytes) => decodeBinaryNode(Buffer.from(bytes))));
    const { id, from: to, participant, type } = odd.attrs;
    expect(acks).toEqual([{ tag: 'ack', attrs: { id, to, class: 'receipt', participant, type } }]);
  });

  it('for which nobody waits any more are acknowledged, too', () => {
    const { sent, heard, receive } = startSocket(() => true);

    receive(RECEIPT);

    expect([heard, sent.length]).toEqual([[], 1]);
  });

  it('that are not kept by WhatsApp are left alone', () => {
    const { ws, heard } = startSocket(() => true);

    ws.emit('CB:iq', { tag: 'iq', attrs: {} });

    expect(heard).toEqual(['CB:iq']);
  });

  it('at which a listener throws are reported', () => {
    const { ws, failures, receive } = startSocket();
    ws.on('CB:receipt', () => {
      throw new Error('odd');
    });

    receive(RECEIPT);

    expect(failures).toMatchObject([{ message: 'odd' }]);
  });
});

/** Everything that Baileys emits of a stanza, in its order (`onMessageReceived`). */
function namesOf({ tag, attrs, content }: BinaryNode): string[] {
  const child = Array.isArray(content) ? content[0]?.tag : '';
  const ofAttrs = Object.entries(attrs).flatMap(([key, value]) => {
    const name = `CB:${tag},${key}`;
    return [`${name}:${value},${String(child)}`, `${name}:${value}`, name];
  });
  return ['frame', `TAG:${attrs.id ?? ''}`, ...ofAttrs, `CB:${tag},,${String(child)}`, `CB:${tag}`];
}

it('a stanza that is fit, or not kept, reaches whoever listens to any of its names, as without us', () => {
  const attrs = fc.dictionary(fc.constantFrom('type', 't', 'constructor'), fc.constantFrom('A1', 'x', '1@lid', 'a,b'));
  const tag = fc.constantFrom('message', 'receipt', 'notification', 'iq', 'ib', 'frame', 'CB:iq');
  const children = fc.array(fc.constant<BinaryNode>({ tag: 'enc', attrs: {} }), { maxLength: 1 });
  const when = fc.array(fc.constantFrom('before', 'after', 'never'), { minLength: 14, maxLength: 14 });

  fc.assert(
    fc.property(tag, attrs, children, when, (ofTag, drawn, content, times) => {
      const stanza: BinaryNode = { tag: ofTag, attrs: { id: 'A1', from: '1@lid', ...drawn }, content };
      const sides = ['plain', 'ours'].map((side) => {
        const [ws, heard]: [EventEmitter, string[]] = [new EventEmitter(), []];
        const listen = (time: string): void =>
          namesOf(stanza).forEach((name, at) => {
            if (times[at] === time) ws.on(name, (received) => heard.push(`${name} ${received === stanza}`));
          });
        listen('before');
        if (side === 'ours') takeUnfitStanzas({ ws } as unknown as WASocket, DEAF);
        listen('after');
        for (const name of namesOf(stanza)) ws.emit(name, stanza);
        return heard;
      });
      expect(sides[1]).toEqual(sides[0]);
    }),
  );
});

it('a stanza is judged once, and again when it comes again', () => {
  let judged = 0;
  const { receive, heard } = startSocket(() => (judged += 1) === 0);

  receive(RECEIPT);
  expect(judged).toBe(1);

  receive(RECEIPT);
  expect([judged, heard.length]).toEqual([2, 4]);
});
