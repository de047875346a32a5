import type { Behaviour } from '../../../simulator/behaviours/behaviour.ts';
import type { Phone } from '../../../simulator/phones/phone.ts';
import type { PairingError } from '../../../simulator/pairing/pairing-error.ts';
import type { PasskeyOptions } from '../../../simulator/pairing/passkey-authenticator.ts';
import { foreignAssertion } from '../../../simulator/phones/phone-passkey.ts';
import { EventReader } from '../../harness/event-reader.ts';
import { untilTrue } from '../../harness/until.ts';
import { startWorld, type World } from '../../harness/world.ts';

const ACCOUNT = '5491234567890';
const TIMEOUT_MS = 600_000;

/** The phone of an account that wants a passkey. */
function wantingPhone(world: World): Phone {
  const phone = world.whatsapp.phone(ACCOUNT);
  phone.passkey.isWanted = true;
  return phone;
}

/** Resolves with the request once the session is at this stage. */
async function untilStage(world: World, sessionId: string, state: string) {
  let data: { state: string; options: PasskeyOptions; code: string; expires_at: string } | undefined;
  await untilTrue(async () => {
    ({ data } = (await world.orchestrator.get(`/sessions/${sessionId}/passkey`)).body);
    return data?.state === state;
  });
  return data!;
}

/** Answers the challenge with the phone's passkey; resolves with the code that the orchestrator shows. */
async function answer(world: World, sessionId: string, phone: Phone): Promise<string> {
  const { options } = await untilStage(world, sessionId, 'wanted');
  const { status, body } = await world.orchestrator.post(
    `/sessions/${sessionId}/passkey`,
    phone.passkey.assert(options),
  );
  expect([status, body]).toEqual([200, { success: true }]);
  return (await untilStage(world, sessionId, 'confirming')).code;
}

async function timelineOf(world: World, sessionId: string) {
  const { body } = await world.orchestrator.get(`/sessions/${sessionId}/timeline`);
  return body.data as { what: string; why: string | null }[];
}

/** Scans the QR of a new session. The outcome of the scan is awaited by the caller. */
async function scan(world: World, phone: Phone) {
  const { body } = await world.orchestrator.get('/generate-qr');
  return { sessionId: body.sessionId as string, outcome: outcomeOf(phone.scan(body.qrText as string)) };
}

/** `linked`, or why not. */
async function outcomeOf(linking: Promise<unknown>): Promise<string> {
  return linking.then(
    () => 'linked',
    (error: unknown) => (error as PairingError).reason,
  );
}

const confirm = (world: World, sessionId: string, matches: boolean) =>
  world.orchestrator.post(`/sessions/${sessionId}/passkey/confirm`, { matches });

