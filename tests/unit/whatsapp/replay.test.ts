import { encodeWAMessage, proto } from '@whiskeysockets/baileys';
import type { JournalEntry } from '../../../src/ports/signal.ts';
import { messageKeyOf } from '../../../src/whatsapp/signal/message-key.ts';
import { messagesOf } from '../../../src/whatsapp/receive/replay.ts';

const ME = { id: '5491000000000:1@s.whatsapp.net', lid: '11:1@lid' };
const DIRECT = { id: 'A1', from: '222@lid', sender_pn: '5492@s.whatsapp.net', notify: 'Juan', t: '1700000000' };
const GROUP = {
  id: 'A2',
  from: '1@g.us',
  participant: '222:3@lid',
  participant_pn: '5492@s.whatsapp.net',
  t: '1700000000',
};

function entry(attrs: Record<string, string>, plaintext: Uint8Array, delivery = attrs.id ?? ''): JournalEntry {
  const { from = null, participant = null, id = null } = attrs;
  const messageKey = messageKeyOf({ remoteJid: from, participant, id });
  return { ciphertextHash: plaintext, messageKey, delivery, parts: 1, attrs, plaintext };
}

const text = (conversation: string) => encodeWAMessage({ conversation });

describe('a message in the journal', () => {
  it('is read even if it refers to nothing, for which Baileys throws', () => {
    const [reaction] = messagesOf([entry(DIRECT, encodeWAMessage({ reactionMessage: { text: '👍' } }))], ME);

    expect(reaction?.message).toMatchObject({
      key: { remoteJid: '222@lid' },
      message: { reactionMessage: { text: '👍' } },
    });
  });

  it('is read as the message that it was, in order', () => {
    const [direct, group] = messagesOf(
      [entry(DIRECT, text('hola')), entry({ ...GROUP, offline: '0' }, text('a todos'))],
      ME,
    );

    expect(direct).toMatchObject({
      offline: false,
      message: {
        key: { remoteJid: '222@lid', remoteJidAlt: '5492@s.whatsapp.net', fromMe: false, id: 'A1' },
        message: { conversation: 'hola' },
        pushName: 'Juan',
        messageTimestamp: 1_700_000_000,
      },
    });
    expect(group).toMatchObject({
      offline: true,
      message: { key: { remoteJid: '1@g.us', participant: '222@lid' }, message: { conversation: 'a todos' } },
    });
  });

  it('is one message when it arrived in parts', () => {
    const key = encodeWAMessage({ senderKeyDistributionMessage: { groupId: '1@g.us' } });
    const messages = messagesOf([entry(GROUP, key, 'D'), entry(GROUP, text('hola'), 'D')], ME);

    expect(messages).toMatchObject([{ message: { message: { conversation: 'hola' } } }]);
  });

  it('is unwrapped when the owner wrote it on the phone', () => {
    const own = { id: 'A3', from: '11@lid', recipient: '222@lid', peer_recipient_pn: '5492@s.whatsapp.net', t: '1' };
    const wrapped = encodeWAMessage({
      deviceSentMessage: { destinationJid: '222@lid', message: { conversation: 'yo' } },
    });

    expect(messagesOf([entry(own, wrapped)], ME)).toMatchObject([
      { message: { key: { fromMe: true, remoteJid: '222@lid' }, message: { conversation: 'yo' } } },
    ]);
  });

  it('does not block the others when it is unreadable', () => {
    const messages = messagesOf([entry(DIRECT, Buffer.from([255, 255, 1])), entry(GROUP, text('después'))], ME);

    expect(messages.map(({ message }) => message.messageStubType ?? null)).toEqual([
      proto.WebMessageInfo.StubType.CIPHERTEXT,
      null,
    ]);
    expect(messages[0]?.message.key.id).toBe('A1');
  });
});
