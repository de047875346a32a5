import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AuthenticationCreds } from '@whiskeysockets/baileys';
import { Secret } from '../../../src/kit/secret.ts';
import type { SessionId } from '../../../src/domain/session-id.ts';
import { decode } from '../../../src/whatsapp/signal/key-codec.ts';
import { randomMasterKey } from '../../harness/random-master-key.ts';
import { isOnPostgres } from '../../harness/shared-postgres.ts';
import { everyValue, openStored } from '../../harness/stored.ts';
import { startWorld, type World } from '../../harness/world.ts';

const ACCOUNT = '5491234567890';
const PERSON = '5490987654321';
const MASTER_KEY = randomMasterKey();

/** The texts of the conversation, and the media key of its document. */
const TEXTS = ['un pedido secreto', 'una respuesta secreta', 'un pie secreto', 'plan-secreto.pdf', 'opcion secreta'];
const MEDIA_KEY = randomBytes(32);

/** Holds a conversation with everything that reaches the storage. Returns the id of the session. */
async function converse(world: World): Promise<string> {
  const account = world.whatsapp.phone(ACCOUNT, 'Tienda');
  const person = world.whatsapp.phone(PERSON, 'Juan');
  const { sessionId } = await world.link(account);
  await person.sendText(ACCOUNT, 'un pedido secreto');
  await world.backend.next('messages/received');
  const answer = { number: PERSON, message: 'una respuesta secreta' };
  const headers = { 'Idempotency-Key': 'once' };
  const sent = await world.orchestrator.post(`/sessions/${sessionId}/send-message`, answer, headers);
  expect(sent.status).toBe(200);
  await person.sendMedia(ACCOUNT, {
    ...{ kind: 'document', bytes: randomBytes(1_000), caption: 'un pie secreto', fileName: 'plan-secreto.pdf' },
    fields: { mediaKey: MEDIA_KEY },
  });
  await world.backend.next('messages/received');
  world.backend.answerWith(500);
  await person.sendPoll(ACCOUNT, { name: 'Qué?', options: ['opcion secreta', 'otra'] });
  await world.backend.next('messages/received', { evenRefused: true });
  return sessionId;
}

/** The private keys of the linked device. */
async function privateKeys(world: World, sessionId: string, masterKey: Secret | null): Promise<Uint8Array[]> {
  await using storage = await openStored(world.authDir, masterKey);
  const stored = await storage.signalKeys.credentials(sessionId as SessionId);
  const { noiseKey, signedIdentityKey, signedPreKey } = decode(stored!) as AuthenticationCreds;
  return [noiseKey.private, signedIdentityKey.private, signedPreKey.keyPair.private];
}

/** The content of all files below `AUTH_DIR`, or of all tables in PostgreSQL, one character per byte. */
async function everything(world: World): Promise<string> {
  if (isOnPostgres) return everyValue(world.authDir);
  const entries = await readdir(world.authDir, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  expect(files).toContain(join(world.authDir, 'orchestrator.db'));
  return (await Promise.all(files.map((file) => readFile(file, 'latin1')))).join('\n');
}

/** Returns those of `wanted` that are in the files: as they are, in base64 or in hexadecimal. */
function foundIn(files: string, wanted: readonly Uint8Array[]): Uint8Array[] {
  const forms = (bytes: Uint8Array) => {
    const buffer = Buffer.from(bytes);
    return [buffer.toString('latin1'), buffer.toString('base64').replace(/=+$/, ''), buffer.toString('hex')];
  };
  return wanted.filter((bytes) => forms(bytes).some((form) => files.includes(form)));
}

it.each<[string, Record<string, string>, Secret | null]>([
  ['are readable in the storage without a master key', {}, null],
  ['are nowhere in the storage with a master key', { MASTER_KEY }, new Secret(MASTER_KEY)],
])('the texts and keys of a conversation %s', async (_, environment, masterKey) => {
  await using world = await startWorld({ environment });
  const sessionId = await converse(world);
  const running = await everything(world);
  await world.stopOrchestrator();
  const stopped = await everything(world);
  const keys = await privateKeys(world, sessionId, masterKey);
  const texts = TEXTS.map((text) => Buffer.from(text));

  const found = (files: string) => foundIn(files, [...texts, MEDIA_KEY, ...keys]);

  expect(found(stopped)).toEqual(masterKey ? [] : [...texts, MEDIA_KEY, ...keys]);
  expect(found(running)).toEqual(masterKey ? [] : [...texts, MEDIA_KEY, ...keys]);
});

it('an encrypted session reconnects after a restart, receives messages, and replies to earlier ones', async () => {
  await using world = await startWorld({ environment: { MASTER_KEY } });
  const sessionId = await converse(world);
  await world.stopOrchestrator();
  world.backend.recovers();
  await world.startOrchestrator();
  await world.orchestrator.until(sessionId, { status: 'connected' });

  await world.whatsapp.phone(PERSON).sendText(ACCOUNT, 'otra vez');

  const isIt = ({ body }: { body: { message_content?: string } }) => body.message_content === 'otra vez';
  expect((await world.backend.next(isIt)).body).toMatchObject({ session_id: sessionId });
  const [first] = world.backend.received.filter(({ body }) => body.message_content === 'un pedido secreto');
  const reply = { type: 'text', number: PERSON, text: 'cito', reply_to: first!.body.message_id };
  expect(await world.orchestrator.post(`/sessions/${sessionId}/messages`, reply)).toMatchObject({ status: 200 });
  expect(world.whatsapp.stats().pairings).toBe(1);
});
