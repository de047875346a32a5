import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ffmpeg, ffmpegArguments, findFfmpeg } from '../../../../src/http/files/ffmpeg.ts';
import { ManualClock } from '../../../harness/manual-clock.ts';
import { testFolder } from '../../../harness/test-folder.ts';

/** A stand-in for ffmpeg, which may not be on this machine: it shows how the program is started, and what follows from its end. */
async function program(lines: string): Promise<{ folder: string; path: string }> {
  const folder = await testFolder();
  const path = join(folder, 'ffmpeg');
  await writeFile(path, `#!/bin/sh\n${lines}\n`);
  await chmod(path, 0o755);
  return { folder, path };
}

const LIMIT = 1_000;

describe('ffmpeg', () => {
  it('reads one file of a known format, over no network, and writes one of limited size', () => {
    const args = ffmpegArguments('voice', { from: '/tmp/1', to: '/tmp/2' }, LIMIT);

    const after = (name: string) => args[args.indexOf(name) + 1];
    expect(after('-protocol_whitelist')).toBe('file');
    expect(after('-format_whitelist')?.split(',')).not.toEqual(expect.arrayContaining(['hls']));
    expect(after('-format_whitelist')).not.toMatch(/concat|hls|dash|image2/);
    expect([after('-i'), after('-fs'), args.at(-1)]).toEqual(['file:/tmp/1', '1000', 'file:/tmp/2']);
    expect(args.indexOf('-format_whitelist')).toBeLessThan(args.indexOf('-i'));
    expect(args.join(' ')).toContain('-c:a libopus');
  });

  it('is found in a folder of the path, and only where it can be run', async () => {
    const { folder, path } = await program('exit 0');
    const other = await testFolder();
    await writeFile(join(other, 'ffmpeg'), '');

    expect(await findFfmpeg(`${other}:.:relative:${folder}`)).toBe(path);
    expect(await findFfmpeg(other)).toBeUndefined();
    expect(await findFfmpeg('')).toBeUndefined();
  });

  it('gets the arguments as they are, and nothing of the environment', async () => {
    const { folder, path } = await program('for last; do :; done; { echo "$@"; env; } > "${last#file:}"');
    const to = join(folder, 'a $(b)');
    await new Ffmpeg(path, new ManualClock()).convert('gif', { from: '/x', to }, LIMIT);

    const written = await readFile(to, 'utf8');
    expect(written).toContain(ffmpegArguments('gif', { from: '/x', to }, LIMIT).join(' '));
    expect(written).not.toMatch(/^(HOME|NODE_|API_KEY)/m);
  });

  it('that fails, hangs or is gone is a refusal', async () => {
    const clock = new ManualClock();
    const files = { from: '/x', to: '/y' };
    const failing = new Ffmpeg((await program('exit 1')).path, clock);
    await expect(failing.convert('video', files, LIMIT)).rejects.toMatchObject({ code: 'unsupported_media' });
    await expect(new Ffmpeg('/nowhere/ffmpeg', clock).convert('video', files, LIMIT)).rejects.toMatchObject({
      code: 'unsupported_media',
    });

    const hanging = new Ffmpeg((await program('exec /bin/sleep 100')).path, clock);
    const refusal = expect(hanging.convert('note', files, LIMIT)).rejects.toMatchObject({ code: 'unsupported_media' });
    await clock.untilTimer(60_000);
    await clock.advance(60_000);
    await refusal;
  });
});
