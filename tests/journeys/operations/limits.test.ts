import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Stats } from '../../../simulator/simulator.ts';
import type { Received } from '../../harness/test-backend.ts';
import { untilTrue } from '../../harness/until.ts';
import { type LinkedAccount, startWorld, type World } from '../../harness/world.ts';

const PERSON = '5490987654321';
/** Across all sessions. */
const FILES_AT_ONCE = 4;
const PICTURES = 12;
const CONNECTING_AT_ONCE = 8;
const TEXTS = ['uno', 'dos', 'tres', 'cuatro'];
/** The signature of a PNG file. */
const PNG = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');

let world: World;
let accounts: LinkedAccount[];

beforeAll(async () => {
  world = await startWorld({ environment: { DOWNLOAD_MEDIA: 'true' } });
  const phones = ['5491155550001', '5491155550002', '5491155550003'].map((number) => world.whatsapp.phone(number));
  accounts = await Promise.all(phones.map((phone) => world.link(phone)));
});
afterEach(() => world.whatsapp.clearFaults());
afterAll(() => world[Symbol.asyncDispose]());

/** A picture with unique content. */
const picture = (): Buffer => Buffer.concat([PNG, randomBytes(20_000)]);

/** Waits until the media server holds as many requests as allowed, and no more. Releases them, holds the next. */
async function releaseWave(isHeld: (stats: Stats) => boolean): Promise<void> {
  await world.whatsapp.until((whatsapp) => isHeld(whatsapp.stats()));
  expect(world.whatsapp.stats().mediaHeldMost).toBe(FILES_AT_ONCE);
  world.whatsapp.clearFaults();
  world.whatsapp.fault('media-held');
}

/** The next message of this session that the backend receives. */
async function nextMessage(sessionId: string): Promise<any> {
  const isNext = ({ path, body }: Received) => path.endsWith('messages/received') && body.session_id === sessionId;
  return (await world.backend.next(isNext)).body;
}

it('four files are downloaded at a time, and each message is delivered once, in order, with its file', async () => {
  const person = world.whatsapp.phone(PERSON, 'Juan');
  const sent = accounts.map(({ sessionId, phone: { number } }) => {
    return { sessionId, number, pictures: Array.from({ length: 4 }, picture) };
  });
  world.whatsapp.fault('media-held');
  for (const { number, pictures } of sent) {
    for (const bytes of pictures) await person.sendMedia(number, { kind: 'image', bytes });
  }
  // The orchestrator has all messages and is downloading their files.
  await untilTrue(async () => (await world.orchestrator.get('/health')).body.callbacks.pending >= PICTURES);
  for (let fetched = 0; fetched < PICTURES; fetched += FILES_AT_ONCE) {
    const requested = fetched + FILES_AT_ONCE;
    await releaseWave((stats) => stats.downloadsFromMedia >= requested && stats.mediaHeld >= FILES_AT_ONCE);
  }

  for (const { sessionId, pictures } of sent) {
    for (const bytes of pictures) {
      const { media_info: media } = await nextMessage(sessionId);
      expect((await readFile(media.path as string)).equals(bytes)).toBe(true);
    }
  }
  expect(world.whatsapp.stats()).toMatchObject({ mediaHeldMost: FILES_AT_ONCE, downloadsFromMedia: PICTURES });
  expect(world.backend.accepted.filter(({ path }) => path.endsWith('messages/received'))).toHaveLength(PICTURES);
});

it('four files are uploaded at a time, and each message arrives once, with its file', async () => {
  const person = world.whatsapp.phone(PERSON);
  const pictures = Array.from({ length: PICTURES }, picture);
  world.whatsapp.fault('media-held');

  const answers = pictures.map((bytes, at) =>
    world.orchestrator.post(`/sessions/${accounts[at % accounts.length]!.sessionId}/messages`, {
      ...{ number: PERSON, type: 'image', caption: String(at), file: { base64: bytes.toString('base64') } },
    }),
  );
  for (let uploaded = 0; uploaded < PICTURES; uploaded += FILES_AT_ONCE) {
    await releaseWave((stats) => stats.uploadsFromClients >= uploaded && stats.mediaHeld >= FILES_AT_ONCE);
  }

  for (const { body } of await Promise.all(answers)) expect(body).toMatchObject({ success: true, status: 'sent' });
  const received = await Promise.all(pictures.map((_, at) => person.next(({ text }) => text === String(at))));
  for (const [at, message] of received.entries())
    expect((await person.media(message)).equals(pictures[at]!)).toBe(true);
  expect(world.whatsapp.stats()).toMatchObject({ mediaHeldMost: FILES_AT_ONCE, uploadsFromClients: PICTURES });
  expect(person.messages().messages).toHaveLength(PICTURES);
});

it('eight QRs connect at a time after a start, besides the accounts, and all of them reconnect', async () => {
  const codes = await Promise.all(Array.from({ length: 9 }, () => world.orchestrator.get('/generate-qr')));
  await world.stopOrchestrator();
  const connecting: (() => void)[] = [];
  let most = 0;
  world.whatsapp.use({
    name: 'hold every connection',
    async onIntroduction() {
      await new Promise<void>((resolve) => (most = Math.max(most, connecting.push(resolve))));
      return false;
    },
  });

  await world.startOrchestrator();
  const atOnce = accounts.length + CONNECTING_AT_ONCE;
  await world.whatsapp.until(() => connecting.length >= atOnce);
  // All else is served meanwhile, for as many turns as the connection of the ninth QR would need to appear.
  for (const text of TEXTS) {
    for (const { phone } of accounts) await world.whatsapp.phone(PERSON).sendText(phone.number, text);
    for (const { body } of codes)
      expect(await world.orchestrator.get(`/sessions/${body.sessionId}`)).toMatchObject({ status: 200 });
  }
  for (let left = accounts.length + codes.length; left > 0; left -= 1) {
    await world.whatsapp.until(() => connecting.length > 0);
    connecting.shift()!();
  }

  await world.whatsapp.until((whatsapp) => whatsapp.stats().pairing === codes.length);
  expect(most).toBe(atOnce);
  for (const { sessionId } of accounts) {
    for (const text of TEXTS) expect((await nextMessage(sessionId)).message_content).toBe(text);
  }
});
