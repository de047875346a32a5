import { untilTrue } from '../../harness/until.ts';
import { startWorld, type World } from '../../harness/world.ts';

const ACCOUNT = '5491234567890';
const PERSON = '5490987654321';
/** A PNG of one pixel, in base64. */
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';

async function text(world: World): Promise<string> {
  return (await fetch(`${world.orchestrator.url}/metrics`)).text();
}

/** Resolves when the metrics contain this line. */
async function untilCounted(world: World, line: string): Promise<void> {
  await untilTrue(async () => (await text(world)).split('\n').includes(line));
}

it('the metrics count what happens and reveal no session, number, name or text', async () => {
  await using world = await startWorld();
  const { sessionId } = await world.link(world.whatsapp.phone(ACCOUNT));
  const person = world.whatsapp.phone(PERSON, 'Juan');

  await untilCounted(world, 'orchestrator_sessions{status="connected"} 1');
  await untilCounted(world, 'orchestrator_session_transitions_total{status="connected"} 1');
  await person.sendText(ACCOUNT, 'hola');
  await untilCounted(world, 'orchestrator_messages_received_total{type="text",fate="told"} 1');
  await untilCounted(world, 'orchestrator_message_latency_seconds_count{offline="false"} 1');
  await world.orchestrator.send(sessionId, PERSON, 'hola');
  await untilCounted(world, 'orchestrator_messages_sent_total{type="text",fate="sent"} 1');
  await untilCounted(world, 'orchestrator_message_updates_total{status="delivered"} 1');
  await world.orchestrator.send(sessionId, '14155550100', 'nadie');
  await untilCounted(world, 'orchestrator_messages_sent_total{type="text",fate="refused"} 1');
  await untilCounted(world, 'orchestrator_callback_attempts_total{event="message-received",fate="delivered"} 1');
  await untilCounted(world, 'orchestrator_backend_up 1');
  await untilCounted(world, 'orchestrator_callbacks_pending 0');
  const picture = { type: 'image', number: PERSON, file: { base64: PNG } };
  expect((await world.orchestrator.post(`/sessions/${sessionId}/messages`, picture)).status).toBe(200);
  await untilCounted(world, 'orchestrator_media_uploads_total{fate="ok"} 1');
  world.whatsapp.fault('cut', { number: ACCOUNT });
  await untilCounted(world, 'orchestrator_lines_closed_total{reason="connection-lost",code="428"} 1');
  await world.orchestrator.delete(`/sessions/${sessionId}`);
  await untilCounted(world, 'orchestrator_session_transitions_total{status="removed"} 1');

  const all = await text(world);
  expect(all).toMatch(/^orchestrator_session_transitions_total{status="connecting"} 1$/m);
  expect(all).toMatch(/^orchestrator_store_commit_seconds_count [1-9]\d*$/m);
  for (const secret of [sessionId, ACCOUNT, PERSON, person.lid, 'hola', 'Juan']) expect(all).not.toContain(secret);
});

it.each<[string, (world: World) => unknown]>([
  ['is down', ({ backend }) => backend.goesDown()],
  ['answers only 500', ({ backend }) => backend.answerWith(500)],
  ['refuses the key', ({ backend }) => backend.answerWith(401)],
])('the metrics show a backend that %s', async (_, happens) => {
  await using world = await startWorld();
  await world.link(world.whatsapp.phone(ACCOUNT));
  await happens(world);

  await world.whatsapp.phone(PERSON, 'Juan').sendText(ACCOUNT, 'hola');

  await untilCounted(world, 'orchestrator_backend_up 0');
  await untilCounted(world, 'orchestrator_callbacks_pending 1');
});

it('/livez and /readyz answer without a key, /metrics does not', async () => {
  await using world = await startWorld({ environment: { API_KEY: 'llave' } });

  for (const path of ['/livez', '/readyz']) {
    expect(await world.orchestrator.get(path)).toMatchObject({ status: 200, body: { success: true } });
  }
  expect((await fetch(`${world.orchestrator.url}/metrics`)).status).toBe(401);
});
