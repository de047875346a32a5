import type { Phone } from '../../../simulator/phones/phone.ts';
import { startWorld, type World } from '../../harness/world.ts';

const ANA = '5491122223333';
const OTHER = '5491100000001';

async function unlinked(world: World, phone: Phone): Promise<string> {
  const { sessionId } = await world.link(phone);
  await phone.unlink();
  await world.orchestrator.until(sessionId, { status: 'disconnected', reconnecting: false });
  return sessionId;
}

const relink = (world: World, sessionId: string, body: object = { number: ANA }) =>
  world.orchestrator.post(`/sessions/${sessionId}/relink`, body);

describe('a session that is linked again by a code', () => {
  it('goes on under its id when the code is typed, with no QR and no other session', async () => {
    await using world = await startWorld();
    const phone = world.whatsapp.phone(ANA);
    const sessionId = await unlinked(world, phone);
    const before = world.backend.accepted.length;

    const { status, body } = await relink(world, sessionId, { number: '+54 9 (112) 222-3333' });

    expect([status, body]).toMatchObject([200, { data: { session_id: sessionId, status: 'connecting' } }]);
    expect(body.pairing.formatted).toMatch(/^[A-Z1-9]{4}-[A-Z1-9]{4}$/);
    expect(Date.parse(body.pairing.expiresAt) - Date.now()).toBeGreaterThan(100_000);
    const again = await world.orchestrator.get(`/sessions/${sessionId}/pairing-code`);
    expect(again.body.code).toBe(body.pairing.code);
    expect((await relink(world, sessionId)).body.pairing.code).toBe(body.pairing.code);
    await phone.enterPairingCode(body.pairing.code as string);
    await world.orchestrator.until(sessionId, { status: 'connected', error_message: null });
    await world.whatsapp.phone(OTHER).sendText(ANA, 'hola');
    await world.backend.next('messages/received');
    const told = world.backend.accepted
      .slice(before)
      .map(({ path, body: { status: now } }) => [path.split('/').pop(), now]);
    expect(told).toEqual([
      ['status-update', 'connecting'],
      ['status-update', 'connected'],
      ['received', undefined],
    ]);
    await world.orchestrator.untilSessions(1);
    expect(await relink(world, sessionId)).toMatchObject({ status: 409, body: { error: 'session_linked' } });
  });

  it('is over again, and not removed, when nobody types the code, or the server restarts', async () => {
    await using world = await startWorld();
    const phone = world.whatsapp.phone(ANA);
    const sessionId = await unlinked(world, phone);
    await relink(world, sessionId);
    await world.fastForwardUntil(
      world.orchestrator.until(sessionId, { status: 'disconnected', reconnecting: false, phone_number: ANA }, 25_000),
    );
    await relink(world, sessionId);
    await world.stopOrchestrator();
    await world.startOrchestrator();
    await world.orchestrator.until(sessionId, { status: 'disconnected', reconnecting: false, phone_number: ANA });

    const { body } = await relink(world, sessionId);
    await phone.enterPairingCode(body.pairing.code as string);
    await world.orchestrator.until(sessionId, { status: 'connected' });
  }, 60_000);

  it('changes from a QR to a code; a code stays until it is over', async () => {
    await using world = await startWorld();
    const phone = world.whatsapp.phone(ANA);
    const sessionId = await unlinked(world, phone);
    await relink(world, sessionId, {});
    await world.orchestrator.get(`/sessions/${sessionId}/qr`);
    const { body } = await relink(world, sessionId);
    expect(await relink(world, sessionId, {})).toMatchObject({ status: 409, body: { error: 'session_not_pairing' } });
    await phone.enterPairingCode(body.pairing.code as string);
    await world.orchestrator.until(sessionId, { status: 'connected' });
  });

  it('is refused for another number, while WhatsApp refuses codes, and while too many wait', async () => {
    await using world = await startWorld({ environment: { MAX_PENDING_SESSIONS: '1' } });
    const sessionId = await unlinked(world, world.whatsapp.phone(ANA));
    expect(await relink(world, sessionId, { number: OTHER })).toMatchObject({
      ...{ status: 400, body: { error: 'invalid_number' } },
    });
    expect(await relink(world, sessionId, { number: 'x' })).toMatchObject({ body: { error: 'invalid_number' } });
    world.whatsapp.fault('refuse-pairing-code', { code: 400, times: 1 });
    expect(await relink(world, sessionId)).toMatchObject({ status: 422, body: { error: 'pairing_refused' } });
    await world.orchestrator.until(sessionId, { status: 'disconnected', reconnecting: false, phone_number: ANA });

    await world.orchestrator.post('/sessions', {});
    for (const body of [{}, { number: ANA }]) {
      expect(await relink(world, sessionId, body)).toMatchObject({
        ...{ status: 503, body: { error: 'too_many_pending_sessions' } },
      });
    }
    await world.orchestrator.until(sessionId, { status: 'disconnected' });
  });
});
