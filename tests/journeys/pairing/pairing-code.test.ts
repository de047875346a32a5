import { readdir } from 'node:fs/promises';
import type { Behaviour } from '../../../simulator/behaviours/behaviour.ts';
import { childOf, node, SERVER } from '../../../simulator/kit/stanza.ts';
import { untilTrue } from '../../harness/until.ts';
import { changeStored } from '../../harness/stored.ts';
import { startWorld, type World } from '../../harness/world.ts';

const ACCOUNT = '5491234567890';
const CODE_MS = 180_000;
const GRACE_MS = 15_000;

interface Offer {
  sessionId: string;
  code: string;
  formatted: string;
  expiresAt: string;
}

/** Requests a new secret after the client has finished its part and before it is linked. */
const refreshAfterFinish: Behaviour = {
  name: 'refresh after companion_finish',
  onStanza(stanza, client) {
    const { stage } = childOf(stanza, 'link_code_companion_reg')?.attrs ?? {};
    const attrs = { type: 'companion_reg_refresh', id: 'LATE', from: SERVER };
    if (stage === 'companion_finish') client.send(node('notification', attrs, [node('companion_reg_refresh')]));
    return false;
  },
};

async function offer(world: World, number = ACCOUNT): Promise<Offer> {
  const { status, body } = await world.orchestrator.post('/sessions/pairing-code', { number });
  expect([status, body.error]).toEqual([200, undefined]);
  return body as Offer;
}

/** Resolves when nothing is left of the session: it is not listed and has no folder. */
async function untilNothingIsLeft(world: World): Promise<void> {
  await world.orchestrator.untilSessions(0);
  await untilTrue(async () => {
    const entries = await readdir(world.authDir, { withFileTypes: true });
    return entries.every((entry) => !entry.isDirectory());
  });
}

/** The status update that reports the end of the session. */
async function endOf(world: World, sessionId: string) {
  const { body } = await world.backend.next(
    ({ path, body: { session_id } }) => path.endsWith('sessions/status-update') && session_id === sessionId,
  );
  return body as { status: string; error_message: string };
}

describe('a pairing code that is entered', () => {
  it('links the account like a scan: the backend is notified, messages go both ways, no QR is sent', async () => {
    await using world = await startWorld();
    const phone = world.whatsapp.phone(ACCOUNT);
    const ana = world.whatsapp.phone('5491122334455', 'Ana');
    const { sessionId, code, formatted, expiresAt } = await offer(world, '+54 9 (123) 456-7890');

    expect(code).toMatch(/^[1-9A-HJ-NP-TV-Z]{8}$/);
    expect(formatted).toBe(`${code.slice(0, 4)}-${code.slice(4)}`);
    expect(Date.parse(expiresAt) - Date.now()).toBeGreaterThan(CODE_MS - 10_000);
    await world.orchestrator.until(sessionId, { status: 'connecting' });
    await phone.enterPairingCode(formatted);

    const { body } = await world.backend.next('new-session-connected');
    expect(body).toMatchObject({ session_id: sessionId, phone_number: ACCOUNT, status: 'connected' });
    await ana.sendText(phone, 'hola');
    expect((await world.backend.next('messages/received')).body).toMatchObject({ message_content: 'hola' });
    expect((await world.orchestrator.send(sessionId, ana.number, 'buenas')).body).toMatchObject({ status: 'sent' });
    expect(await ana.next()).toMatchObject({ from: ACCOUNT, text: 'buenas' });
    expect(world.backend.received.filter(({ path }) => path.endsWith('qr-update'))).toEqual([]);
    const { body: timeline } = await world.orchestrator.get(`/sessions/${sessionId}/timeline`);
    const events = timeline.data.map(({ what }: { what: string }) => what);
    expect(events).toEqual(['created', 'code_offered', 'paired', 'connected']);
  });

  it('makes a session that survives a restart, even if the process ended before it recorded the pairing', async () => {
    await using world = await startWorld();
    const { sessionId, code } = await offer(world);
    await world.whatsapp.phone(ACCOUNT).enterPairingCode(code);
    await world.orchestrator.until(sessionId, { status: 'connected' });

    await world.stopOrchestrator();
    await changeStored(
      world.authDir,
      "UPDATE sessions SET phase = 'pairing-by-code', announced = FALSE, phone_number = NULL",
    );
    await world.startOrchestrator();

    await world.orchestrator.until(sessionId, { status: 'connected', phone_number: ACCOUNT });
  });

  it('continues the session that the number has', async () => {
    await using world = await startWorld();
    const phone = world.whatsapp.phone(ACCOUNT);
    const older = await world.link(phone);

    const { sessionId, code } = await offer(world);
    await phone.enterPairingCode(code);

    await world.orchestrator.until(sessionId, { session_id: older.sessionId, whatsapp_user_id: deviceId(2) });
    await world.orchestrator.untilSessions(1);
    expect(world.whatsapp.devices()).toHaveLength(1);
  });

  it('still links after a wrong one, and in its last seconds', async () => {
    await using world = await startWorld();
    const phone = world.whatsapp.phone(ACCOUNT);
    const { sessionId, code } = await offer(world);

    world.clock.skip(CODE_MS + GRACE_MS - 10_000);
    await expect(phone.enterPairingCode('ABCD-EFGH')).rejects.toMatchObject({ reason: 'wrong_code' });
    await phone.enterPairingCode(code);

    await world.orchestrator.until(sessionId, { status: 'connected' });
  });

  it('still links after companion_reg_refresh, which must not change the secret derived from the code', async () => {
    await using world = await startWorld();
    const { sessionId, code } = await offer(world);

    // Once before the code is entered, and once more when both sides have their secret.
    expect(world.whatsapp.refreshPairing()).toBe(1);
    await world.whatsapp.until((server) => server.stats().stanzasIn === 3);
    world.whatsapp.use(refreshAfterFinish);
    await world.whatsapp.phone(ACCOUNT).enterPairingCode(code);

    await world.orchestrator.until(sessionId, { status: 'connected' });
  });
});

