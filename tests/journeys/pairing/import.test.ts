import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { WASocket } from '@whiskeysockets/baileys';
import { runImportCommand } from '../../../src/cli/import-command.ts';
import { linkAsVersion3 } from '../../harness/link-as-version-3.ts';
import { startWorld, type World } from '../../harness/world.ts';

const ACCOUNT = '5491234567890';
const PERSON = '5490987654321';

/** Runs what `npm run import` runs, with the settings of the orchestrator. */
async function importFrom(world: World, ...args: string[]): Promise<string> {
  const printed: string[] = [];
  const end = await runImportCommand(args, world.environment, (text) => printed.push(text));
  return [...printed, end].join('');
}

/** Bare Baileys links the account in a folder of its own, and talks with a person: both have a session of their encryption. */
async function linkElsewhere(world: World, folder: string): Promise<void> {
  const person = world.whatsapp.phone(PERSON, 'Juan');
  await linkAsVersion3(world.whatsapp, world.whatsapp.phone(ACCOUNT, 'Tienda'), folder, async (socket) => {
    const arrived = received(socket, 'hola, Baileys');
    await person.sendText(ACCOUNT, 'hola, Baileys');
    await arrived;
    await socket.sendMessage(`${PERSON}@s.whatsapp.net`, { text: 'hola, Juan' });
    await person.next(({ text }) => text === 'hola, Juan');
  });
}

function received(socket: WASocket, text: string): Promise<void> {
  return new Promise((resolve) =>
    socket.ev.on('messages.upsert', ({ messages }) => {
      if (messages.some(({ message }) => message?.conversation === text || message?.extendedTextMessage?.text === text))
        resolve();
    }),
  );
}

/** Every file below a folder, with its content. */
async function contents(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  return new Map(await Promise.all(files.map(async (file) => [file, await readFile(file, 'utf8')] as const)));
}

it("a session of bare Baileys' goes on here: what came meanwhile arrives, its keys go on, and the backend hears of it", async () => {
  await using world = await startWorld({}, { start: false });
  const source = join(world.authDir, '..', 'old');
  await linkElsewhere(world, join(source, 'Tienda Ñandú'));
  await mkdir(join(source, 'empty'));
  const before = await contents(source);
  const person = world.whatsapp.phone(PERSON);
  await person.sendText(ACCOUNT, 'mientras tanto');

  expect(await importFrom(world, `multi-file:${source}`, '--dry-run')).toContain('Nothing was stored.');
  const output = await importFrom(world, `multi-file:${source}`);
  const [, sessionId = ''] =
    /^Tienda Ñandú: imported as (session_\d+_[a-z0-9]{9}) \(5491234567890\), with \d+ keys\.$/m.exec(output) ?? [];
  expect(output).toContain('empty: not imported: it has no creds.json.');
  expect(output).toContain('imported: 1, already here: 0, not imported: 1.');
  expect(output).toContain('NEVER START THE OTHER PROGRAM');
  expect(await importFrom(world, `multi-file:${source}`)).toContain(`Tienda Ñandú: already here, as ${sessionId}`);
  expect(await contents(source)).toEqual(before);

  await world.startOrchestrator();
  const { body: announced } = await world.backend.next('new-session-connected');
  expect(announced).toMatchObject({ session_id: sessionId, phone_number: ACCOUNT });
  expect((await world.backend.next('messages/received')).body).toMatchObject({
    message_content: 'mientras tanto',
    sender_number: PERSON,
  });
  const { body } = await world.orchestrator.send(sessionId, PERSON, 'ya estamos');
  const sent = await person.next(({ id }) => id === body.messageId);
  expect(sent).toMatchObject({ text: 'ya estamos' });
  expect((await world.orchestrator.get(`/sessions/${sessionId}`)).body.data).toMatchObject({
    status: 'connected',
    name: 'Tienda Ñandú',
  });
  expect(world.whatsapp.stats()).toMatchObject({ pairings: 1, devices: 1, retries: 0, undeliverable: 0 });
  await expect(importFrom(world, `multi-file:${source}`)).rejects.toThrow('Another process is using');

  await world.stopOrchestrator();
  expect(await importFrom(world, `multi-file:${source}`)).toContain(`already here, as ${sessionId}`);
  // An older copy of the same device is no other session, and what is here stays.
  await cp(join(source, 'Tienda Ñandú'), join(source, 'copy'), { recursive: true });
  await writeFile(join(source, 'empty', 'creds.json'), '{"noiseKey":');
  expect(await importFrom(world, `multi-file:${source}`)).toMatch(
    /^copy: already here[^]+^empty: not imported: .+ not valid JSON\.$/m,
  );
});

it('the session that the number already has here stays, and the other one is named', async () => {
  await using world = await startWorld();
  const { sessionId } = await world.link(world.whatsapp.phone(ACCOUNT));
  const source = join(world.authDir, '..', 'other');
  await world.stopOrchestrator();
  await linkAsVersion3(world.whatsapp, world.whatsapp.phone(ACCOUNT), source);

  expect(await importFrom(world, `multi-file:${source}`)).toContain(
    `other: not imported: its number ${ACCOUNT} already has the session ${sessionId} here.`,
  );
});

it('one whose phone has unlinked it meanwhile ends, and offers no QR', async () => {
  await using world = await startWorld({}, { start: false });
  const source = join(world.authDir, '..', 'gone');
  const phone = world.whatsapp.phone(ACCOUNT);
  await linkAsVersion3(world.whatsapp, phone, source);
  await phone.unlink();
  const output = await importFrom(world, `multi-file:${source}`);
  const [sessionId = ''] = /session_\w+/.exec(output) ?? [];

  await world.startOrchestrator();

  await world.orchestrator.until(sessionId, { status: 'disconnected', reconnecting: false });
  expect(world.whatsapp.stats().pairing).toBe(0);
});
