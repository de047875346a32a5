import request from 'supertest';
import { AppError } from '../../src/domain/errors.ts';
import { Secret } from '../../src/kit/secret.ts';
import { DRAFT } from './drafts-in-memory.ts';
import { CONNECTED, PAIRING, startApi } from './support.ts';

const ADMIN = { Authorization: 'Bearer the-key-of-the-house' };
const NUMBER = '5491234567890';

async function start() {
  const api = startApi({ apiKeys: [new Secret('the-key-of-the-house')] });
  const { text } = await api.keys.create({
    ...{ name: 'agent', scopes: ['messages:send'], sessions: null },
    limits: { recipients: null, approval: true },
  });
  const agent = { Authorization: `Bearer ${text.reveal()}` };
  const post = (path: string, body: object = {}, headers: Record<string, string> = ADMIN) =>
    request(api.app).post(path).set(headers).send(body);
  const written = async (): Promise<string> => {
    const path = `/sessions/${CONNECTED}/send-message`;
    const { body } = await post(path, { number: NUMBER, message: 'hola' }, agent).expect(202);
    return (body as { draftId: string }).draftId;
  };
  return { ...api, agent, post, written };
}

it('what a key with approval sends waits until a person approves it, and is sent once', async () => {
  const { sessions, post, agent, app } = await start();
  const path = `/sessions/${CONNECTED}/messages`;
  const { body } = await post(path, { type: 'text', number: `+${NUMBER}`, text: 'hola' }, agent).expect(202);
  const { draftId, messageId } = body as { draftId: string; messageId: string };
  expect(body).toMatchObject({ success: true, status: 'draft', to: NUMBER });
  expect(sessions.sent).toEqual([]);

  const { body: list } = await request(app).get('/drafts').set(agent).expect(200);
  expect(list).toMatchObject({
    data: [{ draftId, messageId, state: 'waiting', to: NUMBER, content: { type: 'text', text: 'hola' } }],
  });
  const all = await Promise.all([1, 2].map(() => post(`/drafts/${draftId}/approve`)));

  expect(all.map(({ status }) => status).sort()).toEqual([200, 409]);
  expect(sessions.sent).toMatchObject([{ messageId, content: { type: 'text', text: 'hola' } }]);
  await post(`/drafts/${draftId}/discard`).expect(409, /draft_decided/);
});

it('nobody approves or discards with a key that has limits, nor drafts of another session', async () => {
  const { post, agent, keys, written } = await start();
  const draftId = await written();
  const other = await keys.create({ name: '', scopes: ['messages:send'], sessions: [PAIRING] });
  const stranger = { Authorization: `Bearer ${other.text.reveal()}` };

  for (const step of ['approve', 'discard']) {
    await post(`/drafts/${draftId}/${step}`, {}, agent).expect(403, /not_permitted/);
    await post(`/drafts/${draftId}/${step}`, {}, stranger).expect(404, /draft_not_found/);
    await post(`/drafts/draft_unknown/${step}`).expect(404, /draft_not_found/);
  }
});

it('a discarded draft is never sent, and one whose sending fails waits again', async () => {
  const { post, written, sessions } = await start();
  const [first, second] = [await written(), await written()];
  await post(`/drafts/${first}/discard`).expect(200);
  await post(`/drafts/${first}/approve`).expect(409, /draft_decided/);

  sessions.failure = new AppError('session_not_connected');
  await post(`/drafts/${second}/approve`).expect(409, /session_not_connected/);
  sessions.failure = undefined;
  await post(`/drafts/${second}/approve`).expect(200);
  expect(new Set(sessions.sent.map(({ messageId }) => messageId)).size).toBe(1);
});

it('a key sees its own drafts only, a person those of its sessions, and nobody expired ones', async () => {
  const { app, agent, written, clock, post, keys } = await start();
  const own = await written();
  const idsFor = async (headers: Record<string, string>) => {
    const { body } = await request(app).get('/drafts?state=waiting').set(headers).expect(200);
    return (body as { data: { draftId: string }[] }).data.map(({ draftId }) => draftId);
  };
  const other = await keys.create({ name: '', scopes: ['messages:send'], sessions: [PAIRING] });
  expect(await idsFor(agent)).toEqual([own]);
  expect(await idsFor(ADMIN)).toEqual([DRAFT.id, own]);
  expect(await idsFor({ Authorization: `Bearer ${other.text.reveal()}` })).toEqual([]);

  clock.move(7 * 24 * 3_600_000);
  expect(await idsFor(ADMIN)).toEqual([]);
  await post(`/drafts/${own}/approve`).expect(404, /draft_not_found/);
});

