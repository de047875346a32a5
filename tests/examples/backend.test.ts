import type { Browser, Page } from 'playwright-core';
import type { Phone } from '../../simulator/phones/phone.ts';
import { ERRORS } from '../../src/domain/errors.ts';
import { startBrowser } from '../harness/browser.ts';
import { freePort } from '../harness/free-port.ts';
import { readQr } from '../dashboard/open-page.ts';
import { TestDatabase } from '../harness/postgres.ts';
import { until, untilTrue } from '../harness/until.ts';
import { startWorld, type World } from '../harness/world.ts';
import { ExampleBackend } from './example-backend.ts';
import { forgetMessage } from './forget-message.ts';
import {
  complaintsAbout,
  type EventToPost,
  KEYS,
  message,
  NOT_EVENTS,
  NOT_GENUINE,
  postSigned,
} from './signed-post.ts';

const ACCOUNT = '5491234567890';
const REPLY = 'Gracias por escribirnos.';

let [db, world, backend, browser]: [TestDatabase?, World?, ExampleBackend?, Browser?] = [];

interface Fixture {
  db: TestDatabase;
  world: World;
  backend: ExampleBackend;
  browser: Browser;
}

/** The processes that all tests of this file share. */
function fixture(): Fixture {
  return { db, world, backend, browser } as Fixture;
}

beforeAll(async () => {
  const [orchestratorPort, backendPort] = [await freePort(), await freePort()];
  [db, browser] = await Promise.all([TestDatabase.start(), startBrowser()]);
  const keys = { API_KEY: 'key-of-the-orchestrator', ...KEYS };
  backend = new ExampleBackend(backendPort, {
    ...keys,
    DATABASE_URL: db.url,
    ORCHESTRATOR_URL: `http://127.0.0.1:${orchestratorPort}`,
    AUTO_REPLY: REPLY,
  });
  await backend.start();
  world = await startWorld({
    environment: { ...keys, PORT: String(orchestratorPort), BACKEND_BASE_URL: backend.url },
  });
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await world?.[Symbol.asyncDispose]();
  await backend?.[Symbol.asyncDispose]();
  await db?.[Symbol.asyncDispose]();
});

async function rows(sql: string, values: unknown[] = []): Promise<any[]> {
  return (await fixture().db.pool.query(sql, values)).rows;
}

function messagesOf(person: Phone): Promise<any[]> {
  return rows('SELECT * FROM whatsapp_messages WHERE sender_number = $1 ORDER BY first_seq', [person.number]);
}

/** Posts an event, which wakes the background work of the backend before its five seconds are over. */
async function wakeUp(): Promise<void> {
  expect(await post({ body: message({ session_id: 'session_despierta' }) })).toBe(200);
}

/** The stored cursor of GET /events. */
async function cursor(): Promise<string> {
  return (await rows('SELECT cursor FROM whatsapp_cursor'))[0].cursor;
}

/** Makes a person send a text, and then removes every trace of it from the database, as if an older backup were restored. */
async function forgetAfter(person: Phone, text: string): Promise<void> {
  // From here on the backend pulls nothing by itself until it detects a gap.
  await untilTrue(() => Promise.resolve(fixture().backend.output.includes('Caught up')));
  const before = await cursor();
  await person.sendText(ACCOUNT, text);
  await person.next();
  await forgetMessage(fixture().db.pool, text, before);
}

async function openPage(): Promise<Page> {
  const page = await fixture().browser.newPage({ locale: 'es-AR' });
  await page.goto(fixture().backend.url);
  return page;
}

/** Presses the button of the page, and scans the QR that it shows. Resolves with the id of the session. */
async function linkByPage(page: Page, phone: Phone): Promise<string> {
  await page.getByRole('button', { name: 'Conectar nueva cuenta' }).click();
  const picture = page.getByRole('img', { name: 'Código QR' });
  await picture.waitFor();
  await phone.scan(await readQr(picture));
  return (await page.getByText('ID de sesión: ').innerText()).split(': ')[1]!;
}

/** Posts an event to the backend. */
const post = (event: EventToPost) => postSigned(fixture().backend.url, event);

