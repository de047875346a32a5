import { type WAMessage } from '@whiskeysockets/baileys';
import { type Clock } from '../../kit/clock.ts';
import { Semaphore } from '../../kit/semaphore.ts';
import { type DownloadError, DownloadFailure } from '../../domain/download-failure.ts';
import { type MediaSource, type RemoteMedia } from '../../ports/media.ts';
import { type SessionId } from '../../domain/session-id.ts';
import { mediaOf } from '../messages/kinds/media.ts';
import { unwrap } from '../messages/unwrap.ts';
import { type MediaHost } from './media-host.ts';
import { type RemoteFile, remoteFileOf } from './remote-file.ts';
import { transfer } from './transfer.ts';

/** So many transfers at once, of all sessions. */
const AT_ONCE = 4;
/** How long a file may take in all, tries and pauses and the phone's help included. */
const DEADLINE_MS = 10 * 60_000;
/** The pauses between the tries; there is one try more. */
const PAUSES_MS = [1_000, 4_000];
/** What may be better at the next try. */
const PASSING: ReadonlySet<DownloadError> = new Set(['network', 'timeout']);

/** Asks the phone, by the session's line, to hand the file in again; answers where it is now, or `undefined` for no. */
export type AskAgain = (message: WAMessage, mediaKey: Uint8Array) => Promise<string | undefined>;

/** What the downloads are made of. */
export interface MediaDownloadsDeps {
  host: MediaHost;
  /** `MAX_MEDIA_BYTES`. */
  maxBytes: number;
  /** Finds a message of a session by its id. */
  findMessage: (sessionId: SessionId, messageId: string) => Promise<WAMessage | undefined>;
  askAgain: (sessionId: SessionId, ...asked: Parameters<AskAgain>) => ReturnType<AskAgain>;
  clock: Clock;
}

/** One download, however many tries it takes. */
interface Download {
  path: string;
  signal: AbortSignal;
}

/**
 * Fetches the files of messages from WhatsApp's media host: a few at once over all sessions, again when the network fails,
 * and once more from the phone when WhatsApp has them no longer.
 */
export class MediaDownloads implements MediaSource {
  readonly #deps: MediaDownloadsDeps;
  readonly #semaphore = new Semaphore(AT_ONCE);

  constructor(deps: MediaDownloadsDeps) {
    this.#deps = deps;
  }

  async find(sessionId: SessionId, messageId: string): Promise<RemoteMedia | undefined> {
    const message = await this.#deps.findMessage(sessionId, messageId);
    if (!message) return undefined;
    const { media } = mediaOf(unwrap(message.message ?? {})) ?? {};
    const askAgain: AskAgain = (...asked) => this.#deps.askAgain(sessionId, ...asked);
    return {
      mimetype: media?.mimetype ?? null,
      fileName: media?.fileName ?? null,
      saveTo: (path, signal) =>
        this.#inTime(signal, (limited) => this.#save(message, { path, signal: limited }, askAgain)),
    };
  }

  async #inTime<Result>(signal: AbortSignal, work: (limited: AbortSignal) => Promise<Result>): Promise<Result> {
    const deadline = new AbortController();
    const timer = this.#deps.clock.after(DEADLINE_MS, () => deadline.abort(new DownloadFailure('timeout')));
    try {
      return await work(AbortSignal.any([signal, deadline.signal]));
    } finally {
      timer.cancel();
    }
  }

  async #save(message: WAMessage, download: Download, askAgain: AskAgain): Promise<number> {
    const file = remoteFileOf(message.message ?? {});
    if (!file) throw new DownloadFailure('unsupported');
    try {
      return await this.#try(file, download);
    } catch (error) {
      const directPath = isExpired(error) ? await askAgain(message, file.mediaKey) : undefined;
      if (directPath === undefined) throw error;
      return this.#try({ ...file, location: { ...file.location, directPath } }, download);
    }
  }

  /** Until it works, or there is no hope or no time. */
  async #try(file: RemoteFile, download: Download, failed = 0): Promise<number> {
    try {
      return await this.#transfer(file, download);
    } catch (error) {
      const pauseMs = PAUSES_MS[failed];
      if (!isPassing(error) || pauseMs === undefined || download.signal.aborted) throw error;
      await pause(this.#deps.clock, pauseMs, download.signal);
      return this.#try(file, download, failed + 1);
    }
  }

  #transfer(file: RemoteFile, { path, signal }: Download): Promise<number> {
    const { host, maxBytes, clock } = this.#deps;
    const address = host.addressOf(file.location);
    if (!address) throw new DownloadFailure('unsupported');
    return this.#semaphore.run(() => transfer({ file, address, path, maxBytes, clock, signal }));
  }
}

function isExpired(error: unknown): boolean {
  return error instanceof DownloadFailure && error.word === 'expired';
}

function isPassing(error: unknown): boolean {
  return error instanceof DownloadFailure && PASSING.has(error.word);
}

/** Ends early when it is of no use any more. */
function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const finish = () => {
      timer.cancel();
      signal.removeEventListener('abort', finish);
      resolve();
    };
    const timer = clock.after(ms, finish);
    signal.addEventListener('abort', finish);
  });
}
