import { RawClient } from '../../api/raw.ts';
import { untilTrue } from '../../harness/until.ts';
import { changeStored } from '../../harness/stored.ts';
import { startWorld, World } from '../../harness/world.ts';

const ACCOUNT = '5491234567890';

/** The five parts of a QR: reference, Noise key, identity key, ADV secret, platform. */
function partsOf(qrText: string): string[] {
  return qrText.split('#')[1]!.split(',');
}

async function offer(world: World): Promise<{ sessionId: string; qrText: string }> {
  const { body } = await world.orchestrator.get('/generate-qr');
  return body;
}

/** The next code that the backend receives and that is not among the known ones. */
function nextNewCode(world: World, ...known: string[]): Promise<string> {
  return nextCode(world, (code) => !known.includes(code));
}

/** The next code that the backend receives and that matches. */
async function nextCode(world: World, isWanted: (code: string) => boolean): Promise<string> {
  const update = await world.backend.next(({ path, body }) => {
    return path.endsWith('qr-update') && isWanted(body.qr_data as string);
  });
  return update.body.qr_data;
}

describe('several QRs at once', () => {
  it('belong to separate sessions, and each scan connects its own', async () => {
    await using world = await startWorld();
    const offers = await Promise.all([offer(world), offer(world), offer(world)]);

    expect(new Set(offers.map(({ sessionId }) => sessionId)).size).toBe(3);
    const numbers = ['5491100000001', '5491100000002', '5491100000003'];
    await Promise.all(offers.map(({ qrText }, index) => world.whatsapp.phone(numbers[index]!).scan(qrText)));

    for (const [index, { sessionId }] of offers.entries()) {
      await world.orchestrator.until(sessionId, { status: 'connected', phone_number: numbers[index] });
    }
  });

  it.each(['MAX_SESSIONS', 'MAX_PENDING_SESSIONS'])(
    'never exceed %s, however many are requested at once',
    async (name) => {
      await using world = await startWorld({ environment: { [name]: '2' } });

      // Pipelined on one connection: the server has them all before it has done anything for the first.
      const client = await RawClient.to(Number(new URL(world.orchestrator.url).port));
      const request = 'GET /generate-qr HTTP/1.1\r\nHost: x\r\n';
      client.write(`${`${request}\r\n`.repeat(4)}${request}Connection: close\r\n\r\n`);

      const statuses = [...(await client.closed()).matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => status);
      expect(statuses).toEqual(['200', '200', '503', '503', '503']);
      await world.orchestrator.untilSessions(2);
    },
  );

  it('are refused beyond MAX_SESSIONS, as are pairing codes, until a session is deleted', async () => {
    await using world = await startWorld({ environment: { MAX_SESSIONS: '1' } });
    const { qrText, sessionId } = await offer(world);
    await world.whatsapp.phone(ACCOUNT).scan(qrText);
    await world.orchestrator.until(sessionId, { status: 'connected' });

    const refused = { status: 503, body: { success: false, error: 'too_many_sessions' } };
    expect(await world.orchestrator.get('/generate-qr')).toMatchObject(refused);
    expect(await world.orchestrator.post('/sessions/pairing-code', { number: '5491100000009' })).toMatchObject(refused);

    await world.orchestrator.delete(`/sessions/${sessionId}`);
    expect(await world.orchestrator.get('/generate-qr')).toMatchObject({ status: 200 });
  });

  it('are refused beyond MAX_PENDING_SESSIONS, until one is scanned', async () => {
    await using world = await startWorld({ environment: { MAX_PENDING_SESSIONS: '1' } });
    const { qrText, sessionId } = await offer(world);

    expect(await world.orchestrator.get('/generate-qr')).toMatchObject({
      status: 503,
      body: { success: false, error: 'too_many_pending_sessions' },
    });

    await world.whatsapp.phone(ACCOUNT).scan(qrText);
    await world.orchestrator.until(sessionId, { status: 'connected' });
    expect(await world.orchestrator.get('/generate-qr')).toMatchObject({ status: 200 });
  });
});

