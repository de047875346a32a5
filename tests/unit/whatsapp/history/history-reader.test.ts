import { proto } from '@whiskeysockets/baileys';
import { HistoryReader } from '../../../../src/whatsapp/history/history-reader.ts';

const { HistorySyncType } = proto.HistorySync;
const LID = '111@lid';
const NUMBER = '5491122334455';
const PN = `${NUMBER}@s.whatsapp.net`;

const encoded = (sync: Partial<proto.IHistorySync>) =>
  Buffer.from(proto.HistorySync.encode({ syncType: HistorySyncType.RECENT, ...sync }).finish());

/** Reads the bytes in pieces of this size. */
function read(bytes: Buffer, pieceSize = bytes.length) {
  const reader = new HistoryReader();
  for (let at = 0; at < bytes.length; at += pieceSize) reader.push(bytes.subarray(at, at + pieceSize));
  reader.end();
  return reader.facts;
}

const message = (text: string) => ({
  message: { key: { remoteJid: LID, id: 'A1', fromMe: false }, message: { conversation: text }, pushName: 'Falsa' },
});

const EVERYTHING = encoded({
  conversations: [
    {
      ...{ id: LID, pnJid: PN, name: 'Juan', displayName: 'Juan del pan', messages: [message('x'.repeat(10_000))] },
      ...{ tcToken: Buffer.from('token'), tcTokenTimestamp: 1_700_000_000, tcTokenSenderTimestamp: 1_600_000_000 },
    },
    { id: PN, lidJid: LID, name: 'Juan', username: 'juan.pan' },
    { id: '120363@g.us', name: 'A group', tcToken: Buffer.from('no'), tcTokenTimestamp: 1 },
  ],
  statusV3Messages: [message('a status').message],
  pushnames: [{ id: LID, pushname: 'Juancho' }, { id: 'status@broadcast', pushname: 'no' }, { id: LID }],
  globalSettings: { autoUnarchiveChats: true },
  phoneNumberToLidMappings: [{ lidJid: LID, pnJid: PN }, { lidJid: 'no', pnJid: PN }, { lidJid: LID }],
  progress: 100,
});

it.each([1, 7, 1_000, 100_000])('finds names, numbers and tokens in pieces of %d bytes', (pieceSize) => {
  const { names, mappings, tokens } = read(EVERYTHING, pieceSize);

  expect(names).toEqual([
    { person: LID, savedName: 'Juan del pan' },
    { person: NUMBER, savedName: 'Juan' },
    { person: NUMBER, username: 'juan.pan' },
    { person: LID, pushName: 'Juancho' },
  ]);
  const mapping = { lid: LID, pn: PN };
  expect(mappings).toEqual([mapping, mapping, mapping]);
  const [timestamp, senderTimestamp] = [1_700_000_000, 1_600_000_000];
  expect(tokens).toEqual([{ jid: LID, token: Buffer.from('token'), timestamp, senderTimestamp }]);
});

it('finds nothing in a history of nothing', () => {
  expect(read(encoded({}))).toMatchObject({ names: [], mappings: [], tokens: [], messages: [] });
});

it('skips names and tokens that are longer than any', () => {
  const long = 'x'.repeat(5_000);
  const { names, tokens } = read(
    encoded({
      conversations: [{ id: LID, name: long, tcToken: Buffer.from(long), tcTokenTimestamp: 1 }],
      pushnames: [{ id: LID, pushname: long }],
    }),
  );
  expect([...names, ...tokens]).toEqual([]);
});

it('keeps 20,000 names at most', () => {
  const pushnames = Array.from({ length: 20_001 }, (_, index) => ({ id: `${index}@lid`, pushname: 'x' }));
  expect(read(encoded({ pushnames })).names).toHaveLength(20_000);
});

it.each([
  ['that breaks off', EVERYTHING.subarray(0, -3), /incomplete|longer/],
  ['with an unknown encoding', Buffer.from([0x0f]), /encoding/],
  ['with a number that never ends', Buffer.alloc(20, 0xff), /bytes/],
  ['with a field longer than its chat', Buffer.from([0x12, 0x03, 0x0a, 0x7f, 0x41, ...Buffer.alloc(200)]), /longer/],
  ['of nothing but fields', Buffer.from(Array.from({ length: 2_000_002 }, () => [0x08, 0x01]).flat()), /too many/],
])('refuses a history %s', (_what, bytes, reason) => {
  expect(() => read(bytes)).toThrow(reason);
});
