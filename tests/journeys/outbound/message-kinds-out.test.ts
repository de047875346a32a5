import type { proto } from '@whiskeysockets/baileys';
import type { Phone } from '../../../simulator/phones/phone.ts';
import type { ReceivedMessage } from '../../../simulator/phones/inbox.ts';
import type { Stanza } from '../../../simulator/kit/stanza.ts';
import { startWorld, type World } from '../../harness/world.ts';

const ACCOUNT = '5491234567890';
const PERSON = '5490987654321';
const OTHER = '5491155556666';
const REVOKE = 0;
const MESSAGE_EDIT = 14;

let world: World;
let sessionId: string;
let person: Phone;
/** The message stanzas that the orchestrator sent, by message id. */
const stanzas = new Map<string, Stanza>();

beforeAll(async () => {
  world = await startWorld();
  ({ sessionId } = await world.link(world.whatsapp.phone(ACCOUNT)));
  person = world.whatsapp.phone(PERSON, 'Juan');
  world.whatsapp.phone(OTHER, 'Ana');
  world.whatsapp.use({
    name: 'record messages',
    onStanza: (stanza) => {
      if (stanza.tag === 'message') stanzas.set(stanza.attrs.id ?? '', stanza);
      return false;
    },
  });
});
afterAll(() => world[Symbol.asyncDispose]());

function post(body: Record<string, unknown>) {
  return world.orchestrator.post(`/sessions/${sessionId}/messages`, body);
}

/** Sends this through the API; returns what the recipient's phone receives. */
async function sent(body: Record<string, unknown>, phone = person): Promise<ReceivedMessage> {
  const answer = await post({ number: PERSON, ...body });
  expect(answer).toMatchObject({ status: 200, body: { success: true, status: 'sent' } });
  return phone.next(({ id }) => id === answer.body.messageId);
}

/** Has the person send a message; resolves with its id once the backend has it. */
async function written(message: proto.IMessage): Promise<string> {
  const id = await person.send(ACCOUNT, message);
  await world.backend.next((received) => received.body.message_id === id);
  return id;
}

const VCARD = 'BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ana\r\nTEL;waid=5491122334455:+54 9 11 2233-4455\r\nEND:VCARD';

const KINDS: [what: string, body: Record<string, unknown>, message: proto.IMessage][] = [
  ['a text', { type: 'text', text: 'hola' }, { extendedTextMessage: { text: 'hola' } }],
  [
    'a location',
    { type: 'location', location: { latitude: -34.5, longitude: -58.25, name: 'Obelisco', address: 'Centro' } },
    { locationMessage: { degreesLatitude: -34.5, degreesLongitude: -58.25, name: 'Obelisco', address: 'Centro' } },
  ],
  [
    'a contact given by name and numbers',
    { type: 'contact', contacts: [{ name: 'Ana; la de Núñez', numbers: ['+54 9 11 2233-4455'] }] },
    {
      contactMessage: {
        displayName: 'Ana; la de Núñez',
        vcard: expect.stringMatching(
          /^BEGIN:VCARD[^]*FN:Ana\\; la de Núñez[^]*waid=5491122334455:\+5491122334455/,
        ) as string,
      },
    },
  ],
  [
    'several contacts',
    { type: 'contact', contacts: [{ vcard: VCARD }, { name: 'Beto', numbers: ['5491144445555'] }] },
    { contactsArrayMessage: { displayName: 'Ana, Beto', contacts: [{ displayName: 'Ana', vcard: VCARD }, {}] } },
  ],
  [
    'a single-choice poll',
    { type: 'poll', poll: { name: '¿Cuándo?', options: ['hoy', 'mañana'] } },
    {
      pollCreationMessageV3: {
        name: '¿Cuándo?',
        options: [{ optionName: 'hoy' }, { optionName: 'mañana' }],
        selectableOptionsCount: 1,
      },
      messageContextInfo: { messageSecret: expect.anything() as Uint8Array },
    },
  ],
  [
    'a multiple-choice poll',
    { type: 'poll', poll: { name: '¿Qué?', options: ['a', 'b', 'c'], selectable_count: 0 } },
    { pollCreationMessage: { name: '¿Qué?', selectableOptionsCount: 0 } },
  ],
];

