import { EventReader } from '../../harness/event-reader.ts';
import { startWorld, type World } from '../../harness/world.ts';

const ACCOUNT = '5491234567890';
const PERSON = '5490987654321';

async function follow(world: World): Promise<EventReader> {
  const reader = await EventReader.open(`${world.orchestrator.url}/sessions/events`);
  await reader.next('ready');
  return reader;
}

it('the event stream follows a session: its start, its codes, its connection, a disconnect, its end', async () => {
  await using world = await startWorld({ qrLifetimeMs: 1_000 });
  await using reader = await follow(world);

  const { body } = await world.orchestrator.get('/generate-qr');
  const sessionId = body.sessionId as string;
  const isIt = (data: { session_id: string }) => data.session_id === sessionId;
  expect(await reader.next('session', isIt)).toMatchObject({ status: 'connecting', phone_number: null });
  const first = await reader.next('qr', isIt);
  const renewed = await world.fastForwardUntil(reader.next('qr', isIt));
  expect(Date.parse(renewed.expires_at)).toBeGreaterThan(Date.parse(first.expires_at));
  expect(JSON.stringify(reader.events)).not.toContain(body.qrText.split(',')[1]);

  const { body: now } = await world.orchestrator.get(`/sessions/${sessionId}/qr`);
  await world.whatsapp.phone(ACCOUNT, 'Tienda').scan(now.qrText as string);
  const connected = await reader.next('session', ({ status }) => status === 'connected');
  expect(connected).toEqual((await world.orchestrator.get(`/sessions/${sessionId}`)).body.data);
  expect(await world.fastForwardUntil(reader.next('health', ({ sessions }) => sessions.connected === 1))).toMatchObject(
    {
      status: 'ok',
    },
  );

  world.whatsapp.fault('refuse-upgrade');
  world.whatsapp.fault('cut', { number: ACCOUNT });
  const lost = await world.fastForwardUntil(reader.next('session', ({ status }) => status === 'disconnected'));
  expect(lost).toMatchObject({ reconnecting: true, error_message: expect.any(String) as string });

  await world.orchestrator.delete(`/sessions/${sessionId}`);
  expect(await reader.next('removed')).toEqual({ session_id: sessionId });
  // An open stream does not hold up the shutdown.
  await world.stopOrchestrator();
  expect(await reader.ended).toBe('ended');
});

it('DASHBOARD_MESSAGES shows the messages received and sent, once each and truncated', async () => {
  await using world = await startWorld({ environment: { DASHBOARD_MESSAGES: 'true' } });
  const { sessionId } = await world.link(world.whatsapp.phone(ACCOUNT));
  const person = world.whatsapp.phone(PERSON, 'Juan');
  await using reader = await follow(world);

  await person.sendText(ACCOUNT, '😀'.repeat(600));
  const received = await reader.next('message');
  expect(received).toMatchObject({
    session_id: sessionId,
    direction: 'in',
    number: PERSON,
    name: 'Juan',
    type: 'text',
  });
  expect(received.text).toBe('😀'.repeat(500));
  expect(await reader.next('session')).toMatchObject({ session_id: sessionId, status: 'connected' });
  const { body: sent } = await world.orchestrator.send(sessionId, `+${PERSON}`, 'buenas');
  const message = { session_id: sessionId, message_id: sent.messageId as string, direction: 'out', number: PERSON };
  expect(await reader.next('message')).toMatchObject({ ...message, type: 'text', text: 'buenas' });

  const { body } = await world.orchestrator.get(`/sessions/${sessionId}/messages`);
  expect(body.data).toEqual(
    reader.events.filter(({ event }) => event === 'message').map(({ data }) => data as unknown),
  );
  expect((await world.orchestrator.get(`/sessions/${sessionId}/messages?limit=1`)).body.data).toHaveLength(1);
  await world.stopOrchestrator();
  await world.startOrchestrator();
  expect((await world.orchestrator.get(`/sessions/${sessionId}/messages`)).body.data).toEqual([]);
});

it('messages are neither shown nor stored by default', async () => {
  await using world = await startWorld();
  const { sessionId } = await world.link(world.whatsapp.phone(ACCOUNT));
  await using reader = await follow(world);

  await world.whatsapp.phone(PERSON, 'Juan').sendText(ACCOUNT, 'un secreto');
  await world.backend.next('messages/received');
  const answer = await world.orchestrator.get(`/sessions/${sessionId}/messages`);
  await world.orchestrator.delete(`/sessions/${sessionId}`);
  await reader.next('removed');

  expect(answer).toMatchObject({ status: 403, body: { error: 'messages_not_kept' } });
  expect(JSON.stringify(reader.events)).not.toContain('un secreto');
});
