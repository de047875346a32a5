import type { SignalKeyStore, WAMessage } from '@whiskeysockets/baileys';
import { readIncoming } from '../../../src/whatsapp/receive/incoming.ts';
import { peopleOf } from '../../../src/whatsapp/addressing/people.ts';

const me = { id: '5491000000000:1@s.whatsapp.net', lid: '11@lid' };
const LID = '222222@lid';
const RECEIVED_AT_MS = 1_800_000_000_000;

/** The lookups, where WhatsApp has revealed these names. */
function lookUps(names: Record<string, string> = {}) {
  const keys = { get: () => Promise.resolve(names) } as unknown as SignalKeyStore;
  return {
    people: (all: Parameters<typeof peopleOf>[1]) => peopleOf(keys, all),
    groupName: () => Promise.resolve(null),
    messages: () => Promise.resolve([]),
    isAdmin: () => Promise.resolve(false),
    ignored: () => undefined,
    unknownFields: () => Promise.resolve([]),
  };
}

const unknown = lookUps();

function arrival(key: object, rest: object = {}) {
  const message = {
    key: { id: 'A1', ...key },
    message: { conversation: 'hola' },
    messageTimestamp: 1_700_000_000,
    ...rest,
  };
  return { message: message as WAMessage, receivedAtMs: RECEIVED_AT_MS, offline: false, me };
}

describe('the sender of a message', () => {
  it.each<[string, object, object]>([
    ['addressed by number', { remoteJid: '5491@s.whatsapp.net' }, { number: '5491', lid: null }],
    [
      'addressed by number, with the LID beside it',
      { remoteJid: '5491@s.whatsapp.net', remoteJidAlt: LID },
      { number: '5491', lid: LID },
    ],
    [
      'addressed by LID, with the number beside it',
      { remoteJid: LID, remoteJidAlt: '5491@s.whatsapp.net' },
      { number: '5491', lid: LID },
    ],
    [
      'in a group, by LID',
      { remoteJid: '1203@g.us', participant: '222222:7@lid', participantAlt: '5491@s.whatsapp.net' },
      { number: '5491', lid: LID },
    ],
    [
      'on a hosted device, by number',
      { remoteJid: '5491:99@hosted', remoteJidAlt: '222222:99@hosted.lid' },
      { number: '5491', lid: LID },
    ],
    [
      'on a hosted device, by LID',
      { remoteJid: '222222:99@hosted.lid', remoteJidAlt: '5491:99@hosted' },
      { number: '5491', lid: LID },
    ],
    [
      'on a hosted device, in a group',
      { remoteJid: '1203@g.us', participant: '222222:99@hosted.lid', participantAlt: '5491:99@hosted' },
      { number: '5491', lid: LID },
    ],
    [
      'addressed by something that is no number',
      { remoteJid: 'constructor@s.whatsapp.net' },
      { number: null, lid: null },
    ],
    [
      'the owner, writing on the phone',
      { remoteJid: LID, remoteJidAlt: '5492@s.whatsapp.net', fromMe: true },
      { number: '5491000000000', lid: '11@lid' },
    ],
  ])('%s', async (_, key, sender) => {
    expect((await readIncoming(arrival(key), unknown))?.sender).toMatchObject(sender);
  });

  it('has its number looked up when WhatsApp gives only the LID, or null when it is unknown', async () => {
    const known = lookUps({ '222222_reverse': '5491' });

    expect((await readIncoming(arrival({ remoteJid: LID }), known))?.sender).toMatchObject({
      number: '5491',
      lid: LID,
    });
    expect((await readIncoming(arrival({ remoteJid: LID }), unknown))?.sender).toMatchObject({
      number: null,
      lid: LID,
    });
  });
});

it('mentioned people are named by number where it is known', async () => {
  const mentionedJid = ['5492@s.whatsapp.net', LID, '333@lid'];
  const message = { extendedTextMessage: { text: 'hola', contextInfo: { mentionedJid } } };

  const read = await readIncoming(arrival({ remoteJid: LID }, { message }), lookUps({ '222222_reverse': '5491' }));

  expect(read?.content.mentions).toEqual(['5492', '5491', '333@lid']);
});

it('mentions of what is neither a number nor a LID are left as they are', async () => {
  const mentionedJid = ['constructor@s.whatsapp.net', 'constructor@lid'];
  const message = { extendedTextMessage: { text: 'hola', contextInfo: { mentionedJid } } };

  const read = await readIncoming(arrival({ remoteJid: LID }, { message }), lookUps());

  expect(read?.content.mentions).toEqual(mentionedJid);
});

describe('a message', () => {
  it('keeps its id, its time and its push name', async () => {
    const read = await readIncoming(arrival({ remoteJid: '5491:3@s.whatsapp.net' }, { pushName: 'Juan' }), unknown);

    expect(read).toMatchObject({
      id: 'A1',
      chatId: '5491@s.whatsapp.net',
      sentAtMs: 1_700_000_000_000,
      isGroup: false,
    });
    expect(read?.sender.pushName).toBe('Juan');
  });

  it.each([undefined, null, Number.NaN, 0, -1, Infinity, 8_640_000_000_001, 253_402_300_800])(
    'was sent when it arrived, if WhatsApp gives %p as its time',
    async (messageTimestamp) => {
      const read = await readIncoming(arrival({ remoteJid: LID }, { messageTimestamp }), unknown);

      expect(read?.sentAtMs).toBe(RECEIVED_AT_MS);
    },
  );

  it('was sent when WhatsApp says, down to the first second and up to the last that webhooks can express', async () => {
    const sentAt = async (messageTimestamp: number) =>
      (await readIncoming(arrival({ remoteJid: LID }, { messageTimestamp }), unknown))?.sentAtMs;

    expect([await sentAt(1), await sentAt(253_402_300_799)]).toEqual([1_000, 253_402_300_799_000]);
  });

  it('becomes unsupported, with the names of its fields, when it cannot be read', async () => {
    const imageMessage = {
      get caption(): string {
        throw new Error('nobody can read this');
      },
    };

    expect(await readIncoming(arrival({ remoteJid: LID }, { message: { imageMessage } }), unknown)).toMatchObject({
      content: { type: 'unsupported', text: null, unsupportedKeys: ['imageMessage'] },
    });
  });

  it.each([
    ['a status', arrival({ remoteJid: 'status@broadcast', participant: '5491@s.whatsapp.net' })],
    ['a channel', arrival({ remoteJid: '1@newsletter' })],
    ['one that could not be decrypted', arrival({ remoteJid: '5491@s.whatsapp.net' }, { message: undefined })],
  ])('is left out when it is %s', async (_, left) => {
    expect(await readIncoming(left, unknown)).toBeUndefined();
  });
});
