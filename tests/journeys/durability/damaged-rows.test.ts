import { changeStored } from '../../harness/stored.ts';
import { startWorld, type World } from '../../harness/world.ts';

const ACCOUNT = '5491234567890';
const OTHER = '5491100000001';
const PERSON = '5490987654321';

const content = (text: string) => (received: { body: { message_content?: string } }) =>
  received.body.message_content === text;

/** Changes the database while the server is stopped, as a bad disk does. */
async function damage(world: World, sql: string): Promise<void> {
  await world.stopOrchestrator();
  await changeStored(world.authDir, sql);
  await world.startOrchestrator();
}

async function timeline(world: World, sessionId: string): Promise<{ what: string; why: string | null }[]> {
  const { body } = await world.orchestrator.get(`/sessions/${sessionId}/timeline`);
  return body.data as { what: string; why: string | null }[];
}

it('a Signal session that cannot be read is begun anew with its contact', async () => {
  await using world = await startWorld();
  const { sessionId } = await world.link(world.whatsapp.phone(ACCOUNT));
  const person = world.whatsapp.phone(PERSON, 'Juan');
  await person.sendText(ACCOUNT, 'antes');
  await world.backend.next(content('antes'));

  await damage(world, "UPDATE signal_keys SET value = '{cut off' WHERE type IN ('session', 'sender-key', 'pre-key')");
  await world.orchestrator.until(sessionId, { status: 'connected' });
  await person.sendText(ACCOUNT, 'después');

  expect((await world.backend.next(content('después'))).body).toMatchObject({ sender_number: PERSON });
  expect(await world.orchestrator.send(sessionId, PERSON, 'acá estoy')).toMatchObject({ status: 200 });
  expect(await person.next(({ text }) => text === 'acá estoy')).toBeDefined();
  expect(await timeline(world, sessionId)).toContainEqual(
    expect.objectContaining({ what: 'damaged', why: 'Cannot read a stored value (signal_keys.value, session)' }),
  );
  const { body } = await world.orchestrator.get('/health');
  expect(body).toMatchObject({ status: 'degraded', problems: [expect.stringMatching(/stored values? could not be/)] });
});

it('credentials that cannot be read end their session with a sentence, and no other', async () => {
  await using world = await startWorld();
  const { sessionId } = await world.link(world.whatsapp.phone(ACCOUNT));
  const other = await world.link(world.whatsapp.phone(OTHER));

  await damage(world, `UPDATE credentials SET value = '{}' WHERE session_id = '${sessionId}'`);

  await world.orchestrator.until(sessionId, { status: 'disconnected', reconnecting: false });
  await world.orchestrator.until(other.sessionId, { status: 'connected' });
  const { body } = await world.orchestrator.get(`/sessions/${sessionId}`);
  expect(body.data.error_message).toContain('Connect the account again with a new QR');
  expect(await timeline(world, sessionId)).toContainEqual(expect.objectContaining({ what: 'damaged' }));
});
