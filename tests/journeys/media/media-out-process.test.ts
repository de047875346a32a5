import { randomBytes } from 'node:crypto';
import { OrchestratorProcess } from '../../harness/orchestrator-process.ts';
import { startWorld } from '../../harness/world.ts';

const ACCOUNT = '5491234567890';
const PERSON = '5490987654321';
const MB = 1024 * 1024;

it('a file of 60 MB is accepted and sent without the process growing by 40 MB', async () => {
  await using world = await startWorld({}, { start: false });
  await using orchestrator = await OrchestratorProcess.start(world.environment);
  const { body } = await orchestrator.get('/generate-qr');
  await world.whatsapp.phone(ACCOUNT).scan(body.qrText as string);
  await world.backend.next('new-session-connected');
  const person = world.whatsapp.phone(PERSON);
  const send = async (bytes: Buffer): Promise<boolean> => {
    const form = new FormData();
    form.set('number', PERSON);
    form.set('type', 'document');
    form.set('file', new Blob([new Uint8Array(bytes)]), 'archivo.bin');
    const answer = await fetch(`${orchestrator.url}/sessions/${body.sessionId}/messages`, {
      method: 'POST',
      body: form,
    });
    const { messageId } = (await answer.json()) as { messageId: string };
    return (await person.media(await person.next(({ id }) => id === messageId))).equals(bytes);
  };
  // A first file loads the code that every file needs.
  await send(randomBytes(1));
  const before = await orchestrator.memory();

  const isWhole = await send(randomBytes(60 * MB));
  const { peak } = await orchestrator.memory();

  expect(isWhole).toBe(true);
  expect(peak - before.now).toBeLessThan(40 * MB);
});
