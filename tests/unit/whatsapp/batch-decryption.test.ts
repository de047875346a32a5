import type { BinaryNode } from '@whiskeysockets/baileys';
import { BatchDecryption, type EncryptedMessage } from '../../../src/whatsapp/signal/batch-decryption.ts';

const JUAN = '222@lid';
const GROUP = '1@g.us';

/** An encrypted part with bytes of its own. */
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

/**
 * A batch decryption that records its messages, whose plaintexts are "1", "2" and so on, for the first `readable` of
 * them.
 */
function start(readable = Infinity) {
  const asked: (readonly EncryptedMessage[])[] = [];
  const batch = new BatchDecryption();
  batch.decryptWith((messages) => {
    asked.push(messages);
    return Promise.resolve(messages.slice(0, readable).map((_, at) => Buffer.from(String(at + 1))));
  });
  const plaintextsOf = (stanzas: BinaryNode[]) =>
    stanzas
      .map((each) => batch.plaintextOf(sealed(each)))
      .map((plaintext) => plaintext && Buffer.from(plaintext).toString());
  return { batch, asked, plaintextsOf };
}

it('decrypts messages of people and group members together, each with its addresses', async () => {
  const { batch, asked, plaintextsOf } = start();
  const stanzas = [direct(), inGroup(), direct('5492@s.whatsapp.net')];

  await batch.decrypt(stanzas);

  expect(asked).toEqual([
    [
      { type: 'msg', ciphertext: sealed(stanzas[0]!), sender: JUAN, chat: JUAN },
      { type: 'skmsg', ciphertext: sealed(stanzas[1]!), sender: JUAN, chat: GROUP },
      { type: 'msg', ciphertext: sealed(stanzas[2]!), sender: '5492@s.whatsapp.net', chat: '5492@s.whatsapp.net' },
    ],
  ]);
  expect(plaintextsOf(stanzas)).toEqual(['1', '2', '3']);
  expect(batch.plaintextOf(Buffer.from('sealed'))).toBeUndefined();
});

it('decrypts a message that also has parts that are not encrypted', async () => {
  const { batch, plaintextsOf } = start();
  const other: BinaryNode = { tag: 'reporting', attrs: {}, content: [] };
  const stanzas = [stanza({ from: JUAN }, other, enc('msg')), direct()];

  await batch.decrypt(stanzas);

  expect(plaintextsOf(stanzas)).toEqual(['1', '2']);
});

it.each<[string, BinaryNode]>([
  ['that begins a Signal session', stanza({ from: JUAN }, enc('pkmsg'))],
  ['with the key of its group', stanza({ from: GROUP, participant: JUAN }, enc('pkmsg'), enc('skmsg'))],
  ['with two encrypted parts', stanza({ from: JUAN }, enc('msg'), enc('msg'))],
  ['in a group, but encrypted only for us', stanza({ from: GROUP, participant: JUAN }, enc('msg'))],
  ['of a group without a member', stanza({ from: GROUP }, enc('skmsg'))],
  ['of a person, but encrypted for a group', stanza({ from: JUAN }, enc('skmsg'))],
  ['to a broadcast list', stanza({ from: '1@broadcast', participant: JUAN }, enc('skmsg'))],
  ['with a status', stanza({ from: 'status@broadcast', participant: JUAN }, enc('skmsg'))],
  ['of a newsletter', stanza({ from: '1@newsletter' }, enc('msg'))],
  ['without a sender', stanza({}, enc('msg'))],
  ['that is not encrypted', stanza({ from: JUAN }, { tag: 'plaintext', attrs: {}, content: Buffer.from('hola') })],
  ['without bytes', stanza({ from: JUAN }, { tag: 'enc', attrs: { type: 'msg' } })],
  ['without a type', stanza({ from: JUAN }, { tag: 'enc', attrs: {}, content: Buffer.from('sealed') })],
  ['that is empty', { tag: 'message', attrs: { from: JUAN } }],
])('leaves a message %s, and all after it, to Baileys', async (_, odd) => {
  const { batch, asked, plaintextsOf } = start();
  const [first, second, after] = [direct(), direct(), direct()];

  await batch.decrypt([first, second, odd, after]);

  expect(asked.map((messages) => messages.map(({ ciphertext }) => ciphertext))).toEqual([
    [sealed(first), sealed(second)],
  ]);
  expect(plaintextsOf([first, second, after])).toEqual(['1', '2', undefined]);
});

it('does nothing for a single message, which Baileys decrypts at once', async () => {
  const { batch, asked } = start();

  await batch.decrypt([direct()]);
  await batch.decrypt([direct(), stanza({ from: JUAN }, enc('pkmsg'))]);
  await batch.decrypt([]);

  expect(asked).toEqual([]);
});

it('has the plaintexts up to the first message that cannot be decrypted', async () => {
  const { batch, plaintextsOf } = start(1);
  const stanzas = [direct(), direct(), direct()];

  await batch.decrypt(stanzas);

  expect(plaintextsOf(stanzas)).toEqual(['1', undefined, undefined]);
});

it('leaves everything to Baileys when nothing can be stored, or no decryption is set', async () => {
  const batch = new BatchDecryption();
  const stanzas = [direct(), direct()];

  await batch.decrypt(stanzas);
  batch.decryptWith(() => Promise.reject(new Error('disk full')));
  await batch.decrypt(stanzas);

  expect(stanzas.map((each) => batch.plaintextOf(sealed(each)))).toEqual([undefined, undefined]);
});