describe('a session that waits for its pairing code', () => {
  it('returns the code again, has no QR, and refuses to send or to restart', async () => {
    await using world = await startWorld();
    const { sessionId, code, expiresAt } = await offer(world);
    const path = `/sessions/${sessionId}`;

    expect((await world.orchestrator.get(`${path}/pairing-code`)).body).toMatchObject({ sessionId, code, expiresAt });
    const qr = await world.orchestrator.get(`${path}/qr`);
    expect([qr.status, qr.body.error]).toEqual([409, 'session_not_pairing']);
    expect(qr.body.message).toMatch(/pairing code/);
    const restart = await world.orchestrator.post(`${path}/restart`);
    expect([restart.status, restart.body.error]).toEqual([409, 'session_not_connected']);
    expect(await world.orchestrator.send(sessionId, ACCOUNT, 'hola')).toMatchObject({ status: 409 });
    await world.orchestrator.until(sessionId, { status: 'connecting' });
  });

  it('counts towards MAX_PENDING_SESSIONS, and leaves nothing behind when it is deleted', async () => {
    await using world = await startWorld({ environment: { MAX_PENDING_SESSIONS: '1' } });
    const { sessionId, code } = await offer(world);

    expect(await world.orchestrator.post('/sessions/pairing-code', { number: ACCOUNT })).toMatchObject({
      status: 503,
      body: { error: 'too_many_pending_sessions' },
    });
    const before = world.whatsapp.stats().stanzasIn;
    await world.orchestrator.delete(`/sessions/${sessionId}`);

    await untilNothingIsLeft(world);
    // No device is linked, so there is none to unlink.
    expect(world.whatsapp.stats()).toMatchObject({ stanzasIn: before, errors: [] });
    await expect(world.whatsapp.phone(ACCOUNT).enterPairingCode(code)).rejects.toMatchObject({
      reason: 'nobody_waits',
    });
    expect(world.backend.received).toEqual([]);
  });

  it('ends when the code expires', async () => {
    await using world = await startWorld();
    const { sessionId } = await offer(world);

    world.clock.skip(CODE_MS + GRACE_MS);

    const { status, error_message } = await endOf(world, sessionId);
    expect([status, error_message]).toEqual(['disconnected', expect.stringMatching(/pairing code was not entered/)]);
    await untilNothingIsLeft(world);
  });

  it('ends earlier when QR_SESSION_TTL is shorter, and says so', async () => {
    await using world = await startWorld({ environment: { QR_SESSION_TTL: '60' } });
    const { sessionId, expiresAt } = await offer(world);
    expect(Date.parse(expiresAt) - Date.now()).toBeLessThanOrEqual(60_000);

    world.clock.skip(60_000);

    expect((await endOf(world, sessionId)).error_message).toBe('Nobody typed the pairing code in time');
  });

  it('ends when its connection is lost', async () => {
    await using world = await startWorld();
    const { sessionId } = await offer(world);

    world.whatsapp.fault('cut');

    expect((await endOf(world, sessionId)).error_message).toMatch(/request a new one.*Connection lost/);
    await untilNothingIsLeft(world);
  });

  it('ends when the server restarts, and does not fall back to a QR', async () => {
    await using world = await startWorld();
    const { sessionId } = await offer(world);

    await world.stopOrchestrator();
    await world.startOrchestrator();

    expect((await endOf(world, sessionId)).error_message).toMatch(/restarted before the pairing code was entered/);
    await untilNothingIsLeft(world);
    expect(world.whatsapp.stats()).toMatchObject({ connections: 1, logins: 0 });
  });

  it.each(['refresh-pairing-code', 'incomplete-primary-hello', 'wrong-hmac', 'foreign-account-signature'] as const)(
    'ends when the pairing fails: %s',
    async (fault) => {
      await using world = await startWorld();
      const { sessionId, code } = await offer(world);
      world.whatsapp.fault(fault, { times: 1 });

      const typed = expect(world.whatsapp.phone(ACCOUNT).enterPairingCode(code)).rejects.toThrow();

      // After an incomplete response, WhatsApp has a while to say that it wants a passkey.
      const { error_message } = await world.fastForwardUntil(endOf(world, sessionId));
      expect(error_message).toMatch(/request a new one/);
      await typed;
      await untilNothingIsLeft(world);
    },
  );

  it('ends when the code expires even if the phone went silent after entering it', async () => {
    await using world = await startWorld();
    const { sessionId, code } = await offer(world);
    world.whatsapp.fault('silent-after-code', { times: 1 });
    await expect(world.whatsapp.phone(ACCOUNT).enterPairingCode(code)).rejects.toMatchObject({ reason: 'no_answer' });
    // The confirmation of the refs, the hello, the finish, and the ack of what the phone sent.
    await world.whatsapp.until((server) => server.stats().stanzasIn === 4);

    world.clock.skip(CODE_MS + GRACE_MS);

    expect((await endOf(world, sessionId)).error_message).toMatch(/not entered in time/);
    await untilNothingIsLeft(world);
  });
});

