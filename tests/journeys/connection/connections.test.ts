import { startWorld, type World } from '../../harness/world.ts';

const ACCOUNT = '5491234567890';
const PERSON = '5490987654321';

/** The namespaces of what WhatsApp Web asks after a login. */
const QUESTIONS: ReadonlySet<string> = new Set(['abt', 'blocklist', 'privacy']);

/** The statuses that the backend was notified of, in order. */
function statuses(world: World): string[] {
  return world.backend.accepted
    .filter(({ path }) => path.endsWith('sessions/status-update'))
    .map(({ body }) => body.status as string);
}

function device(world: World) {
  return world.whatsapp.devices().find(({ number }) => number === ACCOUNT);
}

it('a login asks what WhatsApp Web asks, once each, and does not have the properties repeated', async () => {
  await using world = await startWorld();
  const asked: string[] = [];
  world.whatsapp.use({
    name: 'note the questions of a login',
    onStanza({ tag, attrs, content }) {
      const [child] = Array.isArray(content) ? content : [];
      const hash = child?.attrs.hash === undefined ? '' : ' with a hash';
      if (tag === 'iq' && QUESTIONS.has(attrs.xmlns ?? '')) asked.push(`${attrs.xmlns ?? ''}${hash}`);
      return false;
    },
  });
  await world.link(world.whatsapp.phone(ACCOUNT));
  await world.whatsapp.until(() => asked.length >= QUESTIONS.size);
  const first = asked.splice(0);

  world.whatsapp.fault('cut', { number: ACCOUNT });
  await world.whatsapp.until(() => asked.length >= QUESTIONS.size);

  expect(first.sort()).toEqual(['abt', 'blocklist', 'privacy']);
  expect(asked.sort()).toEqual(['abt with a hash', 'blocklist', 'privacy']);
});

describe('a lost connection', () => {
  it('that is restored within 10 s sends no status update', async () => {
    await using world = await startWorld();
    const { sessionId } = await world.link(world.whatsapp.phone(ACCOUNT));
    const logins = world.whatsapp.stats().logins;

    world.whatsapp.fault('cut', { number: ACCOUNT });
    await world.whatsapp.until((whatsapp) => whatsapp.stats().logins > logins);
    await world.orchestrator.until(sessionId, { status: 'connected', reconnecting: false });

    await world.whatsapp.phone(PERSON).sendText(ACCOUNT, 'sigo acá');
    await world.backend.next('messages/received');
    expect(statuses(world)).toEqual([]);
  });

  it('that stays down is reported as disconnected and reconnecting, and then as connected', async () => {
    await using world = await startWorld();
    const { sessionId } = await world.link(world.whatsapp.phone(ACCOUNT));

    world.whatsapp.fault('refuse-upgrade');
    world.whatsapp.fault('cut', { number: ACCOUNT });

    const away = await world.fastForwardUntil(world.backend.next('sessions/status-update'));
    expect(away.body).toMatchObject({
      session_id: sessionId,
      status: 'disconnected',
      error_message: expect.any(String) as string,
    });
    await world.orchestrator.until(sessionId, { status: 'disconnected', reconnecting: true });
    world.whatsapp.clearFaults();
    const back = await world.fastForwardUntil(world.backend.next('sessions/status-update'));
    expect(back.body).toMatchObject({
      session_id: sessionId,
      status: 'connected',
      error_message: null,
    });
    await world.orchestrator.until(sessionId, { status: 'connected', reconnecting: false, error_message: null });
  });

  it('that is restored delivers the messages sent meanwhile, in order and marked as offline', async () => {
    await using world = await startWorld();
    await world.link(world.whatsapp.phone(ACCOUNT));
    const person = world.whatsapp.phone(PERSON, 'Juan');
    world.whatsapp.fault('refuse-upgrade');
    world.whatsapp.fault('cut', { number: ACCOUNT });
    await world.whatsapp.until(() => device(world)?.online === false);

    for (const text of ['uno', 'dos', 'tres']) await person.sendText(ACCOUNT, text);
    world.whatsapp.clearFaults();

    for (const text of ['uno', 'dos', 'tres']) {
      const { body } = await world.fastForwardUntil(world.backend.next('messages/received'));
      expect(body).toMatchObject({ message_content: text, offline: true, sender_name: 'Juan', sender_number: PERSON });
    }
  });

  it('that WhatsApp asks to restart is reopened at once', async () => {
    await using world = await startWorld();
    const { sessionId } = await world.link(world.whatsapp.phone(ACCOUNT));
    const logins = world.whatsapp.stats().logins;

    world.whatsapp.fault('stream-error', { number: ACCOUNT, code: 515 });

    await world.whatsapp.until((whatsapp) => whatsapp.stats().logins > logins);
    await world.orchestrator.until(sessionId, { status: 'connected' });
  });
});

