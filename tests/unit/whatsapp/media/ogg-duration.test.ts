import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { oggSeconds } from '../../../../src/whatsapp/media/ogg-duration.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ogg-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** A page that ends at this position, with `length` bytes of content. */
function page(position: bigint, length = 100): Buffer {
  const header = Buffer.alloc(27);
  header.write('OggS');
  header.writeBigInt64LE(position, 6);
  return Buffer.concat([header, Buffer.alloc(length, 1)]);
}

async function secondsOf(content: Buffer): Promise<number | null> {
  const path = join(folder, 'note.ogg');
  await writeFile(path, content);
  return oggSeconds(path);
}

describe('the duration of a voice note', () => {
  it.each([
    [3, [page(0n), page(48_000n), page(144_000n)]],
    [3, [page(0n), ...Array.from({ length: 3_000 }, () => page(48_000n)), page(156_000n)]],
    [1, [page(0n), page(100n)]],
    [1_200, [page(57_600_000n, 60_000)]],
  ])('is %d s by the position of the last page', async (seconds, pages) => {
    expect(await secondsOf(Buffer.concat(pages))).toBe(seconds);
  });

  it.each([
    ['is not Ogg', Buffer.from('ID3')],
    ['is cut within its last page', page(48_000n).subarray(0, 9)],
    ['has no samples', page(0n)],
    ['ends in a page without a position', page(-1n)],
  ])('is unknown for a file that %s', async (_, content) => {
    expect(await secondsOf(content)).toBeNull();
  });
});
