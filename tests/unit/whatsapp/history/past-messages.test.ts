import { proto, type SignalKeyStore } from '@whiskeysockets/baileys';
import type { IncomingMessage } from '../../../../src/domain/message.ts';
import { HistoryReader } from '../../../../src/whatsapp/history/history-reader.ts';
import { pastMessages } from '../../../../src/whatsapp/history/past-messages.ts';

const LID = '111@lid';
const NUMBER = '5491122334455';
const GROUP = '120363@g.us';
const SENT_MS = 1_700_000_000_000;

type Past = proto.IHistorySyncMsg & { message: proto.IWebMessageInfo };

function past(id: string, text: string, change: Partial<proto.IWebMessageInfo> = {}): Past {
  const key = { remoteJid: 'whatever@lid', id, fromMe: false };
  return {
    message: { key, message: { conversation: text }, messageTimestamp: SENT_MS / 1000, pushName: 'Ana', ...change },
  };
}

function factsOf(conversations: proto.IConversation[], takesMessages = true) {
  const sync = { syncType: proto.HistorySync.HistorySyncType.RECENT, conversations };
  const reader = new HistoryReader(takesMessages);
  reader.push(Buffer.from(proto.HistorySync.encode(sync).finish()));
  reader.end();
  return reader.facts;
}

/** The messages of these conversations, for an account that knows the number of one LID. */
async function read(conversations: proto.IConversation[], sinceMs = 0): Promise<IncomingMessage[]> {
  const get = (_: string, ids: string[]) =>
    Promise.resolve(Object.fromEntries(ids.filter((id) => id === '111_reverse').map((id) => [id, NUMBER])));
  const authState = { creds: { me: { id: '549:1@s.whatsapp.net' } }, keys: { get } as unknown as SignalKeyStore };
  const all: IncomingMessage[] = [];
  const socket = { authState } as unknown as Parameters<typeof pastMessages>[0];
  for await (const piece of pastMessages(socket, factsOf(conversations), { sinceMs, nowMs: SENT_MS + 1 }))
    all.push(...piece);
  return all;
}

it('reads who wrote what and when, in the chat that the history names', async () => {
  const own = past('A2', 'sí', { key: { remoteJid: LID, id: 'A2', fromMe: true } });
  const inGroup = past('A3', 'todos', { participant: LID });
  const messages = await read([
    { id: LID, messages: [past('A1', 'hola'), own] },
    { id: GROUP, messages: [inGroup] },
  ]);

  const ana = { number: NUMBER, lid: LID, pushName: 'Ana' };
  expect(messages).toMatchObject([
    { id: 'A1', chatId: LID, fromMe: false, sender: ana, sentAtMs: SENT_MS, content: { type: 'text', text: 'hola' } },
    { id: 'A2', chatId: LID, fromMe: true, content: { text: 'sí' } },
    { id: 'A3', chatId: GROUP, isGroup: true, sender: ana, content: { text: 'todos' } },
  ]);
});

it('leaves out what is too old, has no content, or makes no sense', async () => {
  const messages: proto.IHistorySyncMsg[] = [
    ...[
      past('A1', 'vieja', { messageTimestamp: SENT_MS / 1000 - 1 }),
      past('', 'sin id'),
      past('A2', '', { message: null }),
    ],
    ...[
      past('A3', '', {
        message: { protocolMessage: { type: proto.Message.ProtocolMessage.Type.PEER_DATA_OPERATION_REQUEST_MESSAGE } },
      }),
      {},
      past('A4', 'hola'),
    ],
  ];

  expect((await read([{ id: LID, messages }], SENT_MS)).map(({ id }) => id)).toEqual(['A4']);
  expect(await read([{ messages: [past('A5', 'sin chat')] }])).toEqual([]);
});

it('takes no more of a part than there is room for, whichever chat it is in, and nothing unless it is kept', () => {
  const messages = [past('A1', 'x'.repeat(200_000))];
  const many = Array.from({ length: 200 }, () => ({ id: LID, messages }));
  const facts = factsOf(many);
  expect(facts.messages.length).toBeLessThan(170);
  expect(facts.takesMessages).toBe(false);
  expect(factsOf([{ id: LID, messages: many.flatMap((chat) => chat.messages) }]).messages.length).toBeLessThan(170);
  expect(factsOf([{ id: LID, messages: [past('A1', 'x'.repeat(300_000)), past('A2', 'hola')] }]).messages).toHaveLength(
    1,
  );
  expect(factsOf(many, false).messages).toEqual([]);
});
