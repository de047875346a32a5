import { proto } from '@whiskeysockets/baileys';
import type { SendOptions } from '../../../simulator/phones/phone-sender.ts';
import type { Phone } from '../../../simulator/phones/phone.ts';
import { startWorld, type World } from '../../harness/world.ts';

const ACCOUNT = '5491234567890';
const PERSON = '5490987654321';
const FLOW = { name: 'cta_url', buttonParamsJson: '{"display_text":"Ver"}' };
const QUOTE = { stanzaId: 'A1', participant: '5491234567890@s.whatsapp.net', isForwarded: true };
const { REVOKE, MESSAGE_EDIT } = proto.Message.ProtocolMessage.Type;
const KEY = { remoteJid: '5491234567890@s.whatsapp.net', id: 'A1', fromMe: true };
const VCARD = [
  ...['BEGIN:VCARD', 'VERSION:3.0', 'FN:Ana', 'item1.TEL;waid=5491122334455:+54 9 11 2233-4455'],
  ...['TEL;type=HOME:011 4444-5555', 'END:VCARD'],
].join('\r\n');
const CARD = { name: 'Ana', numbers: ['5491122334455', '011 4444-5555'], vcard: VCARD };

/** Encrypted with the secret of the message that they refer to, as votes are. */
const ENCRYPTED = ['encReactionMessage', 'encCommentMessage', 'encEventResponseMessage', 'secretEncryptedMessage'];

type Row = [what: string, message: proto.IMessage, fields: Record<string, unknown>];