describe('an account for which WhatsApp wants a passkey', () => {
  it('is linked by a QR once a person has signed the challenge and compared the codes', async () => {
    await using world = await startWorld();
    const acks: string[] = [];
    world.whatsapp.use(seeAcks(acks));
    const phone = wantingPhone(world);
    const { sessionId, outcome } = await scan(world, phone);

    const { expires_at } = await untilStage(world, sessionId, 'wanted');
    expect(Date.parse(expires_at) - world.clock.now()).toBeGreaterThan(TIMEOUT_MS - 60_000);
    const { body: view } = await world.orchestrator.get(`/sessions/${sessionId}`);
    expect(view.data).toMatchObject({ status: 'connecting', passkey: { state: 'wanted', expires_at } });
    const code = await answer(world, sessionId, phone);
    expect(code).toMatch(/^[1-9A-HJ-NP-TV-Z]{4}-[1-9A-HJ-NP-TV-Z]{4}$/);
    expect(await phone.passkey.untilCode()).toBe(code);
    // The phone's person is quick; ours has to act all the same.
    phone.passkey.confirm();
    await world.whatsapp.ping();
    expect(world.whatsapp.devices()).toEqual([]);
    expect((await confirm(world, sessionId, true)).body).toEqual({ success: true });

    expect(await outcome).toBe('linked');
    await world.orchestrator.until(sessionId, { status: 'connected', passkey: null, phone_number: ACCOUNT });
    const words = (await timelineOf(world, sessionId)).map(({ what }) => what);
    const steps = ['passkey_wanted', 'passkey_answered', 'passkey_code', 'passkey_confirmed'];
    expect(words).toEqual(['created', 'qr_offered', ...steps, 'paired', 'connected']);
    expect(acks).toEqual(['passkey_prologue_request', 'crsc_continuation']);
    const announced = await world.backend.next('new-session-connected');
    expect(announced.body).toMatchObject({ session_id: sessionId, phone_number: ACCOUNT });
  });

  it.each([
    ['without keys of the phone', false],
    ['after the phone has sent its keys', true],
  ])('is linked by a pairing code: %s', async (_, isAfterKeys) => {
    await using world = await startWorld();
    const phone = wantingPhone(world);
    phone.passkey.isAfterKeys = isAfterKeys;
    const { body } = await world.orchestrator.post('/sessions/pairing-code', { number: ACCOUNT });
    const linked = phone.enterPairingCode(body.code as string);

    const code = await answer(world, body.sessionId as string, phone);
    // Longer than the code was valid, and than Baileys shows one.
    world.clock.skip(240_000);
    expect(await phone.passkey.untilCode()).toBe(code);
    phone.passkey.confirm();
    await confirm(world, body.sessionId as string, true);

    await linked;
    await world.orchestrator.until(body.sessionId as string, { status: 'connected', passkey: null });
  });

  it('outlives the last QR, and QR_SESSION_TTL', async () => {
    await using world = await startWorld({ qrLifetimeMs: 50, environment: { QR_SESSION_TTL: '60' } });
    const phone = wantingPhone(world);
    const { sessionId, outcome } = await scan(world, phone);
    const { options } = await untilStage(world, sessionId, 'wanted');

    world.clock.skip(120_000);
    // Baileys shows six QRs by its own timers, which no clock of ours moves.
    await new Promise((resolve) => setTimeout(resolve, 7 * 50));
    await world.orchestrator.post(`/sessions/${sessionId}/passkey`, phone.passkey.assert(options));
    await untilStage(world, sessionId, 'confirming');
    phone.passkey.confirm();
    await confirm(world, sessionId, true);

    expect(await outcome).toBe('linked');
    await world.orchestrator.until(sessionId, { status: 'connected' });
  });

  it('is offered a new QR when nobody answers in time, and the request says so', async () => {
    await using world = await startWorld();
    const phone = wantingPhone(world);
    const { sessionId, outcome } = await scan(world, phone);
    const { options } = await untilStage(world, sessionId, 'wanted');

    world.clock.skip(TIMEOUT_MS);

    expect(await outcome).toBe('refused');
    await untilTrue(async () => (await world.orchestrator.get(`/sessions/${sessionId}/qr`)).status === 200);
    const late = await world.orchestrator.post(`/sessions/${sessionId}/passkey`, phone.passkey.assert(options));
    expect([late.status, late.body.error]).toEqual([410, 'passkey_expired']);
    const failed = (await timelineOf(world, sessionId)).find(({ what }) => what === 'passkey_failed');
    expect(failed?.why).toMatch(/nobody completed that in time/);
    await world.orchestrator.until(sessionId, { status: 'connecting', passkey: null });
  });

  it('is not linked when the person sees another code, here or on the phone', async () => {
    await using world = await startWorld();
    const phone = wantingPhone(world);
    const here = await scan(world, phone);
    await answer(world, here.sessionId, phone);
    expect((await confirm(world, here.sessionId, false)).status).toBe(200);
    expect(await here.outcome).toBe('refused');
    await untilTrue(async () => (await world.orchestrator.get(`/sessions/${here.sessionId}/qr`)).status === 200);

    const there = await scan(world, phone);
    await answer(world, there.sessionId, phone);
    await phone.passkey.untilCode();
    phone.passkey.refuse();
    expect(await there.outcome).toBe('other_code');

    await untilTrue(async () => (await world.orchestrator.get(`/sessions/${there.sessionId}/qr`)).status === 200);
    const refused = await confirm(world, there.sessionId, true);
    expect([refused.status, refused.body.error]).toEqual([409, 'passkey_not_wanted']);
    const failures = (await timelineOf(world, here.sessionId)).filter(({ what }) => what === 'passkey_failed');
    expect(failures).toMatchObject([{ why: expect.stringMatching(/another code/) as string }]);
    expect(world.whatsapp.devices()).toEqual([]);
  });

  it('refuses wrong answers, accepts the right one after them, and only one', async () => {
    await using world = await startWorld();
    const phone = wantingPhone(world);
    const { sessionId } = await scan(world, phone);
    const { options } = await untilStage(world, sessionId, 'wanted');
    const path = `/sessions/${sessionId}/passkey`;
    const send = async (assertion: unknown) => {
      const { status, body } = await world.orchestrator.post(path, assertion);
      return [status, body.error];
    };

    expect(await send({ ...phone.passkey.assert(options), type: 'password' })).toEqual([400, 'invalid_passkey']);
    expect(await send(phone.passkey.assert({ ...options, challenge: 'b3RoZXI' }))).toEqual([400, 'invalid_passkey']);
    expect(await send(phone.passkey.assert(options, { origin: 'https://evil.example' }))).toEqual([
      400,
      'invalid_passkey',
    ]);
    expect(await send(phone.passkey.assert(options, { userVerified: false }))).toEqual([400, 'invalid_passkey']);
    expect((await confirm(world, sessionId, true)).body.error).toBe('passkey_not_wanted');
    expect(await send(foreignAssertion(options))).toEqual([422, 'passkey_refused']);
    const right = phone.passkey.assert(options);
    const both = await Promise.all([send(right), send(right)]);
    expect(both).toEqual(
      expect.arrayContaining([
        [200, undefined],
        [409, 'passkey_not_wanted'],
      ]),
    );
    expect(await send(right)).toEqual([409, 'passkey_not_wanted']);
    await untilStage(world, sessionId, 'confirming');
  });

  it('starts anew when its connection is lost, and leaves nothing when it is deleted', async () => {
    await using world = await startWorld();
    const phone = wantingPhone(world);
    const { sessionId, outcome } = await scan(world, phone);
    await untilStage(world, sessionId, 'wanted');

    world.whatsapp.fault('cut');

    expect(await outcome).toBe('refused');
    await world.fastForwardUntil(
      untilTrue(async () => (await world.orchestrator.get(`/sessions/${sessionId}/qr`)).status === 200),
    );
    expect((await timelineOf(world, sessionId)).map(({ what }) => what)).toContain('passkey_failed');
    const { body } = await world.orchestrator.get(`/sessions/${sessionId}/qr`);
    const again = outcomeOf(phone.scan(body.qrText as string));
    await untilStage(world, sessionId, 'wanted');
    await world.orchestrator.delete(`/sessions/${sessionId}`);
    expect(await again).toBe('refused');
    await world.orchestrator.untilSessions(0);
    await world.whatsapp.until((server) => server.stats().open === 0);
  });

  it('is removed with its code when nobody answers in time', async () => {
    await using world = await startWorld();
    const phone = wantingPhone(world);
    const { body } = await world.orchestrator.post('/sessions/pairing-code', { number: ACCOUNT });
    const linked = outcomeOf(phone.enterPairingCode(body.code as string));
    await untilStage(world, body.sessionId as string, 'wanted');
    world.clock.skip(TIMEOUT_MS);

    const { body: end } = await world.backend.next('sessions/status-update');
    expect(end).toMatchObject({ status: 'disconnected', error_message: expect.stringMatching(/passkey/) as string });
    await world.orchestrator.untilSessions(0);
    expect(await linked).toBe('refused');
  });

  it('tells live readers each step, without the challenge or the code', async () => {
    await using world = await startWorld();
    await using reader = await EventReader.open(`${world.orchestrator.url}/sessions/events`);
    const phone = wantingPhone(world);
    const { sessionId } = await scan(world, phone);
    const code = await answer(world, sessionId, phone);

    for (const state of ['wanted', 'answered', 'confirming']) {
      const event = await reader.next('passkey');
      expect(event).toEqual({ session_id: sessionId, state, expires_at: expect.any(String) as string });
      expect(JSON.stringify(event)).not.toContain(code);
    }
  });
});

/** Collects the types of notifications that clients acknowledge before they are linked. */
function seeAcks(types: string[]): Behaviour {
  return {
    name: 'see acks',
    onStanza({ tag, attrs }, client) {
      if (tag === 'ack' && !client.device) types.push(attrs.type ?? '');
      return false;
    },
  };
}
