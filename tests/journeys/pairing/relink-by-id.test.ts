import type { Phone } from '../../../simulator/phones/phone.ts';
import { startWorld, type World } from '../../harness/world.ts';

const ANA = '5491122223333';
const OTHER = '5491100000001';
const CUSTOMER = '5491144445555';

async function unlinked(world: World, phone: Phone): Promise<string> {
  const { sessionId } = await world.link(phone);
  await phone.unlink();
  await world.orchestrator.until(sessionId, { status: 'disconnected', reconnecting: false });
  return sessionId;
}

async function relinkQr(world: World, sessionId: string): Promise<string> {
  const asked = await world.orchestrator.post(`/sessions/${sessionId}/relink`);
  expect(asked.body.data).toMatchObject({ session_id: sessionId, status: 'connecting', phone_number: ANA });
  return (await world.orchestrator.get(`/sessions/${sessionId}/qr`)).body.qrText as string;
}

describe('a session that is linked again under its own id', () => {
  it('gets a QR of its own, and its history goes on', async () => {
    await using world = await startWorld();
    const phone = world.whatsapp.phone(ANA);
    const sessionId = await unlinked(world, phone);
    const qrText = await relinkQr(world, sessionId);
    expect((await world.backend.next(({ body }) => body.qr_data === qrText)).body.session_id).toBe(sessionId);
    await phone.scan(qrText);
    await world.orchestrator.until(sessionId, { status: 'connected', error_message: null });
    await world.whatsapp.phone(CUSTOMER).sendText(ANA, 'hola');
    await world.backend.next('messages/received');

    const { accepted } = world.backend;
    expect(accepted.every(({ body }) => body.session_id === sessionId)).toBe(true);
    const numbers = accepted.map(({ headers }) => Number(headers['x-session-seq']));
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    const statuses = accepted.flatMap(({ path, body }) => (path.endsWith('sessions/status-update') ? body.status : []));
    expect(statuses).toEqual(['disconnected', 'connecting', 'connected']);
    await world.orchestrator.untilSessions(1);
    expect(await world.orchestrator.post(`/sessions/${sessionId}/relink`)).toMatchObject({
      ...{ status: 409, body: { error: 'session_linked' } },
    });
  });

  it('refuses another number, which is unlinked and of which nothing is told, and can be tried again', async () => {
    await using world = await startWorld();
    const phone = world.whatsapp.phone(ANA);
    const sessionId = await unlinked(world, phone);
    const other = world.whatsapp.phone(OTHER);
    await other.scan(await relinkQr(world, sessionId));
    await world.orchestrator.until(sessionId, { status: 'disconnected', reconnecting: false, phone_number: ANA });
    const { error_message: why } = (await world.orchestrator.get(`/sessions/${sessionId}`)).body.data;
    expect(why).toContain(`+${OTHER}`);
    expect(world.whatsapp.devices()).toEqual([]);

    await phone.scan(await relinkQr(world, sessionId));
    await world.orchestrator.until(sessionId, { status: 'connected', phone_number: ANA });
    expect(world.backend.accepted.some(({ body }) => JSON.stringify(body).includes(`"phone_number":"${OTHER}"`))).toBe(
      false,
    );
  });

  it('goes on waiting over a restart, and is over again when nobody scans in time', async () => {
    await using world = await startWorld({ environment: { QR_SESSION_TTL: '60' } });
    const phone = world.whatsapp.phone(ANA);
    const sessionId = await unlinked(world, phone);
    await relinkQr(world, sessionId);
    await world.stopOrchestrator();
    await world.startOrchestrator();
    await world.orchestrator.until(sessionId, { status: 'connecting' });
    await world.fastForwardUntil(world.orchestrator.until(sessionId, { status: 'disconnected' }));
    expect((await world.orchestrator.get('/sessions')).body.data).toMatchObject([{ session_id: sessionId }]);
  });
});
