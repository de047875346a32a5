import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { linkAsVersion3 } from '../../harness/link-as-version-3.ts';
import { startWorld } from '../../harness/world.ts';

const ACCOUNT = '5491234567890';
const PERSON = '5490987654321';
const SESSION = 'session_1705312200123_abc123def';

describe('a session of version 3', () => {
  it('reconnects without a new scan, and its old files are removed after the first login', async () => {
    await using world = await startWorld({}, { start: false });
    const folder = join(world.authDir, SESSION);
    await linkAsVersion3(world.whatsapp, world.whatsapp.phone(ACCOUNT), folder);
    expect(await readdir(folder)).toContain('creds.json');

    await world.startOrchestrator();

    expect((await world.backend.next('sessions/status-update')).body).toMatchObject({
      session_id: SESSION,
      status: 'connected',
    });
    await world.orchestrator.until(SESSION, { status: 'connected', phone_number: ACCOUNT });
    expect(world.whatsapp.stats().pairings).toBe(1);
    await world.untilFiles(folder, []);
  });

  it('keeps its Signal sessions: both sides can still decrypt each other', async () => {
    await using world = await startWorld({}, { start: false });
    const person = world.whatsapp.phone(PERSON, 'Juan');
    await linkAsVersion3(world.whatsapp, world.whatsapp.phone(ACCOUNT), join(world.authDir, SESSION));
    await person.sendText(ACCOUNT, 'mientras se actualizaba');

    await world.startOrchestrator();

    expect((await world.backend.next('messages/received')).body).toMatchObject({
      message_content: 'mientras se actualizaba',
      sender_number: PERSON,
      offline: true,
    });
    const { body } = await world.orchestrator.send(SESSION, PERSON, 'ya estamos');
    expect(await person.next(({ id }) => id === body.messageId)).toMatchObject({ text: 'ya estamos' });
  });

  it('keeps its files while it cannot log in', async () => {
    await using world = await startWorld({}, { start: false });
    const folder = join(world.authDir, SESSION);
    await linkAsVersion3(world.whatsapp, world.whatsapp.phone(ACCOUNT), folder);
    const files = await readdir(folder);
    world.whatsapp.fault('refuse-upgrade');

    await world.startOrchestrator();

    await world.orchestrator.until(SESSION, { status: 'disconnected', reconnecting: true });
    expect(await readdir(folder)).toEqual(expect.arrayContaining(files));
  });

  it('with a truncated file is left untouched, and the others connect', async () => {
    await using world = await startWorld({}, { start: false });
    const truncated = join(world.authDir, 'session_1_torn');
    await mkdir(truncated, { recursive: true });
    await writeFile(join(truncated, 'creds.json'), '{"noiseKey":');
    await linkAsVersion3(world.whatsapp, world.whatsapp.phone(ACCOUNT), join(world.authDir, SESSION));

    await world.startOrchestrator();

    await world.orchestrator.until(SESSION, { status: 'connected' });
    expect((await world.orchestrator.get('/sessions')).body.data).toHaveLength(1);
    expect(await readdir(truncated)).toEqual(['creds.json']);
  });
});