const KINDS: Row[] = [
  ['a text', { conversation: 'hola' }, { message_type: 'text', message_content: 'hola' }],
  [
    'a reply',
    { extendedTextMessage: { text: 'sí', contextInfo: { ...QUOTE, mentionedJid: ['5491@s.whatsapp.net'] } } },
    { message_type: 'text', message_content: 'sí', quoted_message_id: 'A1', mentions: ['5491'], is_forwarded: true },
  ],
  [
    'a location',
    {
      locationMessage: {
        ...{ degreesLatitude: -34.5, degreesLongitude: -58.25, name: 'Obelisco', address: 'Av. 9 de Julio' },
        contextInfo: QUOTE,
      },
    },
    {
      ...{
        message_type: 'location',
        message_content: 'Obelisco, Av. 9 de Julio',
        quoted_message_id: 'A1',
        is_forwarded: true,
      },
      location: {
        ...{ latitude: -34.5, longitude: -58.25, name: 'Obelisco', address: 'Av. 9 de Julio' },
        ...{ url: null, accuracy_meters: null },
      },
    },
  ],
  [
    'a live location',
    { liveLocationMessage: { degreesLatitude: 1, degreesLongitude: 2, accuracyInMeters: 30, caption: 'voy' } },
    {
      ...{ message_type: 'live_location', message_content: 'voy' },
      location: { latitude: 1, longitude: 2, name: null, address: null, url: null, accuracy_meters: 30 },
    },
  ],
  [
    'a contact',
    { contactMessage: { displayName: 'Ana', vcard: VCARD } },
    { message_type: 'contact', message_content: 'Ana', contacts: [CARD] },
  ],
  [
    'several contacts',
    { contactsArrayMessage: { displayName: '2 contactos', contacts: [{ displayName: 'Ana', vcard: VCARD }, {}] } },
    {
      ...{ message_type: 'contact', message_content: '2 contactos' },
      contacts: [CARD, { name: null, numbers: [], vcard: null }],
    },
  ],
  ...(['pollCreationMessage', 'pollCreationMessageV2', 'pollCreationMessageV3', 'pollCreationMessageV5'] as const).map(
    (field): Row => [
      `a poll (${field})`,
      {
        [field]: {
          name: '¿Cuándo?',
          options: [{ optionName: 'hoy' }, { optionName: 'mañana' }],
          selectableOptionsCount: 1,
        },
      },
      {
        ...{ message_type: 'poll', message_content: '¿Cuándo?' },
        poll: { name: '¿Cuándo?', options: ['hoy', 'mañana'], selectable_count: 1 },
      },
    ],
  ),
  [
    'a reaction',
    { reactionMessage: { key: KEY, text: '👍' } },
    { message_type: 'reaction', message_content: '👍', reaction: { message_id: 'A1', emoji: '👍' } },
  ],
  [
    'a removed reaction',
    { reactionMessage: { key: KEY, text: '' } },
    { message_type: 'reaction', message_content: null, reaction: { message_id: 'A1', emoji: null } },
  ],
  [
    'an edit',
    { protocolMessage: { key: KEY, type: MESSAGE_EDIT, editedMessage: { conversation: 'holis' } } },
    { message_type: 'edit', message_content: 'holis', edited_message_id: 'A1' },
  ],
  [
    'a wrapped edit of a caption',
    {
      editedMessage: {
        message: {
          protocolMessage: { key: KEY, type: MESSAGE_EDIT, editedMessage: { imageMessage: { caption: 'playa' } } },
        },
      },
    },
    { message_type: 'edit', message_content: 'playa', edited_message_id: 'A1' },
  ],
  [
    'a deletion',
    { protocolMessage: { key: KEY, type: REVOKE } },
    { message_type: 'delete', message_content: null, deleted_message_id: 'A1' },
  ],
  [
    'the text above buttons',
    { interactiveMessage: { body: { text: 'Elige' }, nativeFlowMessage: { buttons: [] }, contextInfo: QUOTE } },
    { message_type: 'text', message_content: 'Elige', quoted_message_id: 'A1', is_forwarded: true },
  ],
  [
    'buttons without a text',
    { interactiveMessage: { nativeFlowMessage: { buttons: [FLOW] }, footer: { text: 'pie' } } },
    { message_type: 'text', message_content: 'Ver' },
  ],
  [
    'buttons that cannot be read',
    { interactiveMessage: { nativeFlowMessage: { buttons: [{ buttonParamsJson: '{' }] }, footer: { text: 'pie' } } },
    { message_type: 'text', message_content: 'pie' },
  ],
  [
    'a card of several',
    { interactiveMessage: { carouselMessage: { cards: [{ body: { text: 'Oferta' } }] } } },
    { message_type: 'text', message_content: 'Oferta' },
  ],
  [
    'a button reply',
    { buttonsResponseMessage: { selectedButtonId: 'si', selectedDisplayText: 'Sí', contextInfo: QUOTE } },
    { message_type: 'buttons_reply', message_content: 'Sí', quoted_message_id: 'A1', is_forwarded: true },
  ],
  [
    'a template button reply',
    { templateButtonReplyMessage: { selectedId: 'no' } },
    { message_type: 'buttons_reply', message_content: 'no' },
  ],
  [
    'a flow button reply',
    { interactiveResponseMessage: { nativeFlowResponseMessage: { name: 'f', paramsJson: '{"id":"1"}' } } },
    { message_type: 'buttons_reply', message_content: '{"id":"1"}' },
  ],
  [
    'a list reply',
    { listResponseMessage: { title: 'Norte', singleSelectReply: { selectedRowId: 'n' } } },
    { message_type: 'list_reply', message_content: 'Norte' },
  ],
  [
    'a group invitation',
    { groupInviteMessage: { groupJid: '1@g.us', groupName: 'Ventas', inviteCode: 'x' } },
    { message_type: 'group_invite', message_content: 'Ventas' },
  ],
  ['an event', { eventMessage: { name: 'Cena' } }, { message_type: 'event', message_content: 'Cena' }],
  ['an order', { orderMessage: { orderTitle: 'Pizza' } }, { message_type: 'order', message_content: 'Pizza' }],
  [
    'a product',
    { productMessage: { product: { title: 'Mate' } } },
    { message_type: 'product', message_content: 'Mate' },
  ],
  ['a call', { callLogMesssage: { isVideo: true } }, { message_type: 'call', message_content: null }],
  [
    'an unknown kind',
    { bcallMessage: { sessionId: 's' } },
    { message_type: 'unsupported', message_content: null, unsupported_keys: ['bcallMessage'] },
  ],
  [
    'an unknown kind in two wrappers',
    { ephemeralMessage: { message: { viewOnceMessage: { message: { bcallMessage: {}, messageContextInfo: {} } } } } },
    { message_type: 'unsupported', message_content: null, unsupported_keys: ['bcallMessage'] },
  ],
  ...ENCRYPTED.map((field): Row => [
    `an encrypted payload (${field})`,
    { [field]: { encPayload: Buffer.from('x'), encIv: Buffer.alloc(12) } },
    { message_type: 'unsupported', message_content: null, unsupported_keys: [field] },
  ]),
];