describe('over the wire', () => {
  it.each(KINDS)('%s arrives with every field right', async (_, body, message) => {
    expect((await sent(body)).message).toMatchObject(message);
  });

  it('a reply quotes the original message and mentions people', async () => {
    const questionId = await written({ conversation: '¿a qué hora?' });

    const { message } = await sent({
      type: 'text',
      text: 'a las 8, @5491155556666',
      reply_to: questionId,
      mentions: [OTHER],
    });

    expect(message.extendedTextMessage?.contextInfo).toMatchObject({
      stanzaId: questionId,
      participant: expect.stringContaining('@') as string,
      quotedMessage: { conversation: '¿a qué hora?' },
      mentionedJid: [`${OTHER}@s.whatsapp.net`],
    });
  });

  it('a location may be a reply, even to a message of our own', async () => {
    const own = await sent({ type: 'text', text: '¿dónde?' });

    const { message } = await sent({ type: 'location', location: { latitude: 1, longitude: 2 }, reply_to: own.id });

    expect(message.locationMessage?.contextInfo).toMatchObject({
      stanzaId: own.id,
      participant: `${ACCOUNT}@s.whatsapp.net`,
      quotedMessage: { extendedTextMessage: { text: '¿dónde?' } },
    });
  });

  it('a reaction refers to the message, needs no number, and can be removed', async () => {
    const id = await written({ conversation: 'gané' });

    const { message } = await sent({ type: 'reaction', message_id: id, emoji: '🎉', number: undefined });
    const removal = await sent({ type: 'reaction', message_id: id, emoji: null });

    expect(message.reactionMessage).toMatchObject({ key: { id, fromMe: false }, text: '🎉' });
    expect(removal.message.reactionMessage).toMatchObject({ key: { id }, text: '' });
    expect(stanzas.get(removal.id)?.attrs).toMatchObject({ type: 'reaction' });
  });

  it('an edit replaces our own text', async () => {
    const { id } = await sent({ type: 'text', text: 'hasta mañnaa' });

    const edit = await sent({ type: 'edit', message_id: id, text: 'hasta mañana' });

    expect(edit.message.protocolMessage).toMatchObject({
      key: { id, fromMe: true },
      type: MESSAGE_EDIT,
      editedMessage: { extendedTextMessage: { text: 'hasta mañana' } },
    });
    expect(stanzas.get(edit.id)?.attrs).toMatchObject({ edit: '1' });
  });

  it('a deletion revokes our own message', async () => {
    const { id } = await sent({ type: 'text', text: 'ups' });

    const deletion = await sent({ type: 'delete', message_id: id });

    expect(deletion.message.protocolMessage).toMatchObject({ key: { id, fromMe: true }, type: REVOKE });
    expect(stanzas.get(deletion.id)?.attrs).toMatchObject({ edit: '7' });
  });

  it('in a group, reactions and deletions name the author, and replies go to the group', async () => {
    const group = world.whatsapp.group({ subject: 'Ventas', members: [world.whatsapp.phone(ACCOUNT), person] });
    const id = await person.sendText(group.jid, 'spam');
    await world.backend.next((received) => received.body.message_id === id);

    const reaction = await sent({ type: 'reaction', message_id: id, emoji: '👎' });
    const answer = await sent({ type: 'text', number: group.jid, text: 'no', reply_to: id });
    const deletion = await sent({ type: 'delete', message_id: id });

    const author = person.lid;
    expect(reaction).toMatchObject({
      group: group.jid,
      message: { reactionMessage: { key: { id, participant: author } } },
    });
    expect(answer.message.extendedTextMessage?.contextInfo).toMatchObject({ stanzaId: id, participant: author });
    expect(deletion.message.protocolMessage?.key).toMatchObject({ id, participant: author, fromMe: false });
    expect(stanzas.get(deletion.id)?.attrs).toMatchObject({ edit: '8' });
  });

  it('a received message is forwarded and marked as forwarded', async () => {
    const id = await written({ conversation: 'el dato' });

    const { message } = await sent({ type: 'forward', message_id: id, number: OTHER }, world.whatsapp.phone(OTHER));

    expect(message.extendedTextMessage).toMatchObject({
      text: 'el dato',
      contextInfo: { isForwarded: true, forwardingScore: 1 },
    });
  });
});

describe('the API refuses', () => {
  it.each([
    ['a reply to an unknown message', { type: 'text', text: 'sí', reply_to: 'A1' }, 404, 'message_not_found'],
    ['a reaction to an unknown message', { type: 'reaction', message_id: 'A1', emoji: '👍' }, 404, 'message_not_found'],
    ['a forward of an unknown message', { type: 'forward', message_id: 'A1' }, 404, 'message_not_found'],
  ])('%s', async (_, body, status, error) => {
    expect(await post({ number: PERSON, ...body })).toMatchObject({ status, body: { success: false, error } });
  });

  it.each([
    ['an edit of a message by somebody else', 'edit', { text: 'no dije eso' }],
    ['a deletion of a message by somebody else in a direct chat', 'delete', {}],
  ])('%s', async (_, type, fields) => {
    const message_id = await written({ conversation: 'dije esto' });

    const answer = await post({ type, message_id, ...fields });

    expect(answer).toMatchObject({ status: 409, body: { success: false, error: 'message_not_suitable' } });
  });

  it('an edit after 15 minutes, which recipients would ignore', async () => {
    const { id } = await sent({ type: 'text', text: 'tarde' });
    world.clock.skip(15 * 60_000);

    const answer = await post({ type: 'edit', message_id: id, text: 'muy tarde' });

    expect(answer).toMatchObject({ status: 409, body: { success: false, error: 'message_not_suitable' } });
  });

  it.each([
    ['an edit of a location', 'edit', { location: { latitude: 1, longitude: 2 }, type: 'location' }],
    ['a forward of a poll', 'forward', { poll: { name: '?', options: ['a', 'b'] }, type: 'poll' }],
  ])('%s', async (_, type, first) => {
    const { id } = await sent(first);

    const answer = await post({ type, message_id: id, text: 'otro', number: PERSON });

    expect(answer).toMatchObject({ status: 409, body: { success: false, error: 'message_not_suitable' } });
  });
});
