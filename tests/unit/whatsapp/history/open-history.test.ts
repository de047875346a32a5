import { proto } from '@whiskeysockets/baileys';
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { deflateSync } from 'node:zlib';
import { sealMedia } from '../../../../simulator/media/media-cipher.ts';
import { openHistory } from '../../../../src/whatsapp/history/open-history.ts';
import { ManualClock } from '../../../harness/manual-clock.ts';

const host = { addressOf: () => undefined };
const history = proto.HistorySync.encode({
  syncType: proto.HistorySync.HistorySyncType.PUSH_NAME,
  pushnames: [{ id: '111@lid', pushname: 'Juan' }],
}).finish();

const MB = 1024 * 1024;
const openInline = (inline: Uint8Array, signal = new AbortController().signal, maxBytes = MB) =>
  openHistory({ inline }, { host, clock: new ManualClock(), maxBytes }, signal);

/** Opens a file that is served once, with these bytes, under this key. */
async function openFile(bytes: Buffer, mediaKey: Uint8Array, sha256?: Uint8Array) {
  const server = createServer((_, response) => response.end(bytes)).listen(0);
  const address = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/file`);
  const file = { directPath: '/file', mediaKey, checksums: { plain: sha256, encrypted: undefined }, size: 0 };
  try {
    const deps = { host: { addressOf: () => address }, clock: new ManualClock() };
    return await openHistory({ file }, deps, new AbortController().signal);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

it('reads one that came within its message', async () => {
  const { names } = await openInline(deflateSync(history));
  expect(names).toEqual([{ person: '111@lid', pushName: 'Juan' }]);
});

it('reads one in a file', async () => {
  const key = randomBytes(32);
  const sealed = Buffer.concat([...sealMedia(deflateSync(history), key, { keyInfo: 'WhatsApp History Keys' })]);
  expect((await openFile(sealed, key)).names).toHaveLength(1);
});

it('returns nothing of a file whose checksum is wrong, although all of it could be read', async () => {
  const key = randomBytes(32);
  const sealed = Buffer.concat([...sealMedia(deflateSync(history), key, { keyInfo: 'WhatsApp History Keys' })]);
  await expect(openFile(sealed, key, randomBytes(32))).rejects.toMatchObject({ reason: 'corrupt' });
});

it('refuses a file at no address of WhatsApp', async () => {
  const file = {
    directPath: '//elsewhere',
    mediaKey: randomBytes(32),
    checksums: { plain: null, encrypted: null },
    size: 0,
  };
  const opening = openHistory({ file }, { host, clock: new ManualClock() }, new AbortController().signal);
  await expect(opening).rejects.toThrow('no address');
});

it('gives up a bomb at its limit, with a few pieces of it in memory', async () => {
  // One field of 100 MB.
  const inline = deflateSync(Buffer.concat([Buffer.from([0x1a, 0x80, 0x80, 0x80, 0x32]), Buffer.alloc(100 * MB)]));
  const before = process.memoryUsage().arrayBuffers;
  let most = 0;
  const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().arrayBuffers)), 5);
  await expect(openInline(inline, undefined, 90 * MB)).rejects.toThrow('more than');
  clearInterval(watch);
  expect(most - before).toBeLessThan(30 * MB);
});

it('stops when it is told to', async () => {
  await expect(openInline(deflateSync(history), AbortSignal.abort())).rejects.toThrow();
});
