import request from 'supertest';
import { CONNECTED, startApi } from './support.ts';

const PATH = `/sessions/${CONNECTED}/messages`;
const NUMBER = '5491234567890';
const ID = '3EB0C767D097B7C7C1A5';
const PLACE = { latitude: -34.6, longitude: -58.4 };
const POLL = { name: '¿Cuándo?', options: ['hoy', 'mañana'] };
const CARD = { name: 'Ana', numbers: ['+54 9 11 2233-4455'] };

const TO = { kind: 'number', number: NUMBER };
const NOTHING_ELSE = { replyTo: null, mentions: [] };

describe('POST /sessions/:sessionId/messages', () => {
  it.each([
    [
      'a text that replies and mentions somebody',
      { type: 'text', number: NUMBER, text: 'hola', reply_to: ID, mentions: ['5491155556666'] },
      {
        to: TO,
        content: { type: 'text', text: 'hola' },
        replyTo: ID,
        mentions: [{ kind: 'number', number: '5491155556666' }],
      },
    ],
    [
      'a location',
      { type: 'location', number: NUMBER, location: PLACE },
      { to: TO, content: { type: 'location', location: { ...PLACE, name: null, address: null } }, ...NOTHING_ELSE },
    ],
    [
      'a contact card with its numbers',
      { type: 'contact', number: NUMBER, contacts: [CARD] },
      {
        to: TO,
        content: { type: 'contact', contacts: [{ name: 'Ana', numbers: ['5491122334455'], vcard: null }] },
        ...NOTHING_ELSE,
      },
    ],
    [
      'a poll, with one choice by default',
      { type: 'poll', number: NUMBER, poll: POLL },
      { to: TO, content: { type: 'poll', poll: { ...POLL, selectable_count: 1 } }, ...NOTHING_ELSE },
    ],
    [
      'a reaction that is removed with an empty text',
      { type: 'reaction', message_id: ID, emoji: '' },
      { to: null, content: { type: 'reaction', messageId: ID, emoji: null }, ...NOTHING_ELSE },
    ],
    [
      'an edit',
      { type: 'edit', message_id: ID, text: 'chau' },
      { to: null, content: { type: 'edit', messageId: ID, text: 'chau' }, ...NOTHING_ELSE },
    ],
    [
      'a deletion',
      { type: 'delete', message_id: ID },
      { to: null, content: { type: 'delete', messageId: ID }, ...NOTHING_ELSE },
    ],
    [
      'a forward',
      { type: 'forward', number: NUMBER, message_id: ID },
      { to: TO, content: { type: 'forward', messageId: ID }, ...NOTHING_ELSE },
    ],
  ])('accepts %s', async (_, body, message) => {
    const { app, sessions } = startApi();

    await request(app).post(PATH).send(body).expect(200);

    expect(sessions.sent).toEqual([{ sessionId: CONNECTED, ...message }]);
  });

  it.each([
    ['no type', { number: NUMBER, text: 'hola' }, 'type'],
    ['an unknown type', { type: 'fax', number: NUMBER }, 'type'],
    ['a reply to an invalid id', { type: 'text', number: NUMBER, text: 'hola', reply_to: 'a b' }, 'reply_to'],
    ['mentions that are not a list', { type: 'text', number: NUMBER, text: 'hola', mentions: 'Ana' }, 'mentions'],
    ['a mention that is not a number', { type: 'text', number: NUMBER, text: 'hola', mentions: ['Ana'] }, 'mentions'],
    ['no location', { type: 'location', number: NUMBER }, 'location'],
    [
      'a location off the globe',
      { type: 'location', number: NUMBER, location: { latitude: 91, longitude: 0 } },
      'location',
    ],
    [
      'a location with text degrees',
      { type: 'location', number: NUMBER, location: { latitude: '1', longitude: 0 } },
      'location',
    ],
    ['no cards', { type: 'contact', number: NUMBER, contacts: [] }, 'contacts'],
    [
      'a card without numbers',
      { type: 'contact', number: NUMBER, contacts: [{ name: 'Ana', numbers: [] }] },
      'contacts',
    ],
    [
      'a card with letters for a number',
      { type: 'contact', number: NUMBER, contacts: [{ name: 'Ana', numbers: ['x'] }] },
      'contacts',
    ],
    ['an invalid vcard', { type: 'contact', number: NUMBER, contacts: [{ vcard: 'Ana' }] }, 'contacts'],
    ['no poll', { type: 'poll', number: NUMBER }, 'poll'],
    ['a poll without a question', { type: 'poll', number: NUMBER, poll: { ...POLL, name: ' ' } }, 'poll'],
    ['a poll with one option', { type: 'poll', number: NUMBER, poll: { ...POLL, options: ['hoy'] } }, 'poll'],
    ['a poll with a repeated option', { type: 'poll', number: NUMBER, poll: { ...POLL, options: ['a', 'a'] } }, 'poll'],
    ['more choices than options', { type: 'poll', number: NUMBER, poll: { ...POLL, selectable_count: 3 } }, 'poll'],
    ['a fractional choice', { type: 'poll', number: NUMBER, poll: { ...POLL, selectable_count: 0.5 } }, 'poll'],
    [
      'thirteen options',
      { type: 'poll', number: NUMBER, poll: { ...POLL, options: Array.from('abcdefghijklm') } },
      'poll',
    ],
    ['a reaction without an emoji', { type: 'reaction', message_id: ID }, 'emoji'],
    ['a reaction in words', { type: 'reaction', message_id: ID, emoji: 'x'.repeat(33) }, 'emoji'],
    ['a reaction to nothing', { type: 'reaction', emoji: '👍' }, 'message_id'],
    ['a deletion of a number', { type: 'delete', message_id: 5 }, 'message_id'],
    ['a forward of nothing', { type: 'forward', number: NUMBER }, 'message_id'],
  ])('refuses %s, and names the field', async (_, body, field) => {
    const { app, sessions } = startApi();

    const answer = await request(app).post(PATH).send(body);

    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ success: false, error: 'invalid_body' });
    expect((answer.body as { message: string }).message).toMatch(new RegExp(`^The field "${field}" [a-z].*\\.$`));
    expect(sessions.sent).toEqual([]);
  });

  it.each([
    ['no number', { type: 'text', text: 'hola' }, 'invalid_number'],
    ['no number to forward to', { type: 'forward', message_id: ID, number: 'Ana' }, 'invalid_number'],
    ['no text', { type: 'text', number: NUMBER }, 'invalid_message'],
    ['an edit without text', { type: 'edit', message_id: ID, text: '  ' }, 'invalid_message'],
  ])('refuses %s', async (_, body, error) => {
    const { app } = startApi();
    await request(app)
      .post(PATH)
      .send(body)
      .expect(400)
      .expect(({ body: answer }) => {
        expect(answer).toMatchObject({ success: false, error });
      });
  });

  it.each(['template', 'interactive'])('refuses %s, which nobody would see', async (type) => {
    const { app, sessions } = startApi();

    const answer = await request(app)
      .post(PATH)
      .send({ type, number: NUMBER, text: '¿?', buttons: ['sí', 'no'] });

    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({ success: false, error: 'message_type_not_shown' });
    expect(sessions.sent).toEqual([]);
  });
});
