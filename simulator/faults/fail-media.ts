import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises';

import { MediaCut } from '../media/media-refusal.ts';
import type { PublishedFile } from '../media/media-store.ts';
import type { BodyChange, MediaFaults } from '../media/media-faults.ts';
import type { FaultOptions } from './fault-options.ts';
import type { FaultName } from './fault-table.ts';
import type { Faults } from './faults.ts';

const CHUNK_BYTES = 16 * 1024;
const NOT_FOUND = 404;
/** The longest delay of a timer. */
const MAX_WAIT_MS = 2 ** 31 - 1;

const CHANGES: readonly [FaultName, (options: FaultOptions) => BodyChange][] = [
  ['media-corrupt', () => corrupt],
  ['media-endless', () => endless],
  ['media-slow', ({ ms = MAX_WAIT_MS, bytes = CHUNK_BYTES }) => slow(Math.min(ms, MAX_WAIT_MS), bytes)],
  ['media-cut', ({ bytes }) => cut(bytes)],
];

/** The faults of uploads and downloads. A file belongs to the account that uploaded it. */
export function failMedia(faults: Faults): MediaFaults {
  return {
    holds: (number) => faults.take('media-held', number) && faults.cleared,
    refusesDownload(file) {
      removeIfGone(faults, file);
      return faults.take('media-status', file?.number)?.code;
    },
    corruptsDownload({ number }) {
      const taken = CHANGES.flatMap(([name, change]) => {
        const options = faults.take(name, number);
        return options ? [{ name, change: change(options) }] : [];
      });
      return {
        changes: taken.map(({ change }) => change),
        endless: taken.some(({ name }) => name === 'media-endless'),
      };
    },
    refusesUpload: (number) => faults.take('upload-status', number)?.code,
    cutsUpload(number) {
      const fault = faults.take('upload-cut', number);
      return fault && (fault.bytes ?? 1);
    },
  };
}

/** Leaves files alone that were uploaded again, so that a client's request for a new upload helps. */
function removeIfGone(faults: Faults, file: PublishedFile | undefined): void {
  if (!file || file.again || file.gone !== undefined) return;
  const fault = faults.take('media-gone', file.number);
  if (fault) file.gone = fault.code ?? NOT_FOUND;
}

/** Flips a bit in the middle of the file. */
const corrupt: BodyChange = async function* (chunks, { start, fileLength }) {
  let at = start;
  for await (const chunk of chunks) {
    const offset = Math.floor(fileLength / 2) - at;
    if (offset >= 0 && offset < chunk.byteLength) chunk.writeUInt8(chunk.readUInt8(offset) ^ 1, offset);
    at += chunk.byteLength;
    yield chunk;
  }
};

const endless: BodyChange = async function* (chunks, { signal }) {
  yield* chunks;
  const zeros = Buffer.alloc(CHUNK_BYTES);
  while (!signal.aborted) {
    yield zeros;
    await turn();
  }
};

function slow(ms: number, bytes: number): BodyChange {
  return async function* (chunks, { signal }) {
    for await (const chunk of chunks) {
      for (let start = 0; start < chunk.byteLength; start += bytes) {
        await wait(ms, undefined, { signal, ref: false });
        yield chunk.subarray(start, start + bytes);
      }
    }
  };
}

function cut(bytes: number | undefined): BodyChange {
  return async function* (chunks, { fileLength }) {
    let left = bytes ?? Math.floor(fileLength / 2);
    for await (const chunk of chunks) {
      yield chunk.subarray(0, left);
      left -= chunk.byteLength;
      if (left > 0) continue;
      // The chunk must be sent before the connection is cut.
      await turn();
      throw new MediaCut();
    }
  };
}
