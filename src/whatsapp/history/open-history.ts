import type { Agent } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createInflate } from 'node:zlib';
import type { Clock } from '../../kit/clock.ts';
import { giveBack } from '../../kit/give-back.ts';
import { MediaDecryption } from '../media/media-decryption.ts';
import type { MediaHost } from '../media/media-host.ts';
import { piecesOf } from '../media/transfer.ts';
import { mediaKeys } from '../messages/media-kind.ts';
import type { HistoryFacts } from './history-facts.ts';
import type { HistoryNotice } from './history-notice.ts';
import { HistoryReader, HistoryUnreadableError } from './history-reader.ts';

/** The first part of a large account is some ten megabytes, compressed. */
const MAX_COMPRESSED_BYTES = 128 * 1024 * 1024;
/** Text compresses to a fifth or less; zeros to a thousandth. */
const MAX_BYTES = 512 * 1024 * 1024;
/** Encryption adds a few bytes to a file. */
const ADDED_BYTES = 64;
const PIECE_BYTES = 256 * 1024;

/** What a history is opened with. */
export interface OpenHistoryDeps {
  host: Pick<MediaHost, 'addressOf'>;
  clock: Clock;
  /** By which it is fetched, if not directly. */
  agent?: Agent | undefined;
  /** How large a part may be, decompressed; {@link MAX_BYTES} by default. */
  maxBytes?: number;
  /** Whether messages are taken, too. */
  takesMessages?: boolean;
}

/**
 * Downloads, verifies, decompresses and reads a part of a history as one stream. Only what is wanted of it is ever in memory, a
 * bounded number of entries, and it is returned only if all of the file is genuine.
 * @throws an Error when it is damaged or exceeds its bounds, or `signal` is aborted
 */
export async function openHistory(
  notice: HistoryNotice,
  deps: OpenHistoryDeps,
  signal: AbortSignal,
): Promise<HistoryFacts> {
  const { maxBytes = MAX_BYTES, takesMessages = false } = deps;
  const reader = new HistoryReader(takesMessages);
  let size = 0;
  const read = async (pieces: AsyncIterable<Buffer>): Promise<void> => {
    for await (const piece of pieces) {
      size += piece.length;
      if (size > maxBytes) throw new HistoryUnreadableError(`The history has more than ${maxBytes} bytes`);
      reader.push(piece);
      giveBack(piece);
    }
    reader.end();
  };
  const inflate = createInflate({ chunkSize: PIECE_BYTES });
  await pipeline(Readable.from(compressedBytes(notice, deps, signal)), inflate, read, { signal });
  return reader.facts;
}

async function* compressedBytes(
  notice: HistoryNotice,
  { host, clock, agent }: OpenHistoryDeps,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  if ('inline' in notice) {
    yield notice.inline;
    return;
  }
  const { directPath, mediaKey, checksums, size: announced } = notice.file;
  const maxBytes = announced > 0 ? Math.min(announced + ADDED_BYTES, MAX_COMPRESSED_BYTES) : MAX_COMPRESSED_BYTES;
  const address = host.addressOf({ directPath });
  if (!address) throw new HistoryUnreadableError('The history has no address');
  const decryption = new MediaDecryption(mediaKeys(mediaKey, 'History'), checksums);
  let size = 0;
  for await (const piece of piecesOf({ address, clock, signal, agent })) {
    size += piece.length;
    if (size > maxBytes) throw new HistoryUnreadableError('The file of the history is too large');
    yield decryption.update(piece);
  }
  yield decryption.finish();
}
