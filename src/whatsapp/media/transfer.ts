import { type FileHandle, open } from 'node:fs/promises';
import type { Agent, IncomingMessage } from 'node:http';
import type { Clock } from '../../kit/clock.ts';
import { giveBack } from '../../kit/give-back.ts';
import { type DownloadError, DownloadFailure } from '../../domain/download-failure.ts';
import { httpGet } from './http-get.ts';
import { MediaDecryption } from './media-decryption.ts';
import { mediaKeys } from '../messages/media-kind.ts';
import type { RemoteFile } from './remote-file.ts';
import { Stall } from './stall.ts';

/** The statuses of a file that WhatsApp no longer has. */
const GONE: ReadonlySet<number> = new Set([403, 404, 410]);

/** One attempt to download a file. */
export interface TransferJob {
  file: RemoteFile;
  address: URL;
  /** Where the file is written. */
  path: string;
  maxBytes: number;
  clock: Clock;
  signal: AbortSignal;
  /** By which it is fetched, if not directly. */
  agent?: Agent | undefined;
}

/**
 * Streams a file from WhatsApp's media host through the decryption to the disk, and verifies it. Returns its size in
 * bytes. Only a few chunks of it are in memory at any time. When it fails, what is at `path` is useless.
 * @throws DownloadFailure; after `expired`, WhatsApp may get the file from the phone again
 */
export async function transfer(job: TransferJob): Promise<number> {
  if (job.file.size > job.maxBytes) throw new DownloadFailure('too_large');
  const output = await named('disk', () => open(job.path, 'w'));
  try {
    const size = await fetchInto(output, job);
    await named('disk', () => output.sync());
    return size;
  } finally {
    await named('disk', () => output.close());
  }
}

async function fetchInto(output: FileHandle, job: TransferJob): Promise<number> {
  const { file, maxBytes } = job;
  const decryption = new MediaDecryption(mediaKeys(file.mediaKey, file.kind), file.checksums);
  let size = 0;
  const write = async (plain: Buffer) => {
    size += plain.length;
    if (size > maxBytes) throw new DownloadFailure('too_large');
    await named('disk', () => output.writeFile(plain));
    giveBack(plain);
  };
  for await (const piece of piecesOf(job)) await write(decryption.update(piece));
  await write(decryption.finish());
  return size;
}

/**
 * Yields the body at `address`. Leaving the loop early ends the transfer.
 * @throws DownloadFailure
 */
export async function* piecesOf({
  address,
  clock,
  signal,
  agent,
}: Pick<TransferJob, 'address' | 'clock' | 'signal' | 'agent'>): AsyncGenerator<Buffer> {
  const stalled = new AbortController();
  const stall = new Stall(clock, () => stalled.abort(new DownloadFailure('timeout')));
  const either = AbortSignal.any([signal, stalled.signal]);
  try {
    const answer = await httpGet(address, either, agent);
    refuseStatus(answer);
    for await (const piece of answer as AsyncIterable<Buffer>) {
      stall.stop();
      yield piece;
      stall.moved();
    }
  } catch (error) {
    // After an abort, every failure is its consequence.
    throw asDownloadFailure(either.aborted ? either.reason : error, 'network');
  } finally {
    stall.stop();
  }
}

function refuseStatus(answer: IncomingMessage): void {
  const { statusCode = 0 } = answer;
  if (statusCode === 200) return;
  answer.destroy();
  throw new DownloadFailure(
    GONE.has(statusCode) ? 'expired' : 'network',
    new Error(`The host responded with ${statusCode}`),
  );
}

/** Runs `work`; every failure becomes a `DownloadFailure` with this reason. */
async function named<Result>(reason: DownloadError, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw asDownloadFailure(error, reason);
  }
}

/** The error itself if it is a `DownloadFailure`, otherwise one with this reason. */
function asDownloadFailure(error: unknown, reason: DownloadError): DownloadFailure {
  return error instanceof DownloadFailure ? error : new DownloadFailure(reason, error);
}