it('a draft keeps the thumbnail of its preview, byte for byte', async () => {
  const { post, agent, sessions } = await start();
  const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0x00, 0x80]);
  const preview = { title: 'Menú', thumbnail: jpeg.toString('base64') };
  const message = { type: 'text', number: NUMBER, text: 'https://example.com/menu', link_preview: preview };
  const { body } = await post(`/sessions/${CONNECTED}/messages`, message, agent).expect(202);

  await post(`/drafts/${(body as { draftId: string }).draftId}/approve`).expect(200);
  expect(sessions.sent).toMatchObject([{ content: { preview: { title: 'Menú', thumbnail: jpeg } } }]);
});

it('a draft is kept and shown as it was requested; one of an earlier version is read as before', async () => {
  const { post, agent, app, sessions } = await start();
  const preview = { title: 'Menú', description: null };
  const asked = { text: 'https://example.com/menu', link_preview: preview, mention_all: true };
  const addressed = { number: `+${NUMBER}`, reply_to: '3EB0B5A7D097B7C7AAAA', id: '3EB0C767D097B7C7AAAB' };
  await post(`/sessions/${CONNECTED}/messages`, { type: 'text', ...addressed, ...asked }, agent).expect(202);

  const { body } = await request(app).get('/drafts').set(ADMIN).expect(200);
  expect((body as { data: object[] }).data).toMatchObject([
    { draftId: DRAFT.id, to: NUMBER, content: { type: 'text', text: 'hola' }, messageId: '3EB0C767D097B7C7C1A5' },
    { to: NUMBER, content: { type: 'text', ...asked }, replyTo: addressed.reply_to, messageId: addressed.id },
  ]);
  expect((body as { data: { content: object }[] }).data[1]!.content).toEqual({ type: 'text', ...asked });
  await post(`/drafts/${DRAFT.id}/approve`).expect(200);
  expect(sessions.sent).toMatchObject([{ to: { number: NUMBER }, content: { type: 'text', text: 'hola' } }]);
});

it('a draft keeps no megabytes that nobody asked for', async () => {
  const { post, agent } = await start();
  const message = { type: 'text', number: NUMBER, text: 'x', junk: 'x'.repeat(600_000) };
  await post(`/sessions/${CONNECTED}/messages`, message, agent).expect(413, /body_too_large/);
});

it('webhooks learn of a draft that waits, and of what becomes of it, once each', async () => {
  const { written, post, told, sessions, drafts, clock } = await start();
  const [first, second, third] = [await written(), await written(), await written()];
  await post(`/drafts/${first}/discard`).expect(200);
  sessions.failure = new AppError('session_not_connected');
  await post(`/drafts/${second}/approve`).expect(409);
  sessions.failure = undefined;
  await post(`/drafts/${second}/approve`).expect(200);
  await drafts.expire(new AbortController().signal);
  const bodies = () => told.map(({ event }) => event.body as unknown as { draft_id: string; state: string });
  const steps = () => bodies().map(({ draft_id: id, state }) => `${[first, second, third].indexOf(id)} ${state}`);
  expect(steps()).toEqual(['0 waiting', '1 waiting', '2 waiting', '0 discarded', '1 sent']);
  expect(bodies()[0]).toMatchObject({
    ...{ session_id: CONNECTED, to: NUMBER, content: { type: 'text', text: 'hola' } },
    ...{ key_id: expect.any(String), message_id: expect.any(String), expires_at: expect.any(String) },
  });
  expect(bodies()[3]).toMatchObject({ content: null });

  clock.move(7 * 24 * 3_600_000);
  for (let times = 0; times < 2; times += 1) await drafts.expire(new AbortController().signal);
  expect(steps().slice(5)).toEqual(['-1 expired', '2 expired']);
});

it('a draft counts also when nobody can be told of it', async () => {
  const { written, post, drafts, clock, furtherEvents, told } = await start();
  furtherEvents.add = () => Promise.reject(new AppError('storage_unavailable'));
  await post(`/drafts/${await written()}/approve`).expect(200);
  const waiting = await written();

  clock.move(7 * 24 * 3_600_000);
  await drafts.expire(new AbortController().signal);
  furtherEvents.add = (_, events) => Promise.resolve(void told.push(...events));
  await drafts.expire(new AbortController().signal);
  expect(told.map(({ webhookId }) => webhookId)).toEqual([`${DRAFT.id}_expired`, `${waiting}_expired`]);
});

it('a draft takes its file from a URL only, and there are at most 100 of a key', async () => {
  const { post, agent, written } = await start();
  const path = `/sessions/${CONNECTED}/messages`;
  const base64 = { type: 'image', number: NUMBER, file: { base64: Buffer.from('x').toString('base64') } };
  await post(path, base64, agent).expect(400, /invalid_file/);
  await post(path, { ...base64, file: { url: 'https://example.com/x.png' } }, agent).expect(202);
  for (let count = 1; count < 100; count += 1) await written();
  await post(path, { type: 'text', number: NUMBER, text: 'x' }, agent).expect(409, /too_many_drafts/);
});
