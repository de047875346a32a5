import fc from 'fast-check';
import { proto, type WAMessage } from '@whiskeysockets/baileys';
import type { MessageContent } from '../../../src/domain/message.ts';
import { MEDIA_TYPES, type OutgoingContent } from '../../../src/domain/outgoing.ts';
import { timerContext, timerIn } from '../../../src/whatsapp/messages/chat-timer.ts';
import { writeContext } from '../../../src/whatsapp/messages/context.ts';
import { readContent } from '../../../src/whatsapp/messages/read.ts';
import { wrapped, writeContent } from '../../../src/whatsapp/messages/write.ts';

const MIMETYPES = {
  image: 'image/png',
  video: 'video/mp4',
  audio: 'audio/mpeg',
  voice: 'audio/ogg',
  document: 'application/pdf',
  sticker: 'image/webp',
};
const CHAT = '5491234567890@s.whatsapp.net';

const UPLOADED = {
  url: 'https://mmg.whatsapp.net/x',
  directPath: '/x',
  mediaKey: Buffer.alloc(32, 1),
  fileSha256: Buffer.alloc(32, 2),
  fileEncSha256: Buffer.alloc(32, 3),
};

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 });
const messageId = fc.string({ unit: fc.constantFrom(...Array.from('0123456789ABCDEF')), minLength: 1, maxLength: 32 });
const number = fc.stringMatching(/^[1-9]\d{7,14}$/);

/** A message as it arrives over the wire. */
function overTheWire(
  content: OutgoingContent,
  context: Partial<Parameters<typeof writeContext>[1]> = {},
  target?: WAMessage,
) {
  const writing = { target, uploaded: UPLOADED, nowMs: 1 };
  const message = writeContext(writeContent(content, writing), {
    ...{ chatId: CHAT, quoted: undefined, mentions: [] },
    ...context,
  });
  const bytes = proto.Message.encode(wrapped(content, message, writing).message).finish();
  return proto.Message.decode(bytes);
}

/** How a message is read after it went over the wire. */
function read(...args: Parameters<typeof overTheWire>) {
  return readContent(overTheWire(...args));
}

function target(id: string, message: proto.IMessage, fromMe = true): WAMessage {
  return { key: { remoteJid: CHAT, id, fromMe }, message };
}

/** Compares the fields that the kind sets with what was read. */
function expectFields(content: MessageContent | undefined, fields: Partial<MessageContent>): void {
  expect(content).toMatchObject(fields);
}

