import { spawn } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { AppError } from '../../domain/errors.ts';
import type { Clock } from '../../kit/clock.ts';
import { Semaphore } from '../../kit/semaphore.ts';

/** What a file can be converted to. */
export type ConversionTarget = 'voice' | 'video' | 'gif' | 'note' | 'sticker';

/** The media type of each result. */
export const CONVERTED: Readonly<Record<ConversionTarget, string>> = {
  voice: 'audio/ogg; codecs=opus',
  video: 'video/mp4',
  gif: 'video/mp4',
  note: 'video/mp4',
  sticker: 'image/webp',
};

/** Each of them takes a core. */
const AT_ONCE = 2;
const TOTAL_MS = 60_000;
/** The largest piece of memory that ffmpeg may ask for, in bytes. */
const MAX_ALLOCATION = 256 * 1024 * 1024;
/** A sticker longer than this is not shown. */
const STICKER_SECONDS = 8;

/**
 * The formats that are read. Playlists are none of them: they name other files, and other servers.
 */
const FORMATS = [
  ...['mov,mp4,m4a,3gp,3g2,mj2', 'matroska,webm', 'ogg', 'mp3', 'wav', 'aac', 'flac', 'amr', 'avi', 'asf', 'mpeg'],
  ...['mpegts', 'flv', 'gif', 'apng', 'aiff', 'caf'],
].join(',');

const H264 = ['-c:v', 'libx264', '-profile:v', 'main', '-pix_fmt', 'yuv420p', '-crf', '27', '-preset', 'veryfast'];
const AAC = ['-map', '0:a:0?', '-c:a', 'aac', '-b:a', '96k'];
const MP4 = ['-movflags', '+faststart', '-f', 'mp4'];
/** Both sides are even, as the codec wants them. ffmpeg 4.1, which some systems still have, knows no `force_divisible_by`. */
const even = (side: 'iw' | 'ih') => `'max(2,trunc(${side}*min(1,1280/max(iw,ih))/2)*2)'`;
const WITHIN = `scale=${even('iw')}:${even('ih')},setsar=1`;

const ARGUMENTS: Readonly<Record<ConversionTarget, readonly string[]>> = {
  voice: [
    '-map',
    '0:a:0',
    '-c:a',
    'libopus',
    '-b:a',
    '32k',
    '-ac',
    '1',
    '-ar',
    '48000',
    '-application',
    'voip',
    '-f',
    'ogg',
  ],
  video: ['-map', '0:v:0', '-vf', WITHIN, ...H264, ...AAC, ...MP4],
  gif: ['-map', '0:v:0', '-vf', WITHIN, ...H264, '-an', ...MP4],
  note: ['-map', '0:v:0', '-vf', "crop='min(iw,ih)':'min(iw,ih)',scale=640:640", ...H264, ...AAC, '-t', '60', ...MP4],
  sticker: [
    ...['-map', '0:v:0', '-t', String(STICKER_SECONDS), '-an'],
    ...[
      '-vf',
      'fps=15,scale=512:512:force_original_aspect_ratio=decrease,format=rgba,pad=512:512:-1:-1:color=#00000000',
    ],
    ...['-c:v', 'libwebp', '-loop', '0', '-q:v', '50', '-f', 'webp'],
  ],
};

/** The arguments that convert a file: it reads that one and nothing else, and writes no more than `maxBytes`. */
export function ffmpegArguments(
  target: ConversionTarget,
  files: { from: string; to: string },
  maxBytes: number,
): string[] {
  return [
    ...['-nostdin', '-hide_banner', '-loglevel', 'error', '-max_alloc', String(MAX_ALLOCATION)],
    ...['-protocol_whitelist', 'file', '-format_whitelist', FORMATS, '-threads', '1', '-i', `file:${files.from}`],
    ...['-map_metadata', '-1', '-sn', '-dn', ...ARGUMENTS[target], '-threads', '1', '-fs', String(maxBytes)],
    ...['-n', `file:${files.to}`],
  ];
}

/** The program `ffmpeg` in one of these folders (`PATH`); `undefined` where there is none. */
export async function findFfmpeg(path: string): Promise<string | undefined> {
  for (const folder of path.split(delimiter).filter(isAbsolute)) {
    const program = join(folder, 'ffmpeg');
    const isThere = await access(program, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return program;
  }
  return undefined;
}

/** Converts files with ffmpeg, in a process of its own without a shell, a network, or the environment of this one. */
export class Ffmpeg {
  readonly #program: string;
  readonly #clock: Clock;
  readonly #slots = new Semaphore(AT_ONCE);

  constructor(program: string, clock: Clock) {
    this.#program = program;
    this.#clock = clock;
  }

  /** Writes the converted file. @throws AppError `unsupported_media` when ffmpeg cannot, or takes longer than a minute */
  convert(target: ConversionTarget, files: { from: string; to: string }, maxBytes: number): Promise<void> {
    return this.#slots.run(() => this.#run(ffmpegArguments(target, files, maxBytes)));
  }

  #run(args: readonly string[]): Promise<void> {
    return new Promise((resolve, reject) => {
      const child = spawn(this.#program, args, { shell: false, stdio: 'ignore', env: {} });
      const timer = this.#clock.after(TOTAL_MS, () => child.kill('SIGKILL'));
      const end = (cause?: unknown): void => {
        timer.cancel();
        if (cause === undefined) resolve();
        else reject(new AppError('unsupported_media', { message: 'The file could not be converted.', cause }));
      };
      child.once('error', end);
      child.once('exit', (code, signal) => end(code === 0 ? undefined : new Error(`ffmpeg ended: ${code ?? signal}`)));
    });
  }
}
