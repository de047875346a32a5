import { untilTrue } from '../../harness/until.ts';
import { changeStored } from '../../harness/stored.ts';
import { startWorld, type World } from '../../harness/world.ts';

const ACCOUNT = '5491234567890';
const PERSON = '5490987654321';

async function linked(world: World): Promise<string> {
  world.whatsapp.phone(PERSON, 'Juan');
  return (await world.link(world.whatsapp.phone(ACCOUNT))).sessionId;
}

/** Changes the database while the orchestrator is stopped, and starts it again. */
async function changeDatabase(world: World, sql: string, postgres: string): Promise<void> {
  await world.stopOrchestrator();
  await changeStored(world.authDir, sql, postgres);
  await world.startOrchestrator();
}

describe('a number', () => {
  let world: World;
  let sessionId: string;

  beforeAll(async () => {
    world = await startWorld();
    sessionId = await linked(world);
  });
  afterAll(() => world[Symbol.asyncDispose]());

  it.each([
    ['with punctuation', '+54 9 (098) 765-4321', PERSON],
    ['as a JID', `${PERSON}@s.whatsapp.net`, PERSON],
    ['from Argentina without the mobile 9', '541112345678', '5491112345678'],
    ['from Mexico with the old 1', '5215512345678', '525512345678'],
    ['from Brazil with the ninth digit', '5531987654321', '553187654321'],
    ['from Brazil without the ninth digit', '551187654321', '5511987654321'],
  ])('%s reaches the account', async (_, written, number) => {
    const phone = world.whatsapp.phone(number);

    const { body } = await world.orchestrator.send(sessionId, written, 'hola');

    expect(body).toMatchObject({ success: true, status: 'sent', to: `${number}@s.whatsapp.net` });
    expect(await phone.next(({ id }) => id === body.messageId)).toMatchObject({ text: 'hola', from: ACCOUNT });
  });

  it('may be a LID, and the status update carries the number behind it', async () => {
    const person = world.whatsapp.phone(PERSON);
    await person.sendText(ACCOUNT, 'soy yo');
    await world.backend.next('messages/received');

    const { body } = await world.orchestrator.send(sessionId, person.lid, 'ya sé');

    expect(body).toMatchObject({ success: true, to: person.lid });
    expect(await person.next(({ id }) => id === body.messageId)).toMatchObject({ text: 'ya sé' });
    const update = await world.backend.next((received) => received.body.message_id === body.messageId);
    expect(update.body).toMatchObject({ to_number: PERSON });
  });

  it('that is not on WhatsApp is a 404', async () => {
    expect(await world.orchestrator.send(sessionId, '14155550100', 'hola')).toMatchObject({
      status: 404,
      body: { success: false, error: 'number_not_on_whatsapp' },
    });
  });
});

describe("WhatsApp's answer to a message", () => {
  it.each([
    [463, 403, 'account_restricted'],
    [429, 429, 'rate_limited'],
    [479, 422, 'message_refused'],
  ])('that refuses it with %d becomes a %d, and the backend is notified', async (code, status, error) => {
    await using world = await startWorld();
    const sessionId = await linked(world);
    world.whatsapp.fault('message-error', { code, times: 1 });

    expect(await world.orchestrator.send(sessionId, PERSON, 'hola')).toMatchObject({ status, body: { error } });

    const { body } = await world.backend.next('messages/status-update');
    expect(body).toMatchObject({ to_number: PERSON, status: 'failed', error_code: String(code) });
  });

  it('is awaited for 10 s, after which the message is pending', async () => {
    await using world = await startWorld();
    const sessionId = await linked(world);
    world.whatsapp.fault('no-message-ack', { times: 1 });

    const response = world.orchestrator.send(sessionId, PERSON, 'hola');
    await world.whatsapp.phone(PERSON).next(({ text }) => text === 'hola');
    world.clock.skip(10_000);

    expect(await response).toMatchObject({ status: 200, body: { success: true, status: 'pending' } });
  });
});

describe('a message that cannot be stored', () => {
  it('is not sent, although it could be encrypted, and the next one can still be read', async () => {
    await using world = await startWorld();
    const sessionId = await linked(world);
    const person = world.whatsapp.phone(PERSON);
    await changeDatabase(
      world,
      `CREATE TRIGGER no_room BEFORE INSERT ON sent_messages WHEN (SELECT COUNT(*) FROM sent_messages) = 1
       BEGIN SELECT RAISE(ABORT, 'no room'); END`,
      `CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no room'; END $$;
       CREATE FUNCTION is_full() RETURNS boolean LANGUAGE sql AS 'SELECT COUNT(*) = 1 FROM sent_messages';
       CREATE TRIGGER no_room BEFORE INSERT ON sent_messages FOR EACH ROW WHEN (is_full()) EXECUTE FUNCTION no_room()`,
    );
    expect(await world.orchestrator.send(sessionId, PERSON, 'antes')).toMatchObject({ status: 200 });
    await person.next(({ text }) => text === 'antes');
    const { messagesFromClients } = world.whatsapp.stats();

    expect(await world.orchestrator.send(sessionId, PERSON, 'hola')).toMatchObject({ status: 500 });
    await person.sendText(ACCOUNT, 'fin');
    await world.backend.next('messages/received');
    expect(world.whatsapp.stats().messagesFromClients).toBe(messagesFromClients);

    await changeDatabase(world, 'DROP TRIGGER no_room', 'DROP TRIGGER no_room ON sent_messages');
    expect(await world.orchestrator.send(sessionId, PERSON, 'otra vez')).toMatchObject({ status: 200 });
    await person.next(({ text }) => text === 'otra vez');
  });
});

