import { type FileHandle, open } from 'node:fs/promises';
import { type IncomingMessage } from 'node:http';
import { type Clock } from '../../kit/clock.ts';
import { giveBack } from '../../kit/give-back.ts';
import { type DownloadError, DownloadFailure } from '../../domain/download-failure.ts';
import { httpGet } from './http-get.ts';
import { MediaDecryption } from './media-decryption.ts';
import { mediaKeys } from '../messages/media-kind.ts';
import { type RemoteFile } from './remote-file.ts';
import { Stall } from './stall.ts';

/** WhatsApp's words for a file that it has no more. */
const GONE: ReadonlySet<number> = new Set([403, 404, 410]);

/** One try to get a file. */
export interface TransferJob {
  file: RemoteFile;
  address: URL;
  /** Where it is written to. */
  path: string;
  maxBytes: number;
  clock: Clock;
  signal: AbortSignal;
}

/**
 * Streams a file from WhatsApp's media host through the decryption to the disk, and checks it; answers its size in bytes.
 * What is in memory of it at any time is a few pieces. When it fails, what is at `path` is of no worth.
 * @throws DownloadFailure, but for `expired` of the last word on it: WhatsApp may get the file again from the phone
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

async function fetchInto(output: FileHandle, { file, address, maxBytes, clock, signal }: TransferJob): Promise<number> {
  const decryption = new MediaDecryption(mediaKeys(file.mediaKey, file.kind), file.checksums);
  let size = 0;
  const write = async (plain: Buffer) => {
    size += plain.length;
    if (size > maxBytes) throw new DownloadFailure('too_large');
    await named('disk', () => output.writeFile(plain));
    giveBack(plain);
  };
  for await (const piece of piecesOf(address, clock, signal)) await write(decryption.update(piece));
  await write(decryption.finish());
  return size;
}

/** The body at `address`. Leaving it early ends the transfer. */
async function* piecesOf(address: URL, clock: Clock, signal: AbortSignal): AsyncGenerator<Buffer> {
  const stalled = new AbortController();
  const stall = new Stall(clock, () => stalled.abort(new DownloadFailure('timeout')));
  const either = AbortSignal.any([signal, stalled.signal]);
  try {
    const answer = await httpGet(address, either);
    refuseStatus(answer);
    for await (const piece of answer as AsyncIterable<Buffer>) {
      stall.stop();
      yield piece;
      stall.moved();
    }
  } catch (error) {
    // Once it is aborted, whatever fails fails of that.
    throw nameless(either.aborted ? either.reason : error, 'network');
  } finally {
    stall.stop();
  }
}

function refuseStatus(answer: IncomingMessage): void {
  const { statusCode = 0 } = answer;
  if (statusCode === 200) return;
  answer.destroy();
  throw new DownloadFailure(GONE.has(statusCode) ? 'expired' : 'network', new Error(`The answer was ${statusCode}`));
}

/** Does `work`, whose failures are all of one kind. */
async function named<Result>(word: DownloadError, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw nameless(error, word);
  }
}

/** Gives an error that has no name among ours the name that it has here. */
function nameless(error: unknown, word: DownloadError): DownloadFailure {
  return error instanceof DownloadFailure ? error : new DownloadFailure(word, error);
}
