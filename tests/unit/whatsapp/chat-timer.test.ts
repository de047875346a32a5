import { proto, type WAMessage } from '@whiskeysockets/baileys';
import { readContent } from '../../../src/whatsapp/messages/read.ts';
import { timerIn } from '../../../src/whatsapp/messages/chat-timer.ts';
import { NO_LOOK_UPS, readIncoming } from '../../../src/whatsapp/receive/incoming.ts';

const SENT_AT_MS = 1_800_000_000_000;
const DAY = 86_400;
const { EPHEMERAL_SETTING } = proto.Message.ProtocolMessage.Type;
const NUMBER = '5491122334455@s.whatsapp.net';
const LID = '222222@lid';

function change(ephemeralExpiration: unknown, more: object = {}): proto.IMessage {
  return { protocolMessage: { type: EPHEMERAL_SETTING, ephemeralExpiration, ...more } } as proto.IMessage;
}

function text(contextInfo: object): proto.IMessage {
  return { extendedTextMessage: { text: 'hola', contextInfo } };
}

function arrival(key: object, message: proto.IMessage, rest: object = {}) {
  const whole = { key: { id: 'A1', remoteJid: NUMBER, ...key }, message, messageTimestamp: SENT_AT_MS / 1000, ...rest };
  return {
    message: whole as WAMessage,
    receivedAtMs: 1,
    offline: false,
    me: { id: '5491:1@s.whatsapp.net', lid: '11@lid' },
  };
}

const read = (...args: Parameters<typeof arrival>) => readIncoming(arrival(...args), NO_LOOK_UPS);

describe('the timer that a message names', () => {
  it.each<[string, proto.IMessage, { seconds: number; setAtMs: number | null } | undefined]>([
    ['plain', text({ expiration: DAY, ephemeralSettingTimestamp: 1_700_000_000 }), { seconds: DAY, setAtMs: 1.7e12 }],
    ['wrapped', { ephemeralMessage: { message: text({ expiration: DAY }) } }, { seconds: DAY, setAtMs: null }],
    ['off', text({ expiration: 0 }), { seconds: 0, setAtMs: null }],
    ['a file', { imageMessage: { contextInfo: { expiration: 90 } } }, { seconds: 90, setAtMs: null }],
    ['none', text({}), undefined],
    ['none at all', { conversation: 'hola' }, undefined],
    ['set', change(DAY), { seconds: DAY, setAtMs: SENT_AT_MS }],
    ['set before', change(DAY, { ephemeralSettingTimestamp: 1_700_000_000 }), { seconds: DAY, setAtMs: 1.7e12 }],
    ['turned off', change(undefined), { seconds: 0, setAtMs: SENT_AT_MS }],
    ['milliseconds', text({ expiration: DAY, ephemeralSettingTimestamp: 1.7e12 }), { seconds: DAY, setAtMs: 1.7e12 }],
  ])('is read: %s', (_, message, timer) => {
    expect(timerIn(message, SENT_AT_MS)).toEqual(timer);
  });

  it.each([-1, NaN, 1.5, Infinity, 31_536_001, 2 ** 32 - 1, '86400', {}, true])('is none when it is %p', (seconds) => {
    expect(timerIn(text({ expiration: seconds }), SENT_AT_MS)).toBeUndefined();
    expect(timerIn(change(seconds), SENT_AT_MS)).toBeUndefined();
    expect(readContent(change(seconds))).toBeUndefined();
  });

  it.each([-1, NaN, 'x', SENT_AT_MS / 1000 + 301, 2 ** 53])('was set nobody knows when, if that was %p', (at) => {
    const said = { expiration: DAY, ephemeralSettingTimestamp: at };

    expect(timerIn(text(said), SENT_AT_MS)).toEqual({ seconds: DAY, setAtMs: null });
  });
});

describe('the timer of a chat', () => {
  it('with one person has all names of that person, the LID first, which stays', async () => {
    const noted = { names: [LID, NUMBER], seconds: DAY, setAtMs: null, saidAtMs: SENT_AT_MS };

    for (const key of [{ remoteJidAlt: LID }, { remoteJid: LID, remoteJidAlt: NUMBER, fromMe: true }]) {
      expect((await read(key, text({ expiration: DAY })))?.timer).toEqual(noted);
    }
    expect((await read({}, text({})))?.timer).toBeUndefined();
  });

  it('is reported when it changes, also by the owner', async () => {
    const content = { type: 'disappearing_timer', text: null, seconds: DAY };

    expect(await read({}, change(DAY))).toMatchObject({ content, timer: { seconds: DAY } });
    expect(await read({ fromMe: true }, change(DAY))).toMatchObject({ content, fromMe: true });
  });

  it('of a group is what WhatsApp says, not what a member writes', async () => {
    const inGroup = { remoteJid: '1203@g.us', participant: LID };

    expect(await read(inGroup, change(DAY))).toBeUndefined();
    expect((await read(inGroup, text({ expiration: DAY })))?.timer).toBeUndefined();
    const messageStubType = proto.WebMessageInfo.StubType.CHANGE_EPHEMERAL_SETTING;
    expect(await read(inGroup, change(DAY), { messageStubType })).toMatchObject({
      ...{ content: { type: 'disappearing_timer', seconds: DAY }, sender: { lid: LID } },
      timer: { names: ['1203@g.us'], seconds: DAY },
    });
  });
});