describe('a written message is read back unchanged', () => {
  it('a text, with the message it replies to and the people it mentions', () => {
    fc.assert(
      fc.property(text, messageId, fc.array(number, { maxLength: 5 }), (said, id, named) => {
        const quoted = { message: target(id, { conversation: 'antes' }, false), author: CHAT };
        const mentions = named.map((each) => `${each}@s.whatsapp.net`);
        const content = read({ type: 'text', text: said }, { quoted, mentions });
        expectFields(content, { type: 'text', text: said, quotedMessageId: id, mentions: named });
      }),
    );
  });

  it('a file, as the type it is sent as', () => {
    const dimension = fc.option(fc.integer({ min: 1, max: 10_000 }));
    const media = fc.record({
      type: fc.constantFrom(...MEDIA_TYPES),
      caption: fc.option(text),
      seconds: fc.option(fc.integer({ min: 1, max: 10_000 })),
      dimensions: dimension,
      fileName: fc.option(fc.stringMatching(/^[a-zñ0-9][a-zñ0-9 .-]{0,20}$/).filter((name) => name === name.trim())),
      size: fc.integer({ min: 1, max: 2 ** 31 }),
    });
    fc.assert(
      fc.property(media, ({ type, caption, seconds, dimensions, fileName, size }) => {
        const mimetype = MIMETYPES[type];
        const has = (...types: (typeof type)[]) => types.includes(type);
        const said = has('image', 'video', 'document') ? caption : null;
        const plays = has('video', 'audio', 'voice') ? seconds : null;
        const pixels = has('image', 'video', 'sticker') ? dimensions : null;
        const file = { path: '/tmp/x', size, sha256: '', mimetype, fileName };
        const content = read({ type, file, caption, seconds, width: dimensions, height: dimensions });
        expectFields(content, { type, text: said });
        expect(content?.media).toMatchObject({
          ...{ mimetype: type === 'voice' ? 'audio/ogg; codecs=opus' : mimetype, size, caption: said, seconds: plays },
          ...{ width: pixels, height: pixels, file_name: has('document') ? fileName : null },
          sha256: UPLOADED.fileSha256.toString('base64'),
        });
      }),
    );
  });

  it('a location', () => {
    const degrees = (limit: number) => fc.double({ min: -limit, max: limit, noNaN: true });
    const place = fc.record({
      latitude: degrees(90),
      longitude: degrees(180),
      name: fc.option(text),
      address: fc.option(text),
    });
    fc.assert(
      fc.property(place, (location) => {
        expectFields(read({ type: 'location', location }), {
          type: 'location',
          location: { ...location, url: null, accuracy_meters: null },
        });
      }),
    );
  });

  it('contact cards, with name and numbers', () => {
    const card = fc.record({ name: text, numbers: fc.uniqueArray(number, { minLength: 1, maxLength: 3 }) });
    fc.assert(
      fc.property(fc.array(card, { minLength: 1, maxLength: 4 }), (cards) => {
        const contacts = cards.map((each) => ({ ...each, vcard: null }));
        const content = read({ type: 'contact', contacts });
        expect(content?.contacts.map(({ name, numbers }) => ({ name, numbers }))).toEqual(cards);
      }),
    );
  });

  it('a poll', () => {
    const poll = fc
      .record({ name: text, options: fc.uniqueArray(text, { minLength: 2, maxLength: 12 }) })
      .chain((asked) => fc.nat(asked.options.length).map((selectable_count) => ({ ...asked, selectable_count })));
    fc.assert(
      fc.property(poll, (asked) => {
        const expected = { ...asked, message_id: null, selected: null, results: null };
        expectFields(read({ type: 'poll', poll: asked }), { type: 'poll', text: asked.name, poll: expected });
      }),
    );
  });

  it('a reaction, and its removal', () => {
    fc.assert(
      fc.property(messageId, fc.option(fc.constantFrom('👍', '❤️', '🧉')), (id, emoji) => {
        const content = read({ type: 'reaction', messageId: id, emoji }, {}, target(id, { conversation: 'x' }));
        expectFields(content, { type: 'reaction', reaction: { message_id: id, emoji } });
      }),
    );
  });

  it('an edit, of a text or a caption', () => {
    const before = fc.constantFrom<proto.IMessage>(
      { conversation: 'antes' },
      { extendedTextMessage: { text: 'antes' } },
      { imageMessage: { caption: 'antes', mimetype: 'image/png' } },
      { ephemeralMessage: { message: { documentMessage: { fileName: 'a.pdf' } } } },
    );
    fc.assert(
      fc.property(messageId, text, before, (id, said, message) => {
        const content = read({ type: 'edit', messageId: id, text: said }, {}, target(id, message));
        expectFields(content, { type: 'edit', text: said, editedMessageId: id });
      }),
    );
  });

  it('a file that can be viewed once, as a note or as usual', () => {
    const media = fc.record({
      type: fc.constantFrom('image', 'video', 'voice'),
      viewOnce: fc.boolean(),
      shownAs: fc.option(fc.constantFrom('gif', 'note'), { nil: undefined }),
    });
    const file = { path: '/tmp/x', size: 1, sha256: '', mimetype: 'video/mp4', fileName: null };
    const rest = { file, caption: null, seconds: null, width: null, height: null };
    fc.assert(
      fc.property(media, ({ type, viewOnce, shownAs }) => {
        const way = type === 'video' ? { shownAs } : {};
        expectFields(read({ type, viewOnce, ...way, ...rest }), { type, viewOnce, hasFile: true });
      }),
    );
  });

  it('an event', () => {
    const event = {
      description: null,
      startAtMs: 1,
      endAtMs: null,
      location: null,
      joinLink: null,
      extraGuests: false,
    };
    fc.assert(
      fc.property(text, (name) => {
        expectFields(read({ type: 'event', event: { ...event, name, canceled: false } }), {
          type: 'event',
          text: name,
        });
      }),
    );
  });

  it('a deletion', () => {
    fc.assert(
      fc.property(messageId, (id) => {
        const content = read({ type: 'delete', messageId: id }, {}, target(id, { conversation: 'x' }));
        expectFields(content, { type: 'delete', deletedMessageId: id });
      }),
    );
  });

  it('a forward, which is marked as one when somebody else wrote it', () => {
    fc.assert(
      fc.property(messageId, text, fc.boolean(), (id, said, own) => {
        const content = read({ type: 'forward', messageId: id }, {}, target(id, { conversation: said }, own));
        expectFields(content, { type: 'text', text: said, isForwarded: !own });
      }),
    );
  });
});

it.each<OutgoingContent>([
  { type: 'text', text: 'hola' },
  ...MEDIA_TYPES.map((type) => ({
    ...{ type, caption: 'mira', seconds: null, width: null, height: null },
    file: { path: '/tmp/x', size: 1, sha256: '', mimetype: MIMETYPES[type], fileName: null },
  })),
  { type: 'location', location: { latitude: 1, longitude: 2, name: null, address: null } },
  { type: 'contact', contacts: [{ name: 'Ana', numbers: ['5491122334455'], vcard: null }] },
  { type: 'poll', poll: { name: '¿Cuándo?', options: ['hoy', 'mañana'], selectable_count: 1 } },
  { type: 'forward', messageId: 'A1' },
])('$type carries the disappearing timer of its chat, besides what else it says', (content) => {
  const timer = { seconds: 86_400, setAtMs: 1_700_000_000_000 };
  const before = target('A1', { imageMessage: { contextInfo: { expiration: 5 } } }, false);
  const quoted = { message: target('A2', { conversation: 'antes' }), author: CHAT };

  const message = overTheWire(content, { timer: timerContext(timer), quoted }, before);

  expect(timerIn(message, 1_800_000_000_000)).toEqual(timer);
  expect(readContent(message)).toMatchObject({ quotedMessageId: 'A2', isForwarded: content.type === 'forward' });
});
