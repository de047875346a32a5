import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { httpGet } from '../../../../src/whatsapp/media/http-get.ts';
import { postFile } from '../../../../src/whatsapp/media/http-post.ts';
import { ManualClock } from '../../../harness/manual-clock.ts';

const SWITCHED = 'The host switched protocols';

/** A host that answers every request with 101. */
async function startHost(): Promise<AsyncDisposable & { url: URL }> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: new URL(`http://127.0.0.1:${port}/`),
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

describe('a media host that switches protocols instead of responding', () => {
  it('fails a download', async () => {
    await using host = await startHost();
    await expect(httpGet(host.url, new AbortController().signal)).rejects.toThrow(SWITCHED);
  });

  it.each([1, 1_000_000])('fails an upload of %i bytes', async (size) => {
    await using host = await startHost();
    const folder = await mkdtemp(join(tmpdir(), 'upload-'));
    const path = join(folder, 'file');
    await writeFile(path, Buffer.alloc(size));
    const clock = new ManualClock();
    await expect(postFile({ url: host.url, path, size, clock })).rejects.toThrow(SWITCHED);
    expect(clock.timers).toEqual([]);
    await rm(folder, { recursive: true });
  });
});
