import { untilTrue } from '../harness/until.ts';
import { startWorld, type World } from '../harness/world.ts';

const ACCOUNT = '5491234567890';
const PERSON = '5490987654321';

async function text(world: World): Promise<string> {
  return (await fetch(`${world.orchestrator.url}/metrics`)).text();
}

/** Resolves when the metrics have this line. */
async function untilCounted(world: World, line: string): Promise<void> {
  await untilTrue(async () => (await text(world)).split('\n').includes(line));
}

it('what happens is counted, and neither sessions nor numbers are told', async () => {
  await using world = await startWorld();
  const { sessionId } = await world.link(world.whatsapp.phone(ACCOUNT));
  const person = world.whatsapp.phone(PERSON, 'Juan');

  await untilCounted(world, 'orchestrator_sessions{status="connected"} 1');
  await untilCounted(world, 'orchestrator_session_transitions_total{status="connected"} 1');
  await person.sendText(ACCOUNT, 'hola');
  await untilCounted(world, 'orchestrator_messages_received_total{type="text"} 1');
  await world.orchestrator.send(sessionId, PERSON, 'hola');
  await untilCounted(world, 'orchestrator_messages_sent_total{type="text",fate="sent"} 1');
  await world.orchestrator.send(sessionId, '14155550100', 'nadie');
  await untilCounted(world, 'orchestrator_messages_sent_total{type="text",fate="refused"} 1');
  await untilCounted(world, 'orchestrator_callback_attempts_total{event="message-received",fate="delivered"} 1');
  await untilCounted(world, 'orchestrator_backend_up 1');
  await untilCounted(world, 'orchestrator_callbacks_pending 0');
  world.whatsapp.fault('cut', { number: ACCOUNT });
  await untilCounted(world, 'orchestrator_lines_closed_total{reason="connection-lost"} 1');

  const all = await text(world);
  for (const secret of [sessionId, ACCOUNT, PERSON, person.lid, 'hola', 'Juan']) expect(all).not.toContain(secret);
});

it('a backend that is away is seen', async () => {
  await using world = await startWorld();
  await world.link(world.whatsapp.phone(ACCOUNT));
  await world.backend[Symbol.asyncDispose]();

  await world.whatsapp.phone(PERSON, 'Juan').sendText(ACCOUNT, 'hola');

  await untilCounted(world, 'orchestrator_backend_up 0');
  await untilCounted(world, 'orchestrator_callbacks_pending 1');
});

it('livez and readyz answer without a key', async () => {
  await using world = await startWorld({ environment: { API_KEY: 'llave' } });

  for (const path of ['/livez', '/readyz']) {
    expect(await world.orchestrator.get(path)).toMatchObject({ status: 200, body: { success: true } });
  }
  expect((await fetch(`${world.orchestrator.url}/metrics`)).status).toBe(401);
});
