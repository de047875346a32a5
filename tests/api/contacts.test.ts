import request from 'supertest';
import { ERRORS } from '../../src/domain/errors.ts';
import { CONTACT } from './connection-in-memory.ts';
import { answerTo, CONNECTED, startApi } from './support.ts';

const CHECK = `/sessions/${CONNECTED}/contacts/check`;

describe('GET /sessions/:sessionId/contacts/check', () => {
  it('returns how WhatsApp knows the number', async () => {
    const { app, sessions } = startApi();
    const { status, body } = await answerTo(request(app).get(CHECK).query({ number: '+54 9 11 2233-4455' }));
    expect([status, body]).toEqual([200, { success: true, exists: true, ...CONTACT }]);
    expect(sessions.openConnection.asked).toEqual([['check', CONTACT.number]]);
  });

  it('reports a number without an account', async () => {
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
    expect(body).toEqual({
      success: false,
      error: 'invalid_number',
      message: ERRORS.invalid_number,
      field: expect.any(String) as string,
    });
    expect(sessions.openConnection.asked).toEqual([]);
  });
});

describe('GET /sessions/:sessionId/contacts/:contactId/picture', () => {
  it.each([
    ['a number', '+54 9 11 2233-4455', { kind: 'number', number: CONTACT.number }],
    ['a LID', CONTACT.lid, { kind: 'jid', jid: CONTACT.lid }],
    ['a group', '120363012345678901@g.us', { kind: 'jid', jid: '120363012345678901@g.us' }],
  ])('returns that of %s', async (_name, contactId, of) => {
    const { app, sessions } = startApi();
    const path = `/sessions/${CONNECTED}/contacts/${encodeURIComponent(contactId)}/picture`;
    const { status, body } = await answerTo(request(app).get(path));
    expect([status, body]).toEqual([200, { success: true, url: 'https://pps.whatsapp.net/picture.jpg' }]);
    expect(sessions.openConnection.asked).toEqual([['picture', of]]);
  });

  it('refuses an invalid contact', async () => {
    const { app } = startApi();
    await request(app)
      .get(`/sessions/${CONNECTED}/contacts/Ana/picture`)
      .expect(400, /invalid_number/);
  });
});