const TEXT: proto.IMessage = { conversation: 'adentro' };
const WRAPPED: proto.IMessage[] = [
  { ephemeralMessage: { message: TEXT } },
  { viewOnceMessage: { message: TEXT } },
  { viewOnceMessageV2: { message: TEXT } },
  { viewOnceMessageV2Extension: { message: TEXT } },
  { documentWithCaptionMessage: { message: TEXT } },
  { associatedChildMessage: { message: TEXT } },
  { groupMentionedMessage: { message: TEXT } },
  { lottieStickerMessage: { message: TEXT } },
  { ephemeralMessage: { message: { viewOnceMessageV2: { message: TEXT } } } },
];

/** The fields that a message leaves empty unless its kind, or the quote in it, sets them. */
const EMPTY_FIELDS = {
  ...{
    edited_message_id: null,
    deleted_message_id: null,
    reaction: null,
    poll: null,
    location: null,
    contacts: [],
    seconds: null,
  },
  ...{ quoted_message_id: null, mentions: [], is_forwarded: false, unsupported_keys: [] },
};

let world: World;
let person: Phone;

beforeAll(async () => {
  world = await startWorld();
  await world.link(world.whatsapp.phone(ACCOUNT));
  person = world.whatsapp.phone(PERSON, 'Juan');
});
afterAll(() => world[Symbol.asyncDispose]());

/** Has the person send this; returns the body of the webhook that the backend accepts for it. */
async function webhookFor(message: proto.IMessage, options: SendOptions = {}): Promise<Record<string, unknown>> {
  const id = await person.send(ACCOUNT, message, options);
  const { body } = await world.backend.next((received) => received.body.message_id === id);
  return body as Record<string, unknown>;
}

describe('over the wire', () => {
  it.each(KINDS)('%s is delivered with every field right', async (_, message, fields) => {
    const body = await webhookFor(message);

    expect(body).toMatchObject({ ...EMPTY_FIELDS, ...fields, sender_number: PERSON, sender_name: 'Juan' });
  });

  it.each<[string, proto.IMessage, object]>([
    ['a reaction', { reactionMessage: { text: '👍' } }, { reaction: { message_id: null, emoji: '👍' } }],
    ['a vote', { pollUpdateMessage: {} }, { message_type: 'poll_vote', message_content: null }],
  ])('%s that refers to nothing, which Baileys cannot handle, is delivered at once', async (_, message, fields) => {
    expect(await webhookFor(message)).toMatchObject({ ...fields, sender_number: PERSON });
    expect(await webhookFor({ conversation: 'después' })).toMatchObject({ message_content: 'después' });
  });

  it('an unknown field is reported by its number, unless the message has known content', async () => {
    expect(await webhookFor({}, { newerField: 1_300 })).toMatchObject({
      ...EMPTY_FIELDS,
      ...{ message_type: 'unsupported', message_content: null, unsupported_keys: ['field 1300'] },
    });
    expect(await webhookFor({ conversation: 'hola' }, { newerField: 130 })).toMatchObject({
      ...EMPTY_FIELDS,
      ...{ message_type: 'text', message_content: 'hola' },
    });
  });

  it.each(WRAPPED.map((message) => [Object.keys(message)[0], message] as const))(
    'a message in %s is read like an unwrapped one',
    async (_, message) => {
      expect(await webhookFor(message)).toMatchObject({ message_type: 'text', message_content: 'adentro' });
    },
  );
});
