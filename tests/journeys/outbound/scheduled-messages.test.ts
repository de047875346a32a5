import { startWorld, type World } from '../../harness/world.ts';

const ACCOUNT = '5491234567890';
const PERSON = '5490987654321';
const MINUTE_MS = 60_000;

let world: World;
let path: string;

beforeAll(async () => {
  world = await startWorld();
  const { sessionId } = await world.link(world.whatsapp.phone(ACCOUNT));
  path = `/sessions/${sessionId}/scheduled-messages`;
  world.whatsapp.phone(PERSON, 'Juan');
});
afterAll(() => world[Symbol.asyncDispose]());

async function scheduled(text: string, inMs: number): Promise<string> {
  const send_at = new Date(world.clock.now() + inMs).toISOString();
  const message = { type: 'text', number: PERSON, text };
  const { status, body } = await world.orchestrator.post(path, { send_at, message });
  expect({ status, body }).toMatchObject({ status: 200, body: { data: { state: 'scheduled', message } } });
  return body.data.messageId as string;
}

const texts = () =>
  world.whatsapp
    .phone(PERSON)
    .messages()
    .messages.map(({ text }) => text);

it('a scheduled message outlives the process, arrives after its time under the id that was told, and once', async () => {
  const messageId = await scheduled('tu turno es hoy', MINUTE_MS);
  await world.stopOrchestrator();
  world.clock.skip(2 * MINUTE_MS);
  await world.startOrchestrator();

  const { text } = await world.fastForwardUntil(world.whatsapp.phone(PERSON).next(({ id }) => id === messageId));
  const { body } = await world.backend.next((received) => received.body.message_id === messageId);

  expect(text).toBe('tu turno es hoy');
  expect(body).toMatchObject({ to_number: PERSON, status: 'sent' });
  expect((await world.orchestrator.get(path)).body).toMatchObject({ data: [{ messageId, state: 'sent' }] });
  expect(texts()).toEqual(['tu turno es hoy']);
});

it('a canceled one never arrives, and one that cannot be sent is told as failed', async () => {
  const canceled = await scheduled('mejor no', MINUTE_MS);
  const unknown = { type: 'text', number: '14155550100', text: 'x' };
  const send_at = new Date(world.clock.now() + MINUTE_MS).toISOString();
  const { body } = await world.orchestrator.post(path, { send_at, message: unknown });
  const last = await scheduled('fin', MINUTE_MS);

  const answer = await world.orchestrator.delete(`${path}/${canceled}`);
  expect(answer.body).toMatchObject({ data: { messageId: canceled, state: 'canceled' } });
  world.clock.skip(MINUTE_MS);
  await world.fastForwardUntil(world.whatsapp.phone(PERSON).next(({ id }) => id === last));

  const isIt = (received: { body: { message_id?: string } }) => received.body.message_id === body.data.messageId;
  expect((await world.backend.next(isIt)).body).toMatchObject({
    ...{ status: 'failed', error_code: 'number_not_on_whatsapp', to_number: '14155550100' },
  });
  expect(texts()).not.toContain('mejor no');
});
