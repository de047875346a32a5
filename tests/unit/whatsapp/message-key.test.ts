import { cleanMessage, type WAMessage, type WAMessageKey } from '@whiskeysockets/baileys';
import { messageKeyOf } from '../../../src/whatsapp/signal/message-key.ts';

const ME = ['5491000000000:1@s.whatsapp.net', '11:1@lid'] as const;

it.each<[string, WAMessageKey]>([
  ['a phone', { remoteJid: '5491@s.whatsapp.net' }],
  ['a linked device', { remoteJid: '222:7@lid' }],
  ['a hosted device', { remoteJid: '5491:99@hosted' }],
  ['a hosted device, by LID', { remoteJid: '222:99@hosted.lid' }],
  ['a hosted device in a group', { remoteJid: '1203@g.us', participant: '222:99@hosted.lid' }],
])('the key of a message by %s stays the same when Baileys cleans its addresses', (_, key) => {
  const message: WAMessage = { key: { id: 'A1', ...key } };
  const before = messageKeyOf(message.key);

  cleanMessage(message, ...ME);

  expect(messageKeyOf(message.key)).toBe(before);
});
