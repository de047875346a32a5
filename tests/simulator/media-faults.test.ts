import { createHash, randomBytes } from 'node:crypto';

import { openMedia } from '../../simulator/media/media-cipher.ts';
import type { Phone } from '../../simulator/phones/phone.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { BaileysClient } from '../harness/baileys-client.ts';
import { startQuickSimulator } from '../harness/few-pre-keys.ts';

const ANA = '5491122334455';
const BEA = '5491166778899';
const bytes = randomBytes(100_001);
/** `bytes` padded to whole blocks, plus ten bytes of MAC. */
const SEALED_BYTES = 100_026;

let whatsapp: Simulator;
let ana: Phone;
let bea: Phone;

beforeEach(async () => {
  whatsapp = await startQuickSimulator();
  ana = whatsapp.phone(ANA);
  bea = whatsapp.phone(BEA);
});

afterEach(() => whatsapp[Symbol.asyncDispose]());

/** Has Ana send a file to Bea; resolves with its URL and media key. */
async function sent(): Promise<{ url: string; mediaKey: Uint8Array }> {
  await ana.sendMedia(bea, { kind: 'image', bytes });
  const { directPath, mediaKey } = (await bea.next()).message.imageMessage!;
  return { url: `http://${whatsapp.mediaHost}${directPath}`, mediaKey: mediaKey! };
}

async function read(response: Response): Promise<Buffer> {
  return Buffer.from(await response.arrayBuffer());
}

/** Resolves with the bytes received before the connection was cut. */
async function readUntilCut({ body }: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  await expect(async () => {
    for await (const chunk of body! as AsyncIterable<Uint8Array>) chunks.push(chunk);
  }).rejects.toThrow('terminated');
  return Buffer.concat(chunks);
}

it('answers downloads of one account’s files with a status, the given number of times', async () => {
  const { url } = await sent();
  whatsapp.fault('media-status', { code: 503, number: BEA });
  whatsapp.fault('media-status', { code: 429, number: ANA, times: 2 });

  const statuses = [(await fetch(url)).status, (await fetch(url)).status, (await fetch(url)).status];

  expect(statuses).toEqual([429, 429, 200]);
  expect(whatsapp.stats().downloadsFromMedia).toBe(3);
});

it('removes a file for clients and phones', async () => {
  const { url } = await sent();
  const received = bea.messages().messages[0]!;
  whatsapp.fault('media-gone', { code: 410, times: 1 });

  expect((await fetch(url)).status).toBe(410);
  expect((await fetch(url)).status).toBe(410);
  await expect(bea.media(received)).rejects.toThrow('it is not on the media server.');
  expect((await fetch((await sent()).url)).status).toBe(200);
});

it('cuts a download in the middle, or after the given number of bytes', async () => {
  const { url } = await sent();
  whatsapp.fault('media-cut', { times: 1 });
  expect(await readUntilCut(await fetch(url))).toHaveLength(SEALED_BYTES / 2);

  whatsapp.fault('media-cut', { bytes: 7, times: 1 });
  const response = await fetch(url);
  expect(response.headers.get('content-length')).toBe(String(SEALED_BYTES));
  expect(await readUntilCut(response)).toHaveLength(7);
  expect(await read(await fetch(url))).toHaveLength(SEALED_BYTES);
});

it('corrupts a download, so that its MAC is wrong', async () => {
  const { url, mediaKey } = await sent();
  whatsapp.fault('media-corrupt', { times: 1 });

  const corrupted = await read(await fetch(url));
  const intact = await read(await fetch(url));

  expect(corrupted).toHaveLength(SEALED_BYTES);
  expect(corrupted.filter((byte, index) => byte !== intact[index])).toHaveLength(1);
  expect(openMedia(corrupted, mediaKey, 'image')).toBeUndefined();
  expect(openMedia(intact, mediaKey, 'image')?.equals(bytes)).toBe(true);
});

it('slows a download down, or stalls it', async () => {
  const { url } = await sent();
  whatsapp.fault('media-slow', { ms: 1, bytes: 10_000, times: 1 });
  expect(await read(await fetch(url))).toHaveLength(SEALED_BYTES);

  whatsapp.fault('media-slow', { ms: Number.MAX_SAFE_INTEGER, times: 1 });
  const stopped = await fetch(url, { signal: AbortSignal.timeout(100) });
  expect(stopped.headers.get('content-length')).toBe(String(SEALED_BYTES));
  await expect(stopped.arrayBuffer()).rejects.toThrow('timeout');
});

it('holds and counts requests until the faults are cleared or the client gives up', async () => {
  const { url } = await sent();
  const held = (count: number) => whatsapp.until((server) => server.stats().mediaHeld === count);
  whatsapp.fault('media-held', { number: ANA });
  const impatience = new AbortController();
  const downloads = [fetch(url), fetch(url)];
  const givenUp = expect(fetch(url, { signal: impatience.signal })).rejects.toThrow('aborted');
  await held(3);

  impatience.abort();
  await givenUp;
  await held(2);
  whatsapp.clearFaults();

  for (const download of downloads) expect((await download).status).toBe(200);
  expect(whatsapp.stats()).toMatchObject({ mediaHeld: 0, mediaHeldMost: 3, errors: [] });
});

it('makes a download endless', async () => {
  const { url, mediaKey } = await sent();
  whatsapp.fault('media-endless', { times: 1 });
  const response = await fetch(url);
  expect(response.headers.get('content-length')).toBeNull();

  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body! as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    length += chunk.byteLength;
    if (length > 50 * SEALED_BYTES) break;
  }

  expect(openMedia(Buffer.concat(chunks).subarray(0, SEALED_BYTES), mediaKey, 'image')?.equals(bytes)).toBe(true);
});

it('refuses uploads, cuts them, or holds them back', async () => {
  await using client = new BaileysClient(whatsapp);
  await client.pairWith(bea);
  const { auth } = await client.sock!.refreshMediaConn();
  const hash = createHash('sha256').update(bytes).digest('base64url');
  const url = `http://${whatsapp.mediaHost}/mms/image/${hash}?auth=${auth}&token=${hash}`;
  const upload = () => fetch(url, { method: 'POST', body: bytes });
  whatsapp.fault('upload-status', { code: 401, number: ANA });
  whatsapp.fault('upload-status', { code: 503, number: BEA, times: 1 });
  expect((await upload()).status).toBe(503);

  whatsapp.fault('upload-cut', { times: 1 });
  await expect(upload()).rejects.toThrow('fetch failed');
  whatsapp.fault('upload-cut', { bytes: 50_000, times: 1 });
  await expect(upload()).rejects.toThrow('fetch failed');

  whatsapp.fault('media-held', { number: BEA });
  const held = upload();
  await whatsapp.until((server) => server.stats().mediaHeld === 1);
  expect(whatsapp.stats().uploadsFromClients).toBe(0);
  whatsapp.clearFaults();
  expect((await held).status).toBe(200);
  expect(whatsapp.stats().uploadsFromClients).toBe(1);
});
