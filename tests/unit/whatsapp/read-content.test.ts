import { proto } from '@whiskeysockets/baileys';
import { readContent } from '../../../src/whatsapp/messages/read.ts';

const { Type } = proto.Message.ProtocolMessage;
const text = { conversation: 'hola' };

describe('the content of a message', () => {
  it.each<[string, proto.IMessage, object]>([
    ['plain text', text, { type: 'text', text: 'hola', media: null }],
    [
      'a text that replies, mentions people and was forwarded',
      {
        extendedTextMessage: {
          text: 'sí',
          contextInfo: { stanzaId: 'A1', mentionedJid: ['5491@s.whatsapp.net', '77@lid'], isForwarded: true },
        },
      },
      { type: 'text', text: 'sí', quotedMessageId: 'A1', mentions: ['5491', '77@lid'], isForwarded: true },
    ],
    ['a disappearing message', { ephemeralMessage: { message: text } }, { type: 'text', text: 'hola' }],
    [
      'a wrapper in a wrapper',
      { ephemeralMessage: { message: { viewOnceMessageV2: { message: { imageMessage: { caption: 'mira' } } } } } },
      { type: 'image', text: 'mira' },
    ],
    ['an unknown wrapper', { groupMentionedMessage: { message: text } }, { type: 'text', text: 'hola' }],
    [
      'a document with its caption',
      { documentWithCaptionMessage: { message: { documentMessage: { fileName: 'a.pdf', caption: 'factura' } } } },
      { type: 'document', text: 'factura', media: { file_name: 'a.pdf', caption: 'factura', path: null, url: null } },
    ],
    [
      'a document, named without folders and hidden marks',
      { documentMessage: { fileName: '../../\u202egpj.exe' } },
      { type: 'document', media: { file_name: 'gpj.exe' } },
    ],
    [
      'a picture, described',
      {
        imageMessage: {
          mimetype: 'image/jpeg',
          fileLength: 1234,
          width: 10,
          height: 20,
          fileSha256: Buffer.from('abc'),
          jpegThumbnail: Buffer.from('def'),
        },
      },
      {
        type: 'image',
        text: null,
        media: { mimetype: 'image/jpeg', size: 1234, width: 10, height: 20, sha256: 'YWJj', thumbnail: 'ZGVm' },
      },
    ],
    ['a voice note', { audioMessage: { ptt: true, seconds: 3 } }, { type: 'voice', media: { seconds: 3 } }],
    ['a song', { audioMessage: { seconds: 180 } }, { type: 'audio', media: { seconds: 180 } }],
    ['a round video', { ptvMessage: { seconds: 5 } }, { type: 'video', media: { seconds: 5 } }],
    ['a sticker', { stickerMessage: { mimetype: 'image/webp' } }, { type: 'sticker', text: null }],
    [
      'an unknown kind',
      { questionReplyMessage: {}, messageContextInfo: {} },
      { type: 'unsupported', text: null, unsupportedKeys: ['questionReplyMessage'] },
    ],
    [
      'an unknown kind, in a wrapper',
      { ephemeralMessage: { message: { bcallMessage: {}, messageContextInfo: {} } } },
      { type: 'unsupported', unsupportedKeys: ['bcallMessage'] },
    ],
    [
      'a wrapper around something that has not even a name',
      { ephemeralMessage: { message: {} } },
      { type: 'unsupported', unsupportedKeys: ['ephemeralMessage'] },
    ],
    ['a message with nothing but blanks', { conversation: ' ' }, { type: 'text', text: ' ' }],
    [
      'what a business wrote above its buttons',
      { templateMessage: { hydratedTemplate: { hydratedContentText: 'Elija' } } },
      { type: 'text', text: 'Elija' },
    ],
  ])('%s', (_, message, content) => {
    expect(readContent(message)).toMatchObject(content);
  });

  it.each<[string, proto.IMessage]>([
    ['nothing at all', {}],
    ['a sender key', { senderKeyDistributionMessage: { groupId: 'g' }, messageContextInfo: {} }],
    ['a history notification', { protocolMessage: { type: Type.HISTORY_SYNC_NOTIFICATION } }],
    ['keys of the app state', { protocolMessage: { type: Type.APP_STATE_SYNC_KEY_SHARE } }],
    [
      'the head of an album, whose pictures arrive as messages of their own',
      { albumMessage: { expectedImageCount: 2 } },
    ],
  ])('is undefined when it is bookkeeping: %s', (_, message) => {
    expect(readContent(message)).toBeUndefined();
  });

  it('does not unwrap without end', () => {
    let message: proto.IMessage = text;
    for (let depth = 0; depth < 50; depth += 1) message = { ephemeralMessage: { message } };

    expect(readContent(message)).toMatchObject({ type: 'unsupported' });
  });
});
