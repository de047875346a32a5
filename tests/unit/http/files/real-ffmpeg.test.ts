import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { type ConversionTarget, Ffmpeg, findFfmpeg } from '../../../../src/http/files/ffmpeg.ts';
import { oggSeconds } from '../../../../src/whatsapp/media/ogg-duration.ts';
import { ManualClock } from '../../../harness/manual-clock.ts';
import { testFolder } from '../../../harness/test-folder.ts';

const LIMIT = 1_000_000;
const program = await findFfmpeg(process.env.PATH ?? '');

/** Runs where the program is installed. */
const itConverts = program === undefined ? it.skip : it;

async function given(content: Uint8Array): Promise<string> {
  const file = join(await testFolder(), 'file');
  await writeFile(file, content);
  return file;
}

/** The path of what this file becomes. */
async function converted(target: ConversionTarget, from: string, maxBytes = LIMIT): Promise<string> {
  const to = `${from}-${target}`;
  await new Ffmpeg(program ?? '', new ManualClock()).convert(target, { from, to }, maxBytes);
  return to;
}

/** A fifth of a second of a tone, in stereo. */
function wav(): Buffer {
  const [rate, samples] = [8_000, 1_600];
  const head = Buffer.alloc(44);
  head.write('RIFF');
  head.writeUInt32LE(36 + samples * 4, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  for (const [value, at] of [
    [1, 20],
    [2, 22],
    [4, 32],
    [16, 34],
  ] as const)
    head.writeUInt16LE(value, at);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE(rate * 4, 28);
  head.write('data', 36);
  head.writeUInt32LE(samples * 4, 40);
  const tone = Int16Array.from({ length: samples * 2 }, (_, at) => 8_000 * Math.sin(at / 5));
  return Buffer.concat([head, Buffer.from(tone.buffer)]);
}

/** Two pictures with odd sides, a tenth of a second each. */
function gif(): Promise<Buffer> {
  const [width, height] = [161, 91];
  const pixels = Buffer.alloc(width * height * 2 * 3).fill(200, width * height * 3);
  const raw = { width, height: height * 2, channels: 3, pageHeight: height } as const;
  return sharp(pixels, { raw })
    .gif({ delay: [100, 100] })
    .toBuffer();
}

/** What an MP4 says of its picture, and whether it can be played before all of it is there. */
async function pictureIn(file: string) {
  const bytes = await readFile(file);
  const at = bytes.indexOf('avc1', bytes.indexOf('stsd')) + 4;
  return {
    ...{ width: bytes.readUInt16BE(at + 24), height: bytes.readUInt16BE(at + 26) },
    ...{ streams: bytes.indexOf('moov') < bytes.indexOf('mdat'), hasSound: bytes.includes('mp4a') },
  };
}

describe('a real ffmpeg', () => {
  itConverts('makes a voice note that phones play: Opus in Ogg, one channel', async () => {
    const note = await converted('voice', await given(wav()));

    const bytes = await readFile(note);
    expect(bytes.toString('latin1', 0, 4)).toBe('OggS');
    expect(bytes.toString('latin1', 28, 36)).toBe('OpusHead');
    expect(bytes[37]).toBe(1);
    expect(await oggSeconds(note)).toBe(1);
  });

  itConverts('makes videos, round notes and moving stickers', async () => {
    const animation = await given(await gif());
    const video = await converted('video', animation);

    expect(await pictureIn(video)).toEqual({ width: 160, height: 90, streams: true, hasSound: false });
    expect(await pictureIn(await converted('gif', video))).toMatchObject({ width: 160, height: 90 });
    expect(await pictureIn(await converted('note', video))).toMatchObject({ width: 640, height: 640 });
    expect(await sharp(await converted('sticker', animation), { animated: true }).metadata()).toMatchObject({
      ...{ format: 'webp', width: 512, pageHeight: 512, hasAlpha: true, loop: 0 },
      pages: expect.any(Number) as number,
    });
  });

  itConverts('refuses what has no sound or no picture, and playlists, which name other files', async () => {
    const [sound, picture] = [await given(wav()), await given(await gif())];
    const playlist = await given(Buffer.from(`#EXTM3U\n#EXTINF:1,\nfile://${sound}\n#EXT-X-ENDLIST\n`));

    const refusal = { code: 'unsupported_media' };
    await expect(converted('voice', picture)).rejects.toMatchObject(refusal);
    await expect(converted('video', sound)).rejects.toMatchObject(refusal);
    await expect(converted('voice', playlist)).rejects.toMatchObject(refusal);
  });

  itConverts('ends what becomes too large beyond the limit, where it is refused as such', async () => {
    const note = await converted('voice', await given(wav()), 500);

    expect((await stat(note)).size).toBeGreaterThan(500);
  });
});
