import request from 'supertest';
import { AppError, ERRORS } from '../../src/domain/errors.ts';
import { CONTACT } from './connection-in-memory.ts';
import { answerTo, CONNECTED, PAIRING, startApi } from './support.ts';

const CHECK = `/sessions/${CONNECTED}/contacts/check`;
const PICTURE = `/sessions/${CONNECTED}/contacts/${CONTACT.number}/picture`;

describe('GET /sessions/:sessionId/contacts/check', () => {
  it('tells under which names WhatsApp has the number', async () => {
    const { app, sessions } = startApi();
    const { status, body } = await answerTo(request(app).get(CHECK).query({ number: '+54 9 11 2233-4455' }));
    expect([status, body]).toEqual([200, { success: true, exists: true, ...CONTACT }]);
    expect(sessions.onLine.asked).toEqual([['check', CONTACT.number]]);
  });

  it('tells that nobody has it', async () => {
    const { app } = startApi();
    const { body } = await answerTo(request(app).get(CHECK).query({ number: '14155550100' }));
    expect(body).toEqual({ success: true, exists: false, number: null, jid: null, lid: null });
  });

  it.each([
    ['missing', ''],
    ['empty', '?number='],
    ['words', '?number=Ana'],
    ['too short', '?number=123'],
    ['given twice', '?number=5491122334455&number=5491122334456'],
    ['a LID', '?number=123456789012345@lid'],
    ['a group', '?number=120363012345678901@g.us'],
  ])('refuses a number that is %s', async (_name, query) => {
    const { app, sessions } = startApi();
    const { status, body } = await answerTo(request(app).get(`${CHECK}${query}`));
    expect(status).toBe(400);
    expect(body).toEqual({ success: false, error: 'invalid_number', message: ERRORS.invalid_number.message });
    expect(sessions.onLine.asked).toEqual([]);
  });
});

describe('GET /sessions/:sessionId/contacts/:contactId/picture', () => {
  it.each([
    ['a number', '+54 9 11 2233-4455', { kind: 'number', number: CONTACT.number }],
    ['a LID', CONTACT.lid, { kind: 'jid', jid: CONTACT.lid }],
    ['a group', '120363012345678901@g.us', { kind: 'jid', jid: '120363012345678901@g.us' }],
  ])('finds that of %s', async (_name, contactId, of) => {
    const { app, sessions } = startApi();
    const path = `/sessions/${CONNECTED}/contacts/${encodeURIComponent(contactId)}/picture`;
    const { status, body } = await answerTo(request(app).get(path));
    expect([status, body]).toEqual([200, { success: true, url: 'https://pps.whatsapp.net/picture.jpg' }]);
    expect(sessions.onLine.asked).toEqual([['picture', of]]);
  });

  it('refuses what names nobody', async () => {
    const { app } = startApi();
    await request(app)
      .get(`/sessions/${CONNECTED}/contacts/Ana/picture`)
      .expect(400, /invalid_number/);
  });

  it.each(['picture_not_found', 'number_not_on_whatsapp'] as const)('passes on %s', async (code) => {
    const { app, sessions } = startApi();
    sessions.failure = new AppError(code);
    await request(app).get(PICTURE).expect(ERRORS[code].status, new RegExp(code));
  });
});

describe.each([CHECK + '?number=5491122334455', PICTURE, `/sessions/${CONNECTED}/groups`])('GET %s', (path) => {
  it.each(['session_not_connected', 'not_allowed', 'whatsapp_refused', 'rate_limited', 'whatsapp_timeout'] as const)(
    'passes on WhatsApp’s refusal %s',
    async (code) => {
      const { app, sessions } = startApi();
      sessions.failure = new AppError(code, { message: 'Because WhatsApp says so.' });
      const { status, body } = await answerTo(request(app).get(path));
      expect(status).toBe(ERRORS[code].status);
      expect(body).toEqual({ success: false, error: code, message: 'Because WhatsApp says so.' });
    },
  );

  it('refuses a session that is not connected, and one that is unknown', async () => {
    const { app } = startApi();
    await request(app)
      .get(path.replace(CONNECTED, PAIRING))
      .expect(409, /session_not_connected/);
    await request(app)
      .get(path.replace(CONNECTED, 'session_1_unknown00'))
      .expect(404, /session_not_found/);
  });
});
