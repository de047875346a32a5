import { startWorld } from '../../harness/world.ts';

const ANA = '5491122223333';
const CUSTOMER = '5491144445555';

describe('a session that is stopped', () => {
  it('stays stopped over a restart, refuses sends, and gets what came meanwhile once it is started', async () => {
    await using world = await startWorld();
    const { sessionId } = await world.link(world.whatsapp.phone(ANA));
    const stopped = await world.orchestrator.post(`/sessions/${sessionId}/stop`);
    expect(stopped.body.data).toMatchObject({ status: 'disconnected', reconnecting: false, stopped: true });
    expect(await world.backend.next('sessions/status-update')).toMatchObject({ body: { status: 'disconnected' } });
    expect(await world.orchestrator.send(sessionId, CUSTOMER, 'no')).toMatchObject({
      ...{ status: 409, body: { error: 'session_stopped' } },
    });
    expect(await world.orchestrator.post(`/sessions/${sessionId}/restart`)).toMatchObject({
      ...{ status: 409, body: { error: 'session_stopped' } },
    });
    await world.whatsapp.phone(CUSTOMER).sendText(ANA, 'mientras tanto');

    await world.stopOrchestrator();
    await world.startOrchestrator();
    const { orchestrator } = world;
    expect((await orchestrator.get(`/sessions/${sessionId}`)).body.data.stopped).toBe(true);
    expect((await orchestrator.post(`/sessions/${sessionId}/stop`)).status).toBe(200);
    expect((await orchestrator.get('/health')).body).toMatchObject({ success: true, sessions: { disconnected: 1 } });

    const started = await orchestrator.post(`/sessions/${sessionId}/start`);
    expect(started.body.data).toMatchObject({ status: 'connected', stopped: false, error_message: null });
    expect((await world.backend.next('messages/received')).body.message_content).toBe('mientras tanto');
    expect(await orchestrator.send(sessionId, CUSTOMER, 'sí')).toMatchObject({ status: 200 });
    const words = (await orchestrator.get(`/sessions/${sessionId}/timeline`)).body.data as { what: string }[];
    expect(words.map(({ what }) => what)).toEqual(expect.arrayContaining(['stopped', 'started']));
  });

  it('is one with a linked device; one that waits for its scan is refused', async () => {
    await using world = await startWorld();
    const { body } = await world.orchestrator.get('/generate-qr');
    const id = body.sessionId as string;
    expect(await world.orchestrator.post(`/sessions/${id}/stop`)).toMatchObject({
      ...{ status: 409, body: { error: 'session_not_connected' } },
    });
    expect(await world.orchestrator.post(`/sessions/${id}/start`)).toMatchObject({ status: 200 });
    expect(await world.orchestrator.post('/sessions/session_1_x/stop')).toMatchObject({ status: 404 });
  });

  it('goes on when its account is linked again', async () => {
    await using world = await startWorld();
    const phone = world.whatsapp.phone(ANA);
    const { sessionId } = await world.link(phone);
    await world.orchestrator.post(`/sessions/${sessionId}/stop`);
    const { body } = await world.orchestrator.get('/generate-qr');
    await phone.scan(body.qrText as string);
    await world.orchestrator.until(sessionId, { status: 'connected', stopped: false });
  });
});
