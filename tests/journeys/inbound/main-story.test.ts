import { startWorld, type World } from '../../harness/world.ts';

const ACCOUNT = '5491234567890';
const PERSON = '5490987654321';

function people(world: World) {
  return { account: world.whatsapp.phone(ACCOUNT, 'Tienda'), person: world.whatsapp.phone(PERSON, 'Juan Pérez') };
}

describe('the orchestrator', () => {
  it('reports a linked account with exactly the nine fields of the seed', async () => {
    await using world = await startWorld();

    const { sessionId, announcement } = await world.link(people(world).account);

    const isoTime = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string;
    expect(announcement.body).toEqual({
      session_id: sessionId,
      phone_number: ACCOUNT,
      status: 'connected',
      last_seen: isoTime,
      auth_folder_path: `${world.authDir}/${sessionId}`,
      server_port: null,
      whatsapp_user_id: `${ACCOUNT}:1@s.whatsapp.net`,
      created_at: isoTime,
      updated_at: isoTime,
    });
  });

  it('shows the QR code as the seed specifies, and sends it to the backend', async () => {
    await using world = await startWorld();

    const { status, body } = await world.orchestrator.get('/generate-qr');

    expect(status).toBe(200);
    expect(body).toEqual({
      success: true,
      sessionId: expect.stringMatching(/^session_\d{13}_[a-z0-9]{9}$/) as string,
      qr: expect.stringMatching(/^data:image\/png;base64,/) as string,
      qrText: expect.any(String) as string,
      message: 'QR generado. Escanea con WhatsApp para conectar.',
    });
    const update = await world.backend.next('sessions/qr-update');
    expect(update.body).toEqual({
      session_id: body.sessionId,
      qr_data: body.qrText,
      generated_at: expect.any(String) as string,
    });
  });

  it('delivers a message with the number and the LID of its sender', async () => {
    await using world = await startWorld();
    const { account, person } = people(world);
    const { sessionId } = await world.link(account);

    const id = await person.sendText(ACCOUNT, 'Hola, ¿cómo estás?');

    const { body } = await world.backend.next('messages/received');
    expect(body).toMatchObject({
      session_id: sessionId,
      sender_name: 'Juan Pérez',
      sender_number: PERSON,
      message_content: 'Hola, ¿cómo estás?',
      message_type: 'text',
      media_info: {},
      phone_number_session: ACCOUNT,
      message_id: id,
      sender_lid: person.lid,
      is_group: false,
      group_id: null,
      from_me: false,
      offline: false,
    });
  });

  it('tells U+0000 and lone surrogates, which PostgreSQL does not store, as U+FFFD', async () => {
    await using world = await startWorld();
    const { account } = people(world);
    const stranger = world.whatsapp.phone(PERSON, 'Ju\0an');
    await world.link(account);

    await stranger.sendText(ACCOUNT, 'Ho\0la \ud83d 🦙');
    await stranger.sendText(ACCOUNT, 'adiós');

    const { body, text } = await world.backend.next('messages/received');
    expect(body).toMatchObject({ message_content: 'Ho�la � 🦙', sender_name: 'Ju�an' });
    expect(text).not.toMatch(/\\u0000|\\ud83d/);
    expect((await world.backend.next('messages/received')).body.message_content).toBe('adiós');
  });

  it('delivers many messages in order, and numbers all webhooks without a gap', async () => {
    await using world = await startWorld();
    const { account, person } = people(world);
    await world.link(account);

    const texts = Array.from({ length: 60 }, (_, index) => `mensaje ${index}`);
    for (const text of texts) await person.sendText(ACCOUNT, text);

    for (const text of texts) {
      const { body } = await world.backend.next('messages/received');
      expect(body.message_content).toBe(text);
    }
    const numbers = world.backend.accepted.map(({ headers }) => Number(headers['x-session-seq']));
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  });

  it('sends a text that the phone decrypts, and reports that it was sent and delivered', async () => {
    await using world = await startWorld();
    const { account, person } = people(world);
    const { sessionId } = await world.link(account);

    const { status, body } = await world.orchestrator.send(sessionId, PERSON, 'Hola desde WhatsApp!');

    expect(status).toBe(200);
    expect(body).toEqual({
      success: true,
      messageId: expect.any(String) as string,
      status: 'sent',
      to: `${PERSON}@s.whatsapp.net`,
    });
    const received = await person.next(({ id }) => id === body.messageId);
    expect(received).toMatchObject({ from: ACCOUNT, text: 'Hola desde WhatsApp!' });
    const updates = [
      await world.backend.next('messages/status-update'),
      await world.backend.next('messages/status-update'),
    ];
    expect(updates.map((update) => update.body)).toMatchObject([
      { session_id: sessionId, message_id: body.messageId, to_number: PERSON, status: 'sent', error_code: null },
      { session_id: sessionId, message_id: body.messageId, to_number: PERSON, status: 'delivered', error_code: null },
    ]);
  });

  it('reports once that a message was read', async () => {
    await using world = await startWorld();
    const { account, person } = people(world);
    const { sessionId } = await world.link(account);
    const { body } = await world.orchestrator.send(sessionId, PERSON, 'leeme');
    await person.next(({ id }) => id === body.messageId);

    await person.markRead(body.messageId);
    await person.markRead(body.messageId);
    await person.sendText(ACCOUNT, 'leído');

    await world.backend.next('messages/received');
    const updates = world.backend.accepted.filter(({ path }) => path.endsWith('messages/status-update'));
    expect(updates.map((update) => update.body.status)).toEqual(['sent', 'delivered', 'read']);
  });

  it('delivers what the owner writes on the phone when CALLBACK_OWN_MESSAGES is set', async () => {
    await using world = await startWorld({ environment: { CALLBACK_OWN_MESSAGES: 'true' } });
    const { account, person } = people(world);
    await world.link(account);

    await account.sendText(PERSON, 'desde mi teléfono');

    const { body } = await world.backend.next('messages/received');
    expect(body).toMatchObject({ from_me: true, message_content: 'desde mi teléfono', sender_number: ACCOUNT });
    expect(await person.next(({ text }) => text === 'desde mi teléfono')).toMatchObject({ from: ACCOUNT });
  });

  it('carries a message from one of its accounts to another', async () => {
    await using world = await startWorld();
    const { account, person } = people(world);
    const first = await world.link(account);
    const second = await world.link(person);

    await world.orchestrator.send(first.sessionId, PERSON, 'entre cuentas');

    const { body } = await world.backend.next('messages/received');
    expect(body).toMatchObject({
      session_id: second.sessionId,
      sender_number: ACCOUNT,
      message_content: 'entre cuentas',
    });
  });
});
