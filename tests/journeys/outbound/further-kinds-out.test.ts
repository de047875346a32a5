import { decryptEventResponse, proto } from '@whiskeysockets/baileys';
import sharp from 'sharp';
import type { ReceivedMessage } from '../../../simulator/phones/inbox.ts';
import type { Phone } from '../../../simulator/phones/phone.ts';
import { newSecret } from '../../../simulator/phones/message-seal.ts';
import { pollMessage } from '../../../simulator/phones/poll-messages.ts';
import type { Stanza } from '../../../simulator/kit/stanza.ts';
import type { Group } from '../../../simulator/world/group.ts';
import * as pollVote from '../../../src/whatsapp/messages/kinds/poll-vote.ts';
import { PageServer } from '../../harness/page-server.ts';
import { startWorld, type World } from '../../harness/world.ts';

const ACCOUNT = '5491234567890';
const PERSON = '5490987654321';
const OTHER = '5491155556666';
const MP4 = Buffer.from('\x00\x00\x00\x18ftypmp42', 'latin1').toString('base64');
const PNG = Buffer.from('\x89PNG\r\n\x1a\nxx', 'latin1').toString('base64');
const OGG = Buffer.alloc(64);
OGG.write('OggS');
OGG.write('OpusHead', 28);

let site: PageServer;
let world: World;
let sessionId: string;
let person: Phone;
let group: Group;
/** The message stanzas that the orchestrator sent, by message id. */
const stanzas = new Map<string, Stanza>();
const pages = new Map<string, { type: string; body: string | Buffer }>();

beforeAll(async () => {
  site = await PageServer.start((request, response) => {
    const page = pages.get(request.url ?? '');
    response.writeHead(page ? 200 : 404, { 'content-type': page?.type ?? 'text/plain' }).end(page?.body);
  });
  world = await startWorld({ environment: { MEDIA_URL_ALLOWED_HOSTS: site.host } });
  const account = world.whatsapp.phone(ACCOUNT);
  ({ sessionId } = await world.link(account));
  person = world.whatsapp.phone(PERSON, 'Juan');
  group = world.whatsapp.group({ subject: 'Ventas', members: [account, person, world.whatsapp.phone(OTHER, 'Ana')] });
  world.whatsapp.use({
    name: 'record messages',
    onStanza: (stanza) => {
      if (stanza.tag === 'message') stanzas.set(stanza.attrs.id ?? '', stanza);
      return false;
    },
  });
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await site[Symbol.asyncDispose]();
});

function post(body: Record<string, unknown>) {
  return world.orchestrator.post(`/sessions/${sessionId}/messages`, { number: PERSON, ...body });
}

/** Sends this through the API; returns what the recipient's phone receives. */
async function sent(body: Record<string, unknown>): Promise<ReceivedMessage> {
  const answer = await post(body);
  expect(answer).toMatchObject({ status: 200, body: { success: true, status: 'sent' } });
  return person.next(({ id }) => id === answer.body.messageId);
}

async function refused(body: Record<string, unknown>, error: string): Promise<void> {
  expect((await post(body)).body).toMatchObject({ success: false, error });
}

describe('a video', () => {
  const video = { type: 'video', file: { base64: MP4 } };

  it('plays by itself as a GIF', async () => {
    const { message } = await sent({ ...video, gif: true, caption: 'mira' });

    expect(message.videoMessage).toMatchObject({ gifPlayback: true, caption: 'mira' });
  });

  it('is a round video note', async () => {
    const { id, message } = await sent({ ...video, note: true, seconds: 4 });

    expect(message.ptvMessage).toMatchObject({ mimetype: 'video/mp4', seconds: 4 });
    expect(stanzas.get(id)?.attrs).toMatchObject({ type: 'media' });
    await refused({ ...video, note: true, caption: 'no' }, 'invalid_body');
  });
});

