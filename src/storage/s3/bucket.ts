import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  type GetObjectCommandOutput,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { Clock } from '../../kit/clock.ts';
import type { ByteRange, OpenMedia } from '../../ports/media.ts';
import { withDeadline, withProgress } from './deadline.ts';
import { isMissing, ObjectChangedError } from './failures.ts';
import { readInTime } from './read-in-time.ts';

/** For an answer, with the SDK's own retries. */
const ANSWER_MS = 10_000;
/** For the next piece of a file to move. */
const STALL_MS = 30_000;
/** What somebody else sent: no browser is to show it, even if the bucket is public. */
const CONTENT_TYPE = 'application/octet-stream';

/** The dependencies of a {@link Bucket}. */
export interface BucketDeps {
  client: S3Client;
  bucket: string;
  clock: Clock;
}

/** The objects of a bucket. All methods throw the errors of the SDK. */
export class Bucket {
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #clock: Clock;

  constructor({ client, bucket, clock }: BucketDeps) {
    this.#client = client;
    this.#bucket = bucket;
    this.#clock = clock;
  }

  /** The size of an object in bytes; `undefined` when there is none. */
  async sizeOf(key: string): Promise<number | undefined> {
    const command = new HeadObjectCommand({ Bucket: this.#bucket, Key: key });
    try {
      return (await this.#answer((abortSignal) => this.#client.send(command, { abortSignal }))).ContentLength;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  /** Stores the file of `size` bytes at `path`, holding only a few chunks of it in memory. Tries once. */
  async put(key: string, file: { path: string; size: number }, signal: AbortSignal): Promise<void> {
    const body = createReadStream(file.path);
    const unreadable = new AbortController();
    body.once('error', (error) => unreadable.abort(error));
    const content = { Body: body, ContentLength: file.size, ContentType: CONTENT_TYPE };
    const command = new PutObjectCommand({ Bucket: this.#bucket, Key: key, ...content });
    const work = (stalled: AbortSignal) =>
      this.#client.send(command, { abortSignal: AbortSignal.any([signal, stalled, unreadable.signal]) });
    try {
      await withProgress(this.#clock, STALL_MS, () => body.bytesRead, work);
    } finally {
      body.destroy();
    }
  }

  /** Opens `size` bytes of an object: all of them, or those of a range. */
  async open(key: string, size: number, range?: ByteRange): Promise<OpenMedia> {
    const bytes = range ? range.end - range.start + 1 : size;
    const part = range && { Range: `bytes=${range.start}-${range.end}` };
    const command = new GetObjectCommand({ Bucket: this.#bucket, Key: key, ...part });
    const answer = await this.#answer((abortSignal) => this.#client.send(command, { abortSignal }));
    // In Node it is a stream of Node.
    const body = answer.Body as Readable;
    // Whoever reads it learns of the error; when nobody reads it any more, nobody needs to.
    body.on('error', () => undefined);
    if (!fits(answer, size, range)) {
      body.destroy();
      throw new ObjectChangedError('The store has another object under this key, or does not know ranges');
    }
    return {
      chunks: readInTime(body, { bytes, clock: this.#clock, stallMs: STALL_MS }),
      [Symbol.asyncDispose]: async () => {
        await Promise.resolve(body.destroy());
      },
    };
  }

  /** Removes an object; one that is not there counts as removed. */
  async remove(key: string): Promise<void> {
    const command = new DeleteObjectCommand({ Bucket: this.#bucket, Key: key });
    await this.#answer((abortSignal) => this.#client.send(command, { abortSignal }));
  }

  /**
   * Writes, reads and removes an object, and asks for it once more: does everything that needs a permission. (Without
   * `s3:ListBucket`, a store does not tell whether an object is missing.) `key` must be nobody else's.
   */
  async check(key: string): Promise<void> {
    const object = { Bucket: this.#bucket, Key: key };
    await this.#answer((abortSignal) =>
      this.#client.send(new PutObjectCommand({ ...object, Body: 'ok', ContentType: CONTENT_TYPE }), { abortSignal }),
    );
    await this.#answer(async (abortSignal) => {
      const { Body } = await this.#client.send(new GetObjectCommand(object), { abortSignal });
      await Body?.transformToByteArray();
    });
    await this.remove(key);
    await this.sizeOf(key);
  }

  #answer<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    return withDeadline(this.#clock, ANSWER_MS, work);
  }
}

/** Whether an answer begins where it was asked to, and is of an object of `size` bytes. It may be longer than asked. */
function fits(answer: GetObjectCommandOutput, size: number, range: ByteRange | undefined): boolean {
  if (!range) return answer.ContentLength === size;
  const [, start, end, total] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(answer.ContentRange ?? '') ?? [];
  return Number(start) === range.start && Number(end) >= range.end && Number(total) === size;
}