describe('the example backend, on PostgreSQL, with the orchestrator and a browser', () => {
  it('links an account on its page, stores messages, and replies to them', async () => {
    const { whatsapp } = fixture().world;
    const [account, person] = [whatsapp.phone(ACCOUNT), whatsapp.phone('5490987654321', 'Juan Pérez')];
    const page = await openPage();

    const sessionId = await linkByPage(page, account);

    await page.getByText(`Cuenta +${ACCOUNT} conectada`).waitFor();
    expect(await page.getByRole('img', { name: 'Código QR' }).isVisible()).toBe(false);
    expect(await rows('SELECT * FROM whatsapp_sessions')).toMatchObject([
      {
        session_id: sessionId,
        phone_number: ACCOUNT,
        status: 'connected',
        whatsapp_user_id: `${ACCOUNT}:1@s.whatsapp.net`,
      },
    ]);

    const id = await person.sendText(ACCOUNT, 'Hola, ¿cómo <b>estás</b>?');

    expect(await person.next()).toMatchObject({ from: ACCOUNT, text: REPLY });
    expect(await messagesOf(person)).toMatchObject([
      { message_id: id, sender_name: 'Juan Pérez', content: 'Hola, ¿cómo <b>estás</b>?', type: 'text' },
    ]);
    await page.getByText('Juan Pérez: Hola, ¿cómo <b>estás</b>?').waitFor();
    await page.getByText(`↳ ${REPLY} (entregado)`).waitFor();
    await page.close();
  });

  it('serves the file of a message as a download', async () => {
    const person = fixture().world.whatsapp.phone('5491133334444', 'Eva');
    const data = Buffer.from('Una carta muy corta.');
    await person.sendMedia(ACCOUNT, { kind: 'document', bytes: data, mimetype: 'text/plain', fileName: 'carta.txt' });
    const { id } = await until(async () => (await rows(`SELECT id FROM whatsapp_messages WHERE type = 'document'`))[0]);
    const page = await openPage();

    const link = page.getByRole('link', { name: 'archivo' });
    expect(await link.getAttribute('href')).toBe(`/api/whatsapp/messages/${id}/media`);
    const answer = await fetch(`${fixture().backend.url}/api/whatsapp/messages/${id}/media`);
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(data);
    expect(answer.headers.get('content-disposition')).toContain('attachment');
    expect([...answer.headers.values()]).not.toContain('undefined');
    const part = await fetch(answer.url, { headers: { range: 'bytes=4-8' } });
    expect([part.status, await part.text()]).toEqual([206, 'carta']);
    expect((await fetch(answer.url, { headers: { range: 'bytes=99-' } })).status).toBe(416);
    expect((await fetch(`${fixture().backend.url}/api/whatsapp/messages/0/media`)).status).toBe(404);
    await page.close();
  });

  it('says that the database is away, answers 503, and goes on by itself when it is back', async () => {
    const { db, world } = fixture();
    const person = world.whatsapp.phone('5491122223333');
    const away = (await openPage()).getByRole('alert').getByText('La base de datos no responde.');

    await db.kill();
    await away.waitFor();
    await person.sendText(ACCOUNT, 'sin base de datos');
    expect(await post({ body: message({}) })).toBe(503);
    expect(fixture().backend.output.split('PostgreSQL is away')).toHaveLength(2);
    // It starts without the database, too.
    await fixture().backend.end('SIGTERM');
    await fixture().backend.start();
    expect(await post({ body: message({}) })).toBe(503);

    await db.startAgain();
    await away.waitFor({ state: 'hidden' });
    await world.fastForwardUntil(untilTrue(async () => (await messagesOf(person)).length > 0));
    expect(await messagesOf(person)).toMatchObject([{ content: 'sin base de datos' }]);
    expect(fixture().backend.output).toContain('PostgreSQL is back.');
    await away.page().close();
  });

  it('has every message once and in order after it was killed', async () => {
    const person = fixture().world.whatsapp.phone('5491155556666', 'Luz');
    const texts = ['uno', 'dos', 'tres', 'cuatro', 'cinco'];
    await person.sendText(ACCOUNT, 'cero');
    await untilTrue(async () => (await messagesOf(person)).length === 1);

    await fixture().backend.end('SIGKILL');
    for (const text of texts) await person.sendText(ACCOUNT, text);
    await fixture().backend.start();

    await fixture().world.fastForwardUntil(untilTrue(async () => (await messagesOf(person)).length > texts.length));
    expect((await messagesOf(person)).map(({ content }) => content)).toEqual(['cero', ...texts]);
    // The reply that was possibly being sent arrived once; an unfinished one is retried after ten seconds.
    expect((await person.next(() => true, { timeoutMs: 25_000 })).text).toBe(REPLY);
    expect(person.messages().messages).toHaveLength(1);
  }, 60_000);

  it('pulls missing events when it detects a gap, and restores their order', async () => {
    const person = fixture().world.whatsapp.phone('5491177778888', 'Sol');
    await forgetAfter(person, 'perdido');

    await person.sendText(ACCOUNT, 'el siguiente');

    await untilTrue(async () => (await messagesOf(person)).length === 2);
    expect((await messagesOf(person)).map(({ content }) => content)).toEqual(['perdido', 'el siguiente']);
  });

  it('skips no event that it cannot store while catching up, and retries the same one', async () => {
    const person = fixture().world.whatsapp.phone('5491199990000', 'Mar');
    await forgetAfter(person, 'imposible');
    await rows(`ALTER TABLE whatsapp_messages ADD CONSTRAINT it CHECK (content <> 'imposible') NOT VALID`);
    const before = await cursor();

    await person.sendText(ACCOUNT, 'lo que sigue');

    await untilTrue(async () => (await messagesOf(person)).length === 1);
    const failures = () => fixture().backend.output.split('Could not store event').length - 1;
    await untilTrue(() => Promise.resolve(failures() > 0));
    const once = failures();
    await wakeUp();
    await untilTrue(() => Promise.resolve(failures() > once));
    expect(await cursor()).toBe(before);

    await rows('ALTER TABLE whatsapp_messages DROP CONSTRAINT it');
    await wakeUp();

    await untilTrue(async () => (await messagesOf(person)).length === 2);
    expect((await messagesOf(person)).map(({ content }) => content)).toEqual(['imposible', 'lo que sigue']);
  });

  it('keeps the row of an account that is linked again', async () => {
    const account = fixture().world.whatsapp.phone(ACCOUNT);
    const [before] = await rows('SELECT * FROM whatsapp_sessions');
    const page = await openPage();

    await linkByPage(page, account);

    await page.getByText(`Cuenta +${ACCOUNT} conectada`).waitFor();
    expect(await rows('SELECT id, session_id, status FROM whatsapp_sessions')).toEqual([
      { id: before.id, session_id: before.session_id, status: 'connected' },
    ]);
    await page.close();
  });
});