it.each<[string, Record<string, unknown>, string, string]>([
  ['a picture', { type: 'image', file: { base64: PNG }, caption: 'una vez' }, 'viewOnceMessage', 'imageMessage'],
  ['a video', { type: 'video', file: { base64: MP4 } }, 'viewOnceMessage', 'videoMessage'],
  [
    'a voice note',
    { type: 'voice', file: { base64: OGG.toString('base64') } },
    'viewOnceMessageV2Extension',
    'audioMessage',
  ],
])('%s can be viewed once, and is a file all the same', async (_, body, wrapper, field) => {
  const { id, message } = await sent({ ...body, view_once: true });

  expect(message).toMatchObject({ [wrapper]: { message: { [field]: { viewOnce: true } } } });
  expect(stanzas.get(id)?.attrs).toMatchObject({ type: 'media' });
});

describe('an album', () => {
  it('is announced, and its files name it', async () => {
    const album = await sent({ type: 'album', images: 1, videos: 1 });
    const picture = await sent({ type: 'image', file: { base64: PNG }, album: album.id, caption: 'la playa' });
    const video = await sent({ type: 'video', file: { base64: MP4 }, album: album.id });

    expect(album.message.albumMessage).toMatchObject({ expectedImageCount: 1, expectedVideoCount: 1 });
    for (const { message } of [picture, video]) {
      expect(message.messageContextInfo?.messageAssociation).toMatchObject({
        associationType: 1,
        parentMessageKey: { id: album.id, fromMe: true },
      });
    }
    expect(picture.message.imageMessage).toMatchObject({ caption: 'la playa' });
  });

  it('is one of the account, in the same chat', async () => {
    const text = await sent({ type: 'text', text: 'hola' });
    const picture = { type: 'image', file: { base64: PNG } };

    await refused({ ...picture, album: text.id }, 'message_not_suitable');
    await refused({ ...picture, album: 'A1B2C3D4' }, 'message_not_found');
    const album = await sent({ type: 'album', images: 2 });
    await refused({ ...picture, album: album.id, number: group.jid }, 'message_not_suitable');
    await refused({ type: 'album', images: 1 }, 'invalid_body');
  });
});

describe('the preview of an address', () => {
  it('is what its page says of itself, with a small picture', async () => {
    const picture = await sharp({ create: { width: 900, height: 500, channels: 3, background: '#3366cc' } })
      .png()
      .toBuffer();
    pages.set('/foto.png', { type: 'image/png', body: picture });
    pages.set('/nota', {
      type: 'text/html; charset=utf-8',
      body: '<html><head><title>no</title><meta property="og:title" content="Caf&eacute; &amp; T&#233;"><meta content="Abierto hoy" name="description"><meta property="og:image" content="/foto.png"></head>',
    });
    const url = `http://${site.host}/nota`;

    const { message } = await sent({ type: 'text', text: `Lee ${url}.`, link_preview: true });

    const { jpegThumbnail, ...rest } = message.extendedTextMessage ?? {};
    expect(rest).toMatchObject({ text: `Lee ${url}.`, matchedText: url, description: 'Abierto hoy' });
    expect(rest.title).toContain('& Té');
    expect(await sharp(jpegThumbnail!).metadata()).toMatchObject({ format: 'jpeg', width: 192 });
  });

  it.each(['/nada', '/foto', 'http://10.0.0.1/', 'ninguna'])('never keeps a text back: %s', async (path) => {
    pages.set('/foto', { type: 'image/png', body: 'no' });
    const address = path.startsWith('/') ? `http://${site.host}${path}` : path;

    const { message } = await sent({ type: 'text', text: `Mira ${address}`, link_preview: true });

    expect(message.extendedTextMessage).toMatchObject({ text: `Mira ${address}` });
    expect(message.extendedTextMessage?.title ?? '').toBe('');
  });

  it('is what the caller says, without asking anybody', async () => {
    const before = site.asked;
    const preview = { title: 'La nota', description: 'De hoy' };
    const { message } = await sent({ type: 'text', text: `en http://${site.host}/x, mira`, link_preview: preview });

    expect(message.extendedTextMessage).toMatchObject({ ...preview, matchedText: `http://${site.host}/x` });
    expect(site.asked).toBe(before);
    await refused({ type: 'text', text: 'sin enlace', link_preview: preview }, 'invalid_body');
  });
});