describe('the QR of a session', () => {
  it('is renewed until it is scanned, even beyond the six codes of an offer', async () => {
    await using world = await startWorld({ qrLifetimeMs: 250 });
    const { sessionId, qrText } = await offer(world);

    // WhatsApp offers six codes on a connection: the eighth comes from another one.
    const codes = [qrText];
    while (codes.length < 8) codes.push(await nextNewCode(world, ...codes));

    expect(new Set(codes.map((code) => partsOf(code)[0])).size).toBe(8);
    const { body } = await world.orchestrator.get(`/sessions/${sessionId}/qr`);
    expect(body).toMatchObject({ success: true, sessionId, qrText: expect.any(String) as string });
    await world.orchestrator.until(sessionId, { status: 'connecting' });
    await world.whatsapp.phone(ACCOUNT).scan(body.qrText);
    await world.orchestrator.until(sessionId, { status: 'connected' });
  });

  it('says when it expires', async () => {
    await using world = await startWorld();
    const { sessionId } = await offer(world);

    const { body } = await world.orchestrator.get(`/sessions/${sessionId}/qr`);

    const leftMs = Date.parse(body.expiresAt) - Date.now();
    expect(leftMs).toBeGreaterThan(30_000);
    expect(leftMs).toBeLessThanOrEqual(60_000);
  });

  it('ends with its session after QR_SESSION_TTL, and the backend is notified', async () => {
    await using world = await startWorld({ environment: { QR_SESSION_TTL: '300' } });
    const { sessionId } = await offer(world);

    world.clock.skip(300_000);

    const { body } = await world.backend.next('sessions/status-update');
    expect(body).toMatchObject({ session_id: sessionId, status: 'disconnected' });
    expect(await world.orchestrator.get(`/sessions/${sessionId}`)).toMatchObject({ status: 404 });
  });

  it('is renewed after a restart, and the session is kept', async () => {
    await using world = await startWorld();
    const { sessionId, qrText } = await offer(world);
    await world.backend.next('qr-update');

    await world.stopOrchestrator();
    await world.startOrchestrator();

    const code = await nextNewCode(world, qrText);
    await world.whatsapp.phone(ACCOUNT).scan(code);
    await world.orchestrator.until(sessionId, { status: 'connected' });
  });

  it('is gone once it is scanned', async () => {
    await using world = await startWorld();
    const { sessionId } = await world.link(world.whatsapp.phone(ACCOUNT));

    expect(await world.orchestrator.get(`/sessions/${sessionId}/qr`)).toMatchObject({
      status: 409,
      body: { error: 'session_not_pairing' },
    });
  });
});

describe('companion_reg_refresh, which WhatsApp sends during pairing', () => {
  it('puts a new secret on the current code, which then links the account', async () => {
    await using world = await startWorld();
    const { sessionId, qrText } = await offer(world);

    expect(world.whatsapp.refreshPairing()).toBe(1);
    const code = await nextNewCode(world, qrText);

    const [before, after] = [partsOf(qrText), partsOf(code)];
    expect(after[3]).not.toBe(before[3]);
    expect([after[0], after[1], after[2], after[4]]).toEqual([before[0], before[1], before[2], before[4]]);
    await world.whatsapp.phone(ACCOUNT).scan(code);
    await world.orchestrator.until(sessionId, { status: 'connected' });
  });

  it('puts the same new secret on the codes that follow', async () => {
    await using world = await startWorld({ qrLifetimeMs: 1_500 });
    const { qrText } = await offer(world);
    world.whatsapp.refreshPairing();

    // On a slow machine the first code may expire before the answer to the refresh.
    const code = await nextCode(world, (each) => partsOf(each)[3] !== partsOf(qrText)[3]);
    const refs = [qrText, code].map((each) => partsOf(each)[0]);
    const next = await nextCode(world, (each) => !refs.includes(partsOf(each)[0]));

    expect(partsOf(next)[3]).toBe(partsOf(code)[3]);
  });
});

describe('a forged pairing', () => {
  it.each(['wrong-hmac', 'wrong-account-signature', 'foreign-account-signature'] as const)(
    'is refused (%s), and a new code takes its place',
    async (fault) => {
      await using world = await startWorld();
      const { sessionId, qrText } = await offer(world);
      world.whatsapp.fault(fault, { times: 1 });

      await expect(world.whatsapp.phone(ACCOUNT).scan(qrText)).rejects.toThrow();

      const code = await nextNewCode(world, qrText);
      await world.orchestrator.until(sessionId, { status: 'connecting' });
      await world.whatsapp.phone(ACCOUNT).scan(code);
      await world.orchestrator.until(sessionId, { status: 'connected' });
    },
  );
});

describe('a QR that is requested while WhatsApp is unreachable', () => {
  it('is a 504 after 30 s and leaves nothing behind', async () => {
    await using world = await startWorld();
    world.whatsapp.fault('refuse-upgrade');

    const pending = world.orchestrator.get('/generate-qr');
    await world.orchestrator.untilSessions(1);
    world.clock.skip(30_000);

    expect(await pending).toMatchObject({ status: 504, body: { success: false, error: 'qr_timeout' } });
    expect((await world.orchestrator.get('/sessions')).body).toEqual({ success: true, data: [] });
    expect(world.backend.received).toEqual([]);
  });

  it('does not wait for accounts whose logins hang', async () => {
    await using world = await World.start({}, { start: false });
    const rows = [1, 2, 3, 4, 5, 6, 7, 8].map((number) => `('session_${number}_hanging', 'online', TRUE, 1, 1)`);
    await changeStored(
      world.authDir,
      `INSERT INTO sessions (session_id, phase, announced, created_at_ms, updated_at_ms) VALUES ${rows.join()}`,
    );
    world.whatsapp.fault('silent-handshake', { times: 8 });
    await world.startOrchestrator();
    await untilTrue(() => Promise.resolve(world.whatsapp.stats().connections === 8));

    expect(await world.orchestrator.get('/generate-qr')).toMatchObject({ status: 200 });
  });

  it('is delivered when WhatsApp is back in time', async () => {
    await using world = await startWorld();
    world.whatsapp.fault('refuse-upgrade', { times: 1 });

    expect(await world.orchestrator.get('/generate-qr')).toMatchObject({ status: 200 });
  });
});