describe('a request for a pairing code', () => {
  it.each([
    [400, 422, 'pairing_refused', /\(400\).*the one on the phone/],
    [429, 429, 'rate_limited', /pairing codes/],
  ] as const)('that WhatsApp refuses with %d leaves nothing behind', async (code, status, error, sentence) => {
    await using world = await startWorld();
    world.whatsapp.fault('refuse-pairing-code', { code, times: 1 });

    const answer = await world.orchestrator.post('/sessions/pairing-code', { number: ACCOUNT });

    expect(answer).toMatchObject({ status, body: { success: false, error } });
    expect(answer.body.message).toMatch(sentence);
    await untilNothingIsLeft(world);
    expect(world.backend.received).toEqual([]);
  });

  it('that WhatsApp does not answer is a 504 after 30 s', async () => {
    await using world = await startWorld();
    world.whatsapp.fault('no-answer', { xmlns: 'md' });

    const pending = world.orchestrator.post('/sessions/pairing-code', { number: ACCOUNT });
    await world.whatsapp.until((server) => server.stats().stanzasIn >= 2);
    world.clock.skip(30_000);

    expect(await pending).toMatchObject({ status: 504, body: { success: false, error: 'whatsapp_timeout' } });
    await untilNothingIsLeft(world);
    expect(world.backend.received).toEqual([]);
  });
});

describe('a failed pairing attempt', () => {
  it('is followed by one with fresh keys, within a request and across requests', async () => {
    await using world = await startWorld();
    const keys: string[] = [];
    world.whatsapp.use({ name: 'record keys', onIntroduction: (_, { noiseKey }) => keys.push(noiseKey) === 0 });
    world.whatsapp.fault('no-answer', { xmlns: 'md', times: 1 });
    world.whatsapp.fault('refresh-pairing-code', { times: 1 });
    const phone = world.whatsapp.phone(ACCOUNT);

    const pending = offer(world);
    await world.whatsapp.until((server) => server.stats().stanzasIn >= 2);
    world.whatsapp.fault('cut');
    const first = await pending;
    await expect(phone.enterPairingCode(first.code)).rejects.toMatchObject({ reason: 'new_code_needed' });
    await untilNothingIsLeft(world);
    const { sessionId, code } = await offer(world);
    await phone.enterPairingCode(code);

    await world.orchestrator.until(sessionId, { status: 'connected' });
    // The last connection is the login of the device that was paired on the previous one.
    expect([keys.length, new Set(keys).size]).toEqual([4, 3]);
  });
});

function deviceId(device: number): string {
  return `${ACCOUNT}:${device}@s.whatsapp.net`;
}