it('everybody in a group is mentioned, whatever the text says', async () => {
  const { message } = await sent({ type: 'text', number: group.jid, text: 'reunión', mention_all: true });

  const { mentionedJid } = message.extendedTextMessage?.contextInfo ?? {};
  expect(mentionedJid).toEqual(expect.arrayContaining([person.lid, world.whatsapp.phone(OTHER).lid]));
  await refused({ type: 'text', text: 'reunión', mention_all: true }, 'message_not_suitable');
});

describe('the id of the caller', () => {
  it('is that of the message, and names one', async () => {
    const { id } = await sent({ type: 'text', text: 'uno', id: 'PEDIDO0001' });

    expect(id).toBe('PEDIDO0001');
    await refused({ type: 'text', text: 'dos', id }, 'message_id_used');
    await refused({ type: 'text', text: 'dos', id: 'no vale' }, 'invalid_body');
  });

  it('is taken by one of two requests at once, and by a scheduled message', async () => {
    const message = { type: 'text', text: 'a la vez', id: 'PEDIDO0002' };
    const statuses = (await Promise.all([post(message), post(message)])).map(({ status }) => status);
    expect(statuses.toSorted()).toEqual([200, 409]);

    const send_at = new Date(world.clock.now() + 3600_000).toISOString();
    const later = { send_at, message: { ...message, number: PERSON, id: 'PEDIDO0003' } };
    const path = `/sessions/${sessionId}/scheduled-messages`;
    expect((await world.orchestrator.post(path, later)).body).toMatchObject({ data: { messageId: 'PEDIDO0003' } });
    expect((await world.orchestrator.post(path, later)).body).toMatchObject({ error: 'message_id_used' });
    await refused({ ...message, id: 'PEDIDO0003' }, 'message_id_used');
  });
});

it('a message is pinned for a while and no longer, and kept in a chat whose messages disappear', async () => {
  const text = await sent({ type: 'text', text: 'importante' });

  const pin = await sent({ type: 'pin', message_id: text.id, seconds: 86_400 });
  const unpin = await sent({ type: 'pin', message_id: text.id, pinned: false });
  const keep = await sent({ type: 'keep', message_id: text.id });
  const drop = await sent({ type: 'keep', message_id: text.id, kept: false });

  const key = { id: text.id, fromMe: true };
  expect(pin.message).toMatchObject({
    ...{ pinInChatMessage: { key, type: 1 }, messageContextInfo: { messageAddOnDurationInSecs: 86_400 } },
  });
  expect(unpin.message.pinInChatMessage).toMatchObject({ key, type: 2 });
  expect(stanzas.get(pin.id)?.attrs).toMatchObject({ edit: '2' });
  expect(keep.message.keepInChatMessage).toMatchObject({ key, keepType: 1 });
  expect(drop.message.keepInChatMessage).toMatchObject({ key, keepType: 2 });
});

describe('a vote', () => {
  it.each(['the person', 'the group'])('in a poll of %s can be read by whoever asked', async (where) => {
    const question = { name: '¿Cuándo?', options: ['hoy', 'mañana', 'nunca'], selectableCount: 2 };
    const poll = pollMessage(question);
    const isGroup = where === 'the group';
    const pollId = await person.send(isGroup ? group.jid : ACCOUNT, poll);
    await world.backend.next((received) => received.body.message_id === pollId);

    const vote = await sent({ type: 'vote', message_id: pollId, options: ['hoy', 'nunca'] });

    // As the chat names people: by LID, in both.
    const parties = { authors: [person.lid], senders: [world.whatsapp.phone(ACCOUNT).lid] };
    const opened = pollVote.open(vote.message, { messageId: pollId, original: poll, parties }, 1);
    expect(opened).toMatchObject({ vote: { pollId, options: ['hoy', 'nunca'] } });
    expect(stanzas.get(vote.id)?.attrs).toMatchObject({ type: 'poll' });
    await refused({ type: 'vote', message_id: pollId, options: ['otra'] }, 'message_not_suitable');
    await refused({ type: 'vote', message_id: pollId, options: question.options }, 'message_not_suitable');
  });

  it('is cast in polls only', async () => {
    const { id } = await sent({ type: 'text', text: 'no es' });

    await refused({ type: 'vote', message_id: id, options: ['hoy'] }, 'message_not_suitable');
  });
});