describe('a session that is not connected', () => {
  it('refuses to send while it waits for a scan', async () => {
    await using world = await startWorld();
    const { body } = await world.orchestrator.get('/generate-qr');

    expect(await world.orchestrator.send(body.sessionId, PERSON, 'hola')).toMatchObject({
      status: 409,
      body: { success: false, error: 'session_not_connected' },
    });
  });

  it('sends as soon as it has reconnected', async () => {
    await using world = await startWorld();
    const sessionId = await linked(world);
    world.whatsapp.fault('cut', { number: ACCOUNT });
    await world.whatsapp.until((whatsapp) => !whatsapp.devices()[0]!.online);

    const sent = await world.orchestrator.send(sessionId, PERSON, 'hola');

    expect(sent).toMatchObject({ status: 200, body: { status: 'sent' } });
  });
});

describe('a repeated request', () => {
  it('with the same Idempotency-Key sends one message and gets the first response', async () => {
    await using world = await startWorld();
    const sessionId = await linked(world);
    const path = `/sessions/${sessionId}/send-message`;
    const message = { number: PERSON, message: 'una vez' };

    const first = await world.orchestrator.post(path, message, { 'idempotency-key': 'pedido-1' });
    const second = await world.orchestrator.post(path, message, { 'idempotency-key': 'pedido-1' });
    const other = await world.orchestrator.send(sessionId, PERSON, 'fin');

    expect(second.body).toEqual(first.body);
    await world.whatsapp.phone(PERSON).next(({ id }) => id === other.body.messageId);
    const texts = world.whatsapp
      .phone(PERSON)
      .messages()
      .messages.map(({ text }) => text);
    expect(texts).toEqual(['una vez', 'fin']);
  });
});

const MESSAGE = { number: PERSON, message: 'una vez' };

/** A world that counts the messages from the account; its process can crash before it hears anything of the last one. */
async function worldThatCrashes() {
  const world = await startWorld();
  const sessionId = await linked(world);
  const stanzas: string[] = [];
  let isDeaf = false;
  world.whatsapp.use({
    name: 'count messages, and say nothing of them',
    onStanza({ tag, attrs }) {
      if (tag === 'message') stanzas.push(attrs.id!);
      return false;
    },
    onSend(stanza, _client, send) {
      const { tag, attrs } = stanza;
      const isOfMessage = tag === 'receipt' || (tag === 'ack' && attrs.class === 'message');
      if (!isDeaf || !isOfMessage) send(stanza);
    },
  });
  const crash = async (change: string) => {
    isDeaf = false;
    await world.stopOrchestrator();
    await changeStored(world.authDir, `DELETE FROM idempotency; ${change}`);
    await world.startOrchestrator();
  };
  const becomeDeaf = () => void (isDeaf = true);
  const dispose = () => world[Symbol.asyncDispose]();
  return { world, sessionId, stanzas, crash, becomeDeaf, [Symbol.asyncDispose]: dispose };
}

