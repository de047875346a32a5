import { type BinaryNode } from '@whiskeysockets/baileys';
import { BatchDecryption, type Letter } from '../../../src/whatsapp/signal/batch-decryption.ts';

const JUAN = '222@lid';
const GROUP = '1@g.us';

/** An encrypted part, whose bytes nothing else has. */
const enc = (type: string): BinaryNode => ({ tag: 'enc', attrs: { v: '2', type }, content: Buffer.from('sealed') });

const stanza = (attrs: Record<string, string>, ...content: BinaryNode[]): BinaryNode => ({
  ...{ tag: 'message', attrs: { id: 'A1', ...attrs }, content },
});

const direct = (from = JUAN): BinaryNode => stanza({ from }, enc('msg'));
const inGroup = (): BinaryNode => stanza({ from: GROUP, participant: JUAN }, enc('skmsg'));

/** The bytes of the first encrypted part. */
function sealed({ content }: BinaryNode): Uint8Array {
  return (content as BinaryNode[]).find(({ tag }) => tag === 'enc')!.content as Uint8Array;
}

/** Decryption whose letters are noted, and say "1", "2" and so on, as far as `readable` of them can be read. */
function start(readable = Infinity) {
  const asked: (readonly Letter[])[] = [];
  const batch = new BatchDecryption();
  batch.decryptWith((letters) => {
    asked.push(letters);
    return Promise.resolve(letters.slice(0, readable).map((_, at) => Buffer.from(String(at + 1))));
  });
  const saidBy = (stanzas: BinaryNode[]) =>
    stanzas.map((each) => batch.of(sealed(each))).map((plaintext) => plaintext && Buffer.from(plaintext).toString());
  return { batch, asked, saidBy };
}

it('decrypts together what persons and members of groups wrote, each with its address', async () => {
  const { batch, asked, saidBy } = start();
  const stanzas = [direct(), inGroup(), direct('5492@s.whatsapp.net')];

  await batch.open(stanzas);

  expect(asked).toEqual([
    [
      { type: 'msg', ciphertext: sealed(stanzas[0]!), author: JUAN, chat: JUAN },
      { type: 'skmsg', ciphertext: sealed(stanzas[1]!), author: JUAN, chat: GROUP },
      { type: 'msg', ciphertext: sealed(stanzas[2]!), author: '5492@s.whatsapp.net', chat: '5492@s.whatsapp.net' },
    ],
  ]);
  expect(saidBy(stanzas)).toEqual(['1', '2', '3']);
  expect(batch.of(Buffer.from('sealed'))).toBeUndefined();
});

it('reads a message beside whose text there is more that is not encrypted', async () => {
  const { batch, saidBy } = start();
  const other: BinaryNode = { tag: 'reporting', attrs: {}, content: [] };
  const stanzas = [stanza({ from: JUAN }, other, enc('msg')), direct()];

  await batch.open(stanzas);

  expect(saidBy(stanzas)).toEqual(['1', '2']);
});

it.each<[string, BinaryNode]>([
  ['that begins a Signal session', stanza({ from: JUAN }, enc('pkmsg'))],
  ['with the key of its group', stanza({ from: GROUP, participant: JUAN }, enc('pkmsg'), enc('skmsg'))],
  ['with two encrypted parts', stanza({ from: JUAN }, enc('msg'), enc('msg'))],
  ['in a group, but encrypted for us alone', stanza({ from: GROUP, participant: JUAN }, enc('msg'))],
  ['of a group without a member', stanza({ from: GROUP }, enc('skmsg'))],
  ['of a person, but encrypted for a group', stanza({ from: JUAN }, enc('skmsg'))],
  ['to a broadcast list', stanza({ from: '1@broadcast', participant: JUAN }, enc('skmsg'))],
  ['with a status', stanza({ from: 'status@broadcast', participant: JUAN }, enc('skmsg'))],
  ['of a newsletter', stanza({ from: '1@newsletter' }, enc('msg'))],
  ['of nobody', stanza({}, enc('msg'))],
  ['that is not encrypted', stanza({ from: JUAN }, { tag: 'plaintext', attrs: {}, content: Buffer.from('hola') })],
  ['without bytes', stanza({ from: JUAN }, { tag: 'enc', attrs: { type: 'msg' } })],
  ['without a type', stanza({ from: JUAN }, { tag: 'enc', attrs: {}, content: Buffer.from('sealed') })],
  ['that is empty', { tag: 'message', attrs: { from: JUAN } }],
])('leaves a message %s to Baileys, with all after it', async (_, odd) => {
  const { batch, asked, saidBy } = start();
  const [first, second, after] = [direct(), direct(), direct()];

  await batch.open([first, second, odd, after]);

  expect(asked.map((letters) => letters.map(({ ciphertext }) => ciphertext))).toEqual([
    [sealed(first), sealed(second)],
  ]);
  expect(saidBy([first, second, after])).toEqual(['1', '2', undefined]);
});

it('does nothing for one alone, which Baileys asks for at once', async () => {
  const { batch, asked } = start();

  await batch.open([direct()]);
  await batch.open([direct(), stanza({ from: JUAN }, enc('pkmsg'))]);
  await batch.open([]);

  expect(asked).toEqual([]);
});

it('knows those before the first that cannot be decrypted', async () => {
  const { batch, saidBy } = start(1);
  const stanzas = [direct(), direct(), direct()];

  await batch.open(stanzas);

  expect(saidBy(stanzas)).toEqual(['1', undefined, undefined]);
});

it('leaves everything to Baileys when nothing can be stored, or nobody decrypts', async () => {
  const batch = new BatchDecryption();
  const stanzas = [direct(), direct()];

  await batch.open(stanzas);
  batch.decryptWith(() => Promise.reject(new Error('disk full')));
  await batch.open(stanzas);

  expect(stanzas.map((each) => batch.of(sealed(each)))).toEqual([undefined, undefined]);
});
