import request from 'supertest';
import { CONTACT } from './connection-in-memory.ts';
import { answerTo, CONNECTED, startApi } from './support.ts';

const at = (path: string) => `/sessions/${CONNECTED}/${path}`;
const ANA = { kind: 'number', number: CONTACT.number };
const LID = { kind: 'jid', jid: CONTACT.lid };
const PERSON = { number: CONTACT.number, lid: CONTACT.lid };

describe('chats', () => {
  it.each([
    [
      'patch',
      `chats/${CONTACT.number}`,
      { archived: true, unread: false },
      ['change', ANA, { archived: true, unread: false }],
    ],
    [
      'patch',
      `chats/${CONTACT.lid}`,
      { muted_until: '2030-01-15T10:30:00Z' },
      ['change', LID, { mutedUntilMs: Date.UTC(2030, 0, 15, 10, 30) }],
    ],
    ['patch', `chats/${CONTACT.lid}`, { muted_until: 'always' }, ['change', LID, { mutedUntilMs: 'always' }]],
    ['patch', `chats/${CONTACT.lid}`, { muted_until: null }, ['change', LID, { mutedUntilMs: null }]],
    ['post', `chats/${CONTACT.number}/clear`, undefined, ['clear', ANA]],
    ['delete', `chats/${CONTACT.number}`, undefined, ['delete', ANA]],
    ['post', 'messages/3EB0A/star', { starred: false }, ['star', '3EB0A', false]],
    ['post', 'messages/3EB0A/delete-for-me', {}, ['deleteForMe', '3EB0A', false]],
    ['post', `contacts/${CONTACT.number}/presence`, undefined, ['subscribe', ANA]],
    ['delete', 'profile/picture', undefined, ['removePicture']],
  ] as const)('%s %s %j is done', async (method, path, body, asked) => {
    const { app, sessions } = startApi();
    const answer = await answerTo(request(app)[method](at(path)).send(body));
    expect([answer.status, answer.body]).toEqual([200, { success: true }]);
    expect(sessions.openConnection.asked).toEqual([asked]);
  });
});

describe('people', () => {
  it('are checked, one answer for each number, those beyond the allowance without one', async () => {
    const { app } = startApi();
    const numbers = [CONTACT.number, '14155550100', '14155550109'];
    const { body } = await answerTo(request(app).post(at('contacts/check')).send({ numbers }));
    const none = { number: null, jid: null, lid: null };
    const data = [
      { asked: CONTACT.number, exists: true, ...CONTACT },
      { asked: '14155550100', exists: false, ...none },
      { asked: '14155550109', exists: null, ...none },
    ];
    expect(body).toEqual({ success: true, data });
  });

  it.each([
    ['get', 'blocklist', undefined, [PERSON]],
    ['post', 'blocklist', { contact: CONTACT.lid }, PERSON],
    ['delete', `blocklist/${CONTACT.number}`, undefined, PERSON],
    ['post', 'contacts/resolve', { contacts: [CONTACT.lid] }, [PERSON]],
    ['patch', `contacts/${CONTACT.number}`, { full_name: 'Ana García' }, PERSON],
    ['delete', `contacts/${CONTACT.number}`, undefined, PERSON],
    ['get', `contacts/${CONTACT.number}/about`, undefined, { text: 'De viaje', set_at: '2024-01-15T10:30:00.000Z' }],
  ] as const)('%s %s %j answers', async (method, path, sent, data) => {
    const { app } = startApi();
    const { status, body } = await answerTo(request(app)[method](at(path)).send(sent));
    expect([status, body]).toEqual([200, { success: true, data }]);
  });

  it('are listed with their names, page by page', async () => {
    const { app } = startApi();
    const { body } = await answerTo(request(app).get(at('contacts')).query({ limit: 1 }));
    expect(body).toMatchObject({ data: [{ number: null, lid: CONTACT.lid, push_name: 'Ana' }], next: CONTACT.lid });
    const { body: rest } = await answerTo(request(app).get(at('contacts')).query({ after: CONTACT.lid }));
    expect(rest).toMatchObject({ data: [{ number: CONTACT.number, lid: null }], next: null });
  });

  it('without a business profile have none', async () => {
    const { app } = startApi();
    await request(app)
      .get(at(`contacts/${CONTACT.lid}/business`))
      .expect(404, /business_profile_not_found/);
  });
});

it('the own profile and privacy are read and changed', async () => {
  const { app, sessions } = startApi();
  const { body } = await answerTo(request(app).get(at('profile')));
  expect(body).toMatchObject({ data: { ...PERSON, name: 'Ventas', picture_url: null } });
  await answerTo(request(app).patch(at('profile')).send({ name: ' Tienda ', about: '' }));
  await answerTo(request(app).post(at('profile/picture')).attach('file', Buffer.from('image'), 'a.jpg'));
  const { body: privacy } = await answerTo(request(app).patch(at('privacy')).send({ calls: 'known' }));
  expect(privacy).toMatchObject({ data: { calls: 'all', messages: null } });
  expect((await answerTo(request(app).get(at('privacy')))).body).toEqual(privacy);
  expect(sessions.openConnection.asked).toEqual([
    ['rename', 'Tienda'],
    ['setAbout', ''],
    ['setPicture', 5],
    ['setPrivacy', { calls: 'known' }],
  ]);
});

it.each([
  ['patch', `chats/Ana`, { pinned: true }, 'invalid_number'],
  ['patch', `chats/${CONTACT.number}`, { muted_until: 5 }, 'invalid_body'],
  ['post', 'contacts/resolve', { contacts: ['120363012345678901@g.us'] }, 'invalid_number'],
  ['post', 'blocklist', {}, 'invalid_number'],
  ['get', `contacts/120363012345678901@g.us/about`, undefined, 'invalid_number'],
  ['patch', `contacts/${CONTACT.number}`, {}, 'invalid_body'],
  ['post', 'profile/picture', {}, 'invalid_file'],
  ['patch', 'privacy', { groups: 'none' }, 'invalid_body'],
] as const)('%s %s %j is refused with %s', async (method, path, body, error) => {
  const { app, sessions } = startApi();
  const answer = await answerTo(request(app)[method](at(path)).send(body));
  expect(answer).toMatchObject({ status: 400, body: { error } });
  expect(sessions.openConnection.asked).toEqual([]);
});