describe('a device unlinked on the phone', () => {
  it('stays disconnected: the backend is notified, and a restart or a message is refused', async () => {
    await using world = await startWorld();
    const phone = world.whatsapp.phone(ACCOUNT);
    const { sessionId } = await world.link(phone);

    await phone.unlink();

    expect((await world.backend.next('sessions/status-update')).body).toMatchObject({
      session_id: sessionId,
      status: 'disconnected',
      error_message: expect.stringContaining('unlinked') as string,
    });
    await world.orchestrator.until(sessionId, { status: 'disconnected', reconnecting: false });
    expect(await world.orchestrator.post(`/sessions/${sessionId}/restart`)).toMatchObject({
      status: 409,
      body: { error: 'session_logged_out' },
    });
    expect(await world.orchestrator.send(sessionId, PERSON, 'hola')).toMatchObject({
      status: 409,
      body: { error: 'session_not_connected' },
    });
  });

  it('while the server is stopped is noticed at the next start', async () => {
    await using world = await startWorld();
    const phone = world.whatsapp.phone(ACCOUNT);
    const { sessionId } = await world.link(phone);
    await world.stopOrchestrator();

    await phone.unlink();
    await world.startOrchestrator();

    expect((await world.backend.next('sessions/status-update')).body).toMatchObject({
      session_id: sessionId,
      status: 'disconnected',
    });
  });
});

describe('an account that WhatsApp refuses', () => {
  it.each([
    [403, /locked or banned/],
    [402, /temporarily/],
    [405, /version/],
  ])('with %d is reported as an error, and a restart tries again', async (reason, sentence) => {
    await using world = await startWorld();
    const { sessionId } = await world.link(world.whatsapp.phone(ACCOUNT));

    world.whatsapp.fault('failure-at-login', { number: ACCOUNT, reason });
    world.whatsapp.fault('cut', { number: ACCOUNT });

    const { body } = await world.backend.next('sessions/status-update');
    expect(body).toMatchObject({ status: 'error', error_message: expect.stringMatching(sentence) as string });
    world.whatsapp.clearFaults();
    expect(await world.orchestrator.post(`/sessions/${sessionId}/restart`)).toMatchObject({
      status: 200,
      body: { success: true, data: { status: 'connected', error_message: null } },
    });
  });
});

describe('a requested restart', () => {
  it('opens a new connection with the same credentials, without a status update', async () => {
    await using world = await startWorld();
    const { sessionId } = await world.link(world.whatsapp.phone(ACCOUNT));
    const before = world.whatsapp.stats();

    const { status, body } = await world.orchestrator.post(`/sessions/${sessionId}/restart`);

    expect({ status, session: body.data }).toMatchObject({ status: 200, session: { sessionId, status: 'connected' } });
    const after = world.whatsapp.stats();
    expect([after.logins, after.pairings]).toEqual([before.logins + 1, before.pairings]);
    expect(statuses(world)).toEqual([]);
  });

  it('of a session that waits for a scan gives it a new QR', async () => {
    await using world = await startWorld();
    const { body: offer } = await world.orchestrator.get('/generate-qr');

    await world.orchestrator.post(`/sessions/${offer.sessionId}/restart`);

    const { body } = await world.orchestrator.get(`/sessions/${offer.sessionId}/qr`);
    expect(body.qrText).not.toBe(offer.qrText);
  });
});

describe('a deletion', () => {
  it('unlinks the device from WhatsApp and leaves nothing behind', async () => {
    await using world = await startWorld();
    const { sessionId } = await world.link(world.whatsapp.phone(ACCOUNT));

    expect(await world.orchestrator.delete(`/sessions/${sessionId}`)).toMatchObject({
      status: 200,
      body: { success: true },
    });

    expect(world.whatsapp.devices()).toEqual([]);
    expect(await world.orchestrator.get(`/sessions/${sessionId}`)).toMatchObject({
      status: 404,
      body: { error: 'session_not_found' },
    });
    expect((await world.backend.next('sessions/status-update')).body).toMatchObject({
      session_id: sessionId,
      status: 'disconnected',
      error_message: 'deleted',
    });
    await world.stopOrchestrator();
    await world.startOrchestrator();
    expect((await world.orchestrator.get('/sessions')).body.data).toEqual([]);
  });

  it('still delivers the messages that are pending for the backend', async () => {
    await using world = await startWorld();
    const { sessionId } = await world.link(world.whatsapp.phone(ACCOUNT));
    world.backend.answerWith(500);
    await world.whatsapp.phone(PERSON).sendText(ACCOUNT, 'importante');
    await world.backend.next('messages/received', { evenRefused: true });

    await world.orchestrator.delete(`/sessions/${sessionId}`);
    world.backend.recovers();

    const { body } = await world.fastForwardUntil(world.backend.next('messages/received'));
    expect(body.message_content).toBe('importante');
  });

  it('of a session that waits for a scan discards its undelivered QR', async () => {
    await using world = await startWorld();
    world.backend.answerWith(500);
    const { body: offer } = await world.orchestrator.get('/generate-qr');

    await world.orchestrator.delete(`/sessions/${offer.sessionId}`);

    expect((await world.orchestrator.get('/health')).body.callbacks.pending).toBe(0);
  });
});