it('an event arrives with every field, and its answers are told', async () => {
  const event = {
    ...{ name: 'Asado', description: 'En casa', start_at: '2027-01-15T20:00:00Z', end_at: '2027-01-15T23:00:00Z' },
    location: { latitude: -34.5, longitude: -58.25, name: 'Casa', address: 'Calle 1' },
    ...{ join_link: 'https://call.whatsapp.com/video/x', extra_guests: true },
  };

  const { id, message } = await sent({ type: 'event', event });
  await person.answer(id, { going: 'GOING' });

  expect(message.eventMessage).toMatchObject({
    ...{
      name: 'Asado',
      description: 'En casa',
      joinLink: event.join_link,
      extraGuestsAllowed: true,
      isCanceled: false,
    },
    location: { name: 'Casa', degreesLatitude: -34.5 },
  });
  expect(Number(message.eventMessage?.startTime)).toBe(Date.parse(event.start_at) / 1000);
  const { body } = await world.backend.next((received) => received.body.message_type === 'event_answer');
  expect(body).toMatchObject({ message_content: 'going', quoted_message_id: id, sender_number: PERSON });
});

describe('an answer to an event', () => {
  const going = proto.Message.EventResponseMessage.EventResponseType;
  /** Has somebody plan this, and waits until the backend knows it. */
  async function planned(to: string, event: proto.Message.IEventMessage = {}) {
    const original = { eventMessage: { name: 'Asado', startTime: 1_800_000_000, ...event }, ...newSecret() };
    const id = await person.send(to, original);
    await world.backend.next((received) => received.body.message_id === id);
    return { id, secret: original.messageContextInfo?.messageSecret ?? Buffer.alloc(0) };
  }

  it.each(['the person', 'the group'])('of %s can be read by whoever planned it', async (where) => {
    const { id, secret } = await planned(where === 'the group' ? group.jid : ACCOUNT);

    for (const [answer, response] of [
      ['going', going.GOING],
      ['not_going', going.NOT_GOING],
      ['maybe', going.MAYBE],
    ] as const) {
      const { id: answerId, message } = await sent({ type: 'event_answer', message_id: id, answer });

      const sealed = message.encEventResponseMessage!;
      expect(sealed.eventCreationMessageKey).toMatchObject({ id, fromMe: false });
      // As the chat names people: by LID, in both.
      const names = { eventCreatorJid: person.lid, responderJid: world.whatsapp.phone(ACCOUNT).lid };
      expect(decryptEventResponse(sealed, { ...names, eventMsgId: id, eventEncKey: secret })).toMatchObject({
        response,
      });
      expect(stanzas.get(answerId)?.attrs).toMatchObject({ type: 'event' });
      const [meta] = (stanzas.get(answerId)?.content as Stanza[]).filter(({ tag }) => tag === 'meta');
      expect(meta?.attrs).toEqual({ event_type: 'response' });
    }
  });

  it('is for events only, that take place, and one of its words', async () => {
    const { id: canceled } = await planned(ACCOUNT, { isCanceled: true });
    const text = await sent({ type: 'text', text: 'no es' });

    await refused({ type: 'event_answer', message_id: canceled, answer: 'going' }, 'message_not_suitable');
    await refused({ type: 'event_answer', message_id: text.id, answer: 'going' }, 'message_not_suitable');
    await refused({ type: 'event_answer', message_id: 'A1B2C3D4', answer: 'going' }, 'message_not_found');
    await refused({ type: 'event_answer', message_id: canceled, answer: 'yes' }, 'invalid_body');
  });
});

it('a PNG becomes a sticker', async () => {
  const picture = await sharp({ create: { width: 300, height: 100, channels: 4, background: '#ff0000' } })
    .png()
    .toBuffer();

  const { message } = await sent({ type: 'sticker', file: { base64: picture.toString('base64') } });

  expect(message.stickerMessage).toMatchObject({ mimetype: 'image/webp' });
});
