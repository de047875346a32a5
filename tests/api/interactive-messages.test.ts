import request from 'supertest';
import { CONNECTED, startApi } from './support.ts';

const PATH = `/sessions/${CONNECTED}/messages`;
const NUMBER = '5491234567890';
const REPLY = { type: 'reply', text: 'Sí', id: 'yes' };
const ROW = { id: 'n', title: 'Norte' };
const LINK = { type: 'url', text: 'Ver', url: 'https://example.com/a?b=1' };

const BUTTONS = { type: 'buttons', number: NUMBER, text: '¿Confirmas?', buttons: [REPLY] };
const LIST = { type: 'list', number: NUMBER, text: '¿Dónde?', button: 'Ver', sections: [{ rows: [ROW] }] };

const FRAME = { header: null, footer: null };
const ADDRESSED = { to: { kind: 'number', number: NUMBER }, replyTo: null, mentions: [] };

/** As many as `count`, each different. */
const many = <Item>(count: number, item: (index: number) => Item): Item[] =>
  Array.from({ length: count }, (_, index) => item(index));

describe('POST /sessions/:sessionId/messages with buttons or a list', () => {
  it.each([
    [
      'buttons of every kind',
      {
        ...{ ...BUTTONS, header: 'Turno', footer: 'Gracias' },
        buttons: [
          REPLY,
          { type: 'reply', text: 'No' },
          LINK,
          { type: 'copy', text: 'Copiar', code: 'AB-12' },
          { type: 'call', text: 'Llamar', phone_number: '+54 9 11 2233-4455' },
        ],
      },
      {
        ...{ type: 'buttons', header: 'Turno', text: '¿Confirmas?', footer: 'Gracias' },
        buttons: [
          REPLY,
          { type: 'reply', text: 'No', id: 'No' },
          LINK,
          { type: 'copy', text: 'Copiar', code: 'AB-12' },
          { type: 'call', text: 'Llamar', phoneNumber: '5491122334455' },
        ],
      },
    ],
    [
      'a list',
      LIST,
      {
        ...{ type: 'list', ...FRAME, text: '¿Dónde?', button: 'Ver' },
        sections: [{ title: null, rows: [{ ...ROW, description: null }] }],
      },
    ],
  ])('sends %s', async (_, body, content) => {
    const { app, sessions } = startApi();

    await request(app).post(PATH).send(body).expect(200);

    expect(sessions.sent).toMatchObject([{ ...ADDRESSED, content }]);
  });

  it.each([
    ['no text', { ...BUTTONS, text: ' ' }, 'invalid_message'],
    ['a list without text', { ...LIST, text: undefined }, 'invalid_message'],
    ['no buttons', { ...BUTTONS, buttons: [] }, 'needs 1 to 10 buttons'],
    ['11 buttons', { ...BUTTONS, buttons: many(11, (at) => ({ type: 'reply', text: `${at}` })) }, 'needs 1 to 10'],
    ['a button of an unknown type', { ...BUTTONS, buttons: [{ type: 'flow', text: 'x' }] }, 'must have a type'],
    ['two buttons with one id', { ...BUTTONS, buttons: [REPLY, { ...REPLY, text: 'No' }] }, 'must not repeat an id'],
    ['two buttons with one text', { ...BUTTONS, buttons: [REPLY, { ...REPLY, id: 'x' }] }, 'must not repeat a text'],
    ['a long button', { ...BUTTONS, buttons: [{ ...REPLY, text: 'x'.repeat(26) }] }, 'at most 25 characters'],
    ['a long header', { ...BUTTONS, header: 'x'.repeat(61) }, 'at most 60 characters'],
    ['a script', { ...BUTTONS, buttons: [{ ...LINK, url: 'javascript:alert(1)' }] }, 'begins with http'],
    ['half an address', { ...BUTTONS, buttons: [{ ...LINK, url: 'example.com' }] }, 'begins with http'],
    ['credentials', { ...BUTTONS, buttons: [{ ...LINK, url: 'https://a:b@example.com' }] }, 'without credentials'],
    ['no number', { ...BUTTONS, buttons: [{ type: 'call', text: 'x', phone_number: 'x' }] }, 'is not a phone number'],
    ['a group', { ...BUTTONS, buttons: [{ type: 'call', text: 'x', phone_number: '1-2@g.us' }] }, 'phone number'],
    [
      '11 rows',
      { ...LIST, sections: [{ rows: many(11, (at) => ({ id: `${at}`, title: 'x' })) }] },
      'needs 1 to 10 rows',
    ],
    ['rows with one id', { ...LIST, sections: [{ rows: [ROW, ROW] }] }, 'must not repeat an id'],
    [
      'sections without titles',
      { ...LIST, sections: many(2, (at) => ({ rows: [{ id: `${at}`, title: 'x' }] })) },
      'titles',
    ],
    ['a list without a button', { ...LIST, button: '' }, 'must not be empty'],
  ])('refuses %s', async (_, body, why) => {
    const { app, sessions } = startApi();

    const answer = await request(app).post(PATH).send(body).expect(400);

    expect(answer.body).toMatchObject({ success: false });
    expect(JSON.stringify(answer.body)).toContain(why);
    expect(sessions.sent).toEqual([]);
  });
});
