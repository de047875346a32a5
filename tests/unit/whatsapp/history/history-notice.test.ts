import { downloadAndProcessHistorySyncNotification, proto, type WAMessage } from '@whiskeysockets/baileys';
import { takeHistory } from '../../../../src/whatsapp/history/history-notice.ts';

const FILE = {
  ...{ directPath: '/v/file', mediaKey: Buffer.from('key'), fileSha256: Buffer.from('sum') },
  ...{ fileEncSha256: Buffer.from('sealed sum'), fileLength: 5 },
};

function notification(fields: proto.Message.IHistorySyncNotification, fromMe = true): WAMessage {
  const historySyncNotification = { syncType: proto.HistorySync.HistorySyncType.RECENT, ...fields };
  const type = proto.Message.ProtocolMessage.Type.HISTORY_SYNC_NOTIFICATION;
  return { key: { id: 'A1', fromMe }, message: { protocolMessage: { type, historySyncNotification } } };
}

it.each([
  ['a file', FILE, { file: expect.objectContaining({ directPath: '/v/file', mediaKey: FILE.mediaKey }) }],
  ['a part', { initialHistBootstrapInlinePayload: Buffer.from('x') }, { inline: Buffer.from('x') }],
  ['nothing', {}, undefined],
])('takes %s, and leaves Baileys a history with nothing in it', async (_what, fields, notice) => {
  const message = notification(fields);

  expect(takeHistory(message)).toEqual(notice);

  const left = message.message!.protocolMessage!.historySyncNotification!;
  expect(left.directPath).toBeFalsy();
  const { chats, contacts, messages, lidPnMappings } = await downloadAndProcessHistorySyncNotification(left, {});
  expect([chats, contacts, messages, lidPnMappings]).toEqual([[], [], [], []]);
});

it('takes no history that somebody else sends, nor does Baileys get it', () => {
  const message = notification(FILE, false);
  expect(takeHistory(message)).toBeUndefined();
  expect(message.message!.protocolMessage!.historySyncNotification!.directPath).toBeFalsy();
});

it('leaves other messages alone', () => {
  const message = { key: { fromMe: true }, message: { conversation: 'hola' } };
  expect(takeHistory(message)).toBeUndefined();
  expect(message.message).toEqual({ conversation: 'hola' });
});
