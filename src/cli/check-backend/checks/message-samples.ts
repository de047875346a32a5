import type { MessageBody } from '../../../domain/event.ts';
import { MESSAGE_TYPES, type MediaInfo, type MessageType } from '../../../domain/message.ts';
import { fictitious } from '../test-session.ts';

/** What distinguishes a message. */
export type Sample = Partial<MessageBody>;

const PIXEL = '/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4RDgsLEBYQ';
const SHA256 = '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=';
const OTHER_ID = 'CHECKBACK000';

const file = (mimetype: string, more: Partial<MediaInfo> = {}): Sample => ({
  message_content: null,
  media_info: {
    ...{ mimetype, size: 4711, file_name: null, caption: null, seconds: null, width: null, height: null },
    ...{ sha256: SHA256, thumbnail: null, path: null, url: null, download_error: null, ...more },
  },
});

const place = (name: string | null): Sample => ({
  message_content: name,
  location: { latitude: -34.6037, longitude: -58.3816, name, address: null, url: null, accuracy_meters: null },
});

const poll = (message_id: string | null, selected: string[] | null): Sample => ({
  message_content: 'Test?',
  poll: {
    ...{ message_id, name: 'Test?', options: ['1', '2'], selectable_count: 1, selected },
    results: selected && [
      { option: '1', votes: 1, voters: ['12025550100'] },
      { option: '2', votes: 0, voters: [] },
    ],
  },
});

/** What belongs to some types; the others are made of text. */
const OF_TYPE: Partial<Record<MessageType, Sample>> = {
  image: file('image/jpeg', { width: 640, height: 480, thumbnail: PIXEL }),
  video: file('video/mp4', { seconds: 3, width: 640, height: 480, thumbnail: PIXEL }),
  audio: file('audio/mpeg', { seconds: 3 }),
  voice: file('audio/ogg; codecs=opus', { seconds: 3 }),
  document: file('application/pdf', { file_name: 'test.pdf' }),
  sticker: file('image/webp', { width: 512, height: 512 }),
  location: place('Test'),
  live_location: place(null),
  contact: { contacts: [{ name: 'Test', numbers: ['12025550100'], vcard: 'BEGIN:VCARD\nFN:Test\nEND:VCARD' }] },
  poll: poll(null, null),
  poll_vote: poll(OTHER_ID, ['1']),
  reaction: { message_content: null, reaction: { message_id: OTHER_ID, emoji: '👍' } },
  edit: { edited_message_id: OTHER_ID },
  delete: { message_content: null, deleted_message_id: OTHER_ID },
  disappearing_timer: { message_content: null, seconds: 86_400 },
  view_once: { message_content: null, view_once: true },
  unsupported: { message_content: null, unsupported_keys: ['field 999'] },
  undecryptable: { message_content: null },
};

/** A message of each type. */
export const SAMPLES: readonly Sample[] = MESSAGE_TYPES.map((message_type) => ({
  message_type,
  ...OF_TYPE[message_type],
}));

const MIB = 1024 * 1024;
const CARD = `BEGIN:VCARD\nVERSION:3.0\nFN:Test\nPHOTO;ENCODING=b:${'A'.repeat(2 * 1024)}\nEND:VCARD`;

/** A text as long as WhatsApp allows, of characters of one to four bytes, and as many mentions as a large group has members. */
export const LONG_TEXT: Sample = {
  message_content: 'Test ñ 漢 😀 '
    .repeat(7_000)
    .slice(0, 64 * 1024)
    .toWellFormed(),
  mentions: Array.from({ length: 1_000 }, (_, n) => fictitious(n)),
};

/** Contact cards with pictures, which together make a body of 2 MiB. */
export const HEAVY: Sample = {
  message_type: 'contact',
  contacts: Array.from({ length: Math.ceil((2 * MIB) / CARD.length) }, () => ({
    ...{ name: 'Test', numbers: ['12025550100'], vcard: CARD },
  })),
};