describe('a request that is repeated after a crash took its answer', () => {
  it.each([
    ['accepted', 'sent', 1],
    ['not acknowledged yet', 'pending', 2],
  ])('under the same Idempotency-Key sends what was %s under the same id', async (_what, status, count) => {
    await using it = await worldThatCrashes();
    const { world, sessionId, stanzas, crash } = it;
    const send = () =>
      world.orchestrator.post(`/sessions/${sessionId}/send-message`, MESSAGE, { 'idempotency-key': 'pedido-1' });
    const first = await send();
    await world.backend.next(({ body }) => body.message_id === first.body.messageId && body.status === 'delivered');
    await crash(`UPDATE sent_messages SET status = '${status}'`);

    expect((await world.fastForwardUntil(send())).body).toEqual(first.body);

    expect(stanzas).toEqual(Array.from({ length: count }, () => first.body.messageId));
    expect(world.whatsapp.phone(PERSON).messages().messages).toHaveLength(1);
  });

  it('does not send again what its recipient confirms meanwhile', async () => {
    await using it = await worldThatCrashes();
    const { world, sessionId, stanzas, crash, becomeDeaf } = it;
    const send = () =>
      world.orchestrator.post(`/sessions/${sessionId}/send-message`, MESSAGE, { 'idempotency-key': 'pedido-1' });
    becomeDeaf();
    const first = await world.fastForwardUntil(send());
    expect(first.body.status).toBe('pending');
    await crash('');

    expect((await send()).body).toEqual({ ...first.body, status: 'sent' });

    expect(stanzas).toEqual([first.body.messageId]);
  });

  it('sends the same content again: votes in a poll that is sent again can be read', async () => {
    await using it = await worldThatCrashes();
    const { world, sessionId, crash } = it;
    const poll = { type: 'poll', number: PERSON, poll: { name: '¿Vamos?', options: ['sí', 'no'] } };
    const send = () =>
      world.orchestrator.post(`/sessions/${sessionId}/messages`, poll, { 'idempotency-key': 'encuesta-1' });
    const isLost = world.whatsapp.use({ name: 'lose messages', onStanza: ({ tag }) => tag === 'message' });
    expect((await world.fastForwardUntil(send())).body.status).toBe('pending');
    isLost[Symbol.dispose]();
    await crash('');

    const { body } = await world.fastForwardUntil(send());
    const person = world.whatsapp.phone(PERSON);
    const { id } = await person.next((received) => received.id === body.messageId);
    await person.vote(id, ['sí']);

    expect((await world.backend.next('messages/received')).body.poll).toMatchObject({ selected: ['sí'] });
  });
});

describe('sending to a contact who is writing to us', () => {
  it('leaves both sides able to decrypt everything', async () => {
    await using world = await startWorld();
    const sessionId = await linked(world);
    const person = world.whatsapp.phone(PERSON);
    const count = 40;

    const sent = Array.from({ length: count }, (_, index) => world.orchestrator.send(sessionId, PERSON, `va ${index}`));
    for (let index = 0; index < count; index += 1) await person.sendText(ACCOUNT, `viene ${index}`);
    const answers = await Promise.all(sent);

    expect(answers.map(({ body }) => body.status)).toEqual(answers.map(() => 'sent'));
    for (const { body } of answers) await person.next(({ id }) => id === body.messageId, { after: 0 });
    for (let index = 0; index < count; index += 1) {
      expect((await world.backend.next('messages/received')).body.message_content).toBe(`viene ${index}`);
    }
    expect(world.whatsapp.stats().retries).toBe(0);
  });
});

describe('SEND_RATE', () => {
  it('spaces the messages of a session, and refuses those that would wait too long', async () => {
    await using world = await startWorld({ environment: { SEND_RATE: '2', SEND_BURST: '1' } });
    const sessionId = await linked(world);
    await world.orchestrator.send(sessionId, PERSON, 'uno');

    const second = world.orchestrator.send(sessionId, PERSON, 'dos');
    await world.orchestrator.get('/health');
    const third = await world.orchestrator.send(sessionId, PERSON, 'tres');

    expect(third).toMatchObject({ status: 429, body: { error: 'rate_limited' } });
    world.clock.skip(45_000);
    expect(await second).toMatchObject({ status: 200, body: { status: 'sent' } });
  });
});

describe('a text with a URL', () => {
  it('is sent unchanged: nothing is fetched for a preview', async () => {
    await using world = await startWorld();
    const sessionId = await linked(world);

    const { body } = await world.orchestrator.send(sessionId, PERSON, `mira ${world.backend.url}/secreto`);

    const { message } = await world.whatsapp.phone(PERSON).next(({ id }) => id === body.messageId);
    expect(message.extendedTextMessage).toMatchObject({ text: expect.stringContaining('/secreto') as string });
    expect(message.extendedTextMessage?.title).toBeFalsy();
    expect(world.backend.received.map(({ path }) => path)).not.toContain('/secreto');
  });
});

describe('SIMULATE_TYPING', () => {
  it('shows the recipient that the account is typing before the message arrives', async () => {
    await using world = await startWorld({ environment: { SIMULATE_TYPING: 'true', CALLBACK_OWN_MESSAGES: 'true' } });
    const sessionId = await linked(world);
    const [account, person] = [world.whatsapp.phone(ACCOUNT), world.whatsapp.phone(PERSON)];
    // The account learns its own name from what its owner writes; without a name WhatsApp shows no typing.
    await account.sendText(PERSON, 'soy yo');
    await world.backend.next('messages/received');

    const { body } = await world.fastForwardUntil(world.orchestrator.send(sessionId, PERSON, 'hola'));

    await person.next(({ id }) => id === body.messageId);
    await untilTrue(() => Promise.resolve(person.presenceOf(account).at(-1) === 'unavailable'));
    expect(person.presenceOf(account).slice(-4)).toEqual(['available', 'composing', 'paused', 'unavailable']);
  });
});