describe('the page of the example backend', () => {
  const send = (body: string | undefined, type = 'application/json') =>
    fetch(`${fixture().backend.url}/api/whatsapp/send-message`, {
      method: 'POST',
      headers: { 'content-type': type },
      ...(body !== undefined && { body }),
    });

  it.each([
    ['nothing', undefined],
    ['invalid JSON', '{'],
    ['missing fields', '{"sessionId": "session_1"}'],
    ['an invalid number', '{"sessionId": "session_1", "number": null, "message": "hola"}'],
  ])('gets a 400 for %s', async (_what, body) => {
    const answer = await send(body);

    expect([answer.status, await answer.json()]).toEqual([400, { success: false, message: expect.any(String) }]);
  });

  it('sends a text, and receives the error message of the orchestrator', async () => {
    const person = fixture().world.whatsapp.phone('5491144445555', 'Paz');
    const [{ session_id: sessionId }] = await rows('SELECT session_id FROM whatsapp_sessions');

    const sent = await send(JSON.stringify({ sessionId, number: person.number, message: 'Buenas' }));
    expect([sent.status, await sent.json()]).toMatchObject([200, { success: true, status: 'sent' }]);
    expect((await person.next()).text).toBe('Buenas');

    const refused = await send(JSON.stringify({ sessionId: 'session_1_nadie', number: '5491144445555', message: 'x' }));
    expect([refused.status, await refused.json()]).toEqual([
      404,
      { success: false, error: 'session_not_found', message: ERRORS.session_not_found },
    ]);
  });
});

describe('the webhook endpoints of the example backend', () => {
  it('stores a webhook once that is posted twice, even concurrently', async () => {
    const twice = { id: 'twice', body: message({ session_id: 'session_doble', message_id: 'DOBLE' }) };

    expect(await Promise.all([post(twice), post(twice)])).toEqual([200, 200]);
    expect(await post(twice)).toBe(200);

    expect(await rows(`SELECT 1 FROM whatsapp_messages WHERE message_id = 'DOBLE'`)).toHaveLength(1);
  });

  it.each(NOT_GENUINE)('rejects a webhook with %s with 401', async (_, headers) => {
    const body = message({ session_id: 'session_ajena', message_id: 'AJENO' });

    expect(await post({ body, headers })).toBe(401);

    expect(await rows(`SELECT 1 FROM whatsapp_messages WHERE message_id = 'AJENO'`)).toEqual([]);
  });

  it.each(NOT_EVENTS)('rejects a signed webhook with %s with 400', async (_what, it) => {
    expect(await post(it)).toBe(400);
  });

  it('rejects a webhook that was signed more than five minutes ago', async () => {
    expect(await post({ body: message({}), atMs: Date.now() - 301_000 })).toBe(401);
  });

  it('corrects a message that could not be decrypted at first', async () => {
    const it = { session_id: 'session_cifrada', message_id: 'CIFRADO' };
    await post({ seq: 1, body: message({ ...it, message_type: 'undecryptable', message_content: null }) });
    await post({ seq: 2, body: message({ ...it, message_content: 'ahora sí' }) });

    expect(await rows(`SELECT content, type FROM whatsapp_messages WHERE message_id = 'CIFRADO'`)).toEqual([
      { content: 'ahora sí', type: 'text' },
    ]);
  });

  it('adds the number of a sender that becomes known later, in whichever order events arrive', async () => {
    const lid = { session_id: 'session_lid', sender_lid: '99@lid', chat_id: '99@lid' };
    const early = { ...lid, message_id: 'LID1' };
    await post({ seq: 1, body: message({ ...early, sender_number: null, sender_name: null }) });
    await post({ seq: 2, body: message({ ...early, corrected_fields: ['sender_number', 'sender_name'] }) });
    const late = { ...lid, message_id: 'LID2' };
    await post({ seq: 4, body: message({ ...late, corrected_fields: ['sender_number'] }) });
    await post({ seq: 3, body: message({ ...late, sender_number: null }) });

    const found = await rows(`SELECT sender_number FROM whatsapp_messages WHERE session_id = 'session_lid'`);
    expect(found).toEqual([{ sender_number: '5491100001111' }, { sender_number: '5491100001111' }]);
  });

  it('keeps messages of different senders apart that have the same id', async () => {
    const group = { session_id: 'session_grupo', message_id: 'IGUAL', chat_id: '1@g.us', is_group: true };
    await post({ seq: 1, body: message({ ...group, message_content: 'de Rosa' }) });
    await post({ seq: 2, body: message({ ...group, message_content: 'de otro', sender_number: '5491100002222' }) });

    const found = await rows(`SELECT content FROM whatsapp_messages WHERE message_id = 'IGUAL' ORDER BY first_seq`);
    expect(found).toEqual([{ content: 'de Rosa' }, { content: 'de otro' }]);
  });

  it('keeps the status of the latest event, in whichever order events arrive', async () => {
    const session_id = 'session_estado';
    const status = { session_id, error_message: null, last_seen: null };
    await post({ kind: 'status-update', seq: 3, body: { ...status, status: 'disconnected' } as never });
    const connected = {
      ...{ session_id, phone_number: '5491100003333', status: 'connected', auth_folder_path: './x', server_port: null },
      ...{ whatsapp_user_id: 'x', last_seen: '2024-01-15T10:30:00.000Z' },
      ...{ created_at: '2024-01-15T10:30:00.000Z', updated_at: '2024-01-15T10:30:00.000Z' },
    };
    await post({ kind: 'new-session-connected', seq: 2, body: connected });

    expect(await rows('SELECT status FROM whatsapp_sessions WHERE session_id = $1', [session_id])).toEqual([
      { status: 'disconnected' },
    ]);
  });

  it('stores texts without the characters that PostgreSQL rejects', async () => {
    const body = message({ session_id: 'session_nul', message_id: 'NUL', message_content: 'a\u0000b\ud800' });

    expect(await post({ body })).toBe(200);

    expect(await rows(`SELECT content FROM whatsapp_messages WHERE message_id = 'NUL'`)).toEqual([
      { content: 'ab\ufffd' },
    ]);
  });
});

it('is a backend in which npm run check-backend finds nothing to change', async () => {
  expect(await complaintsAbout(fixture().backend.url)).toEqual([]);
});

it('shuts down gracefully, and never logs what people write', async () => {
  const { output } = fixture().backend;

  expect(await fixture().backend.end('SIGTERM')).toBe(0);

  expect(output).not.toContain('siguiente');
});
