import type { Agent } from 'node:http';
import type { WAMessage } from '@whiskeysockets/baileys';
import type { Clock } from '../../kit/clock.ts';
import { cleanFileName } from '../../kit/file-name.ts';
import { Semaphore } from '../../kit/semaphore.ts';
import { type DownloadError, DownloadFailure } from '../../domain/download-failure.ts';
import type { MediaSource, RemoteMedia } from '../../ports/media.ts';
import type { SessionId } from '../../domain/session-id.ts';
import { mediaOf } from '../messages/kinds/media.ts';
import { unwrap } from '../messages/unwrap.ts';
import type { MediaHost } from './media-host.ts';
import { type RemoteFile, remoteFileOf } from './remote-file.ts';
import { transfer } from './transfer.ts';

/** How many transfers run at once, over all sessions. */
const AT_ONCE = 4;
/** How long a file may take in all, including retries, pauses and the phone's upload. */
const DEADLINE_MS = 10 * 60_000;
/** The pauses between attempts; there is one attempt more. */
const PAUSES_MS = [1_000, 4_000];
/** Failures that may not happen again at the next attempt. */
const TRANSIENT: ReadonlySet<DownloadError> = new Set(['network', 'timeout']);

/**
 * Asks the phone, over the session's connection, to upload the file again. Returns its new direct path; `undefined` for
 * no.
 */
export type AskAgain = (message: WAMessage, mediaKey: Uint8Array) => Promise<string | undefined>;

/** Dependencies of {@link MediaDownloads}. */
export interface MediaDownloadsDeps {
  host: MediaHost;
  /** `MAX_MEDIA_BYTES`. */
  maxBytes: number;
  /** Finds a message of a session by its id. */
  findMessage: (sessionId: SessionId, messageId: string) => Promise<WAMessage | undefined>;
  askAgain: (sessionId: SessionId, ...asked: Parameters<AskAgain>) => ReturnType<AskAgain>;
  clock: Clock;
  /** By which a session's files are fetched, if not directly. */
  agentOf?: (sessionId: SessionId) => Promise<Agent | undefined>;
}

/** One download, with all its attempts. */
interface Download {
  sessionId: SessionId;
  path: string;
  signal: AbortSignal;
}

/**
 * Downloads the files of messages from WhatsApp's media host: a few at once over all sessions, again when the network
 * fails, and once more from the phone when WhatsApp no longer has them.
 */
export class MediaDownloads implements MediaSource {
  readonly #deps: MediaDownloadsDeps;
  readonly #semaphore = new Semaphore(AT_ONCE);

  constructor(deps: MediaDownloadsDeps) {
    this.#deps = deps;
  }

  async find(sessionId: SessionId, messageId: string, gone: () => void): Promise<RemoteMedia | undefined> {
    const message = await this.#deps.findMessage(sessionId, messageId);
    if (!message) return undefined;
    const { media } = mediaOf(unwrap(message.message ?? {})) ?? {};
    const askAgain: AskAgain = (...asked) => {
      gone();
      return this.#deps.askAgain(sessionId, ...asked);
    };
    return {
      mimetype: media?.mimetype ?? null,
      fileName: cleanFileName(media?.fileName),
      saveTo: (path, signal) =>
        this.#inTime(signal, (limited) => this.#save(message, { sessionId, path, signal: limited }, askAgain)),
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

  /** Retries until it works, or there is no hope or no time left. */
  async #try(file: RemoteFile, download: Download, failed = 0): Promise<number> {
    try {
      return await this.#transfer(file, download);
    } catch (error) {
      const pauseMs = PAUSES_MS[failed];
      if (!isTransient(error) || pauseMs === undefined || download.signal.aborted) throw error;
      await pause(this.#deps.clock, pauseMs, download.signal);
      return this.#try(file, download, failed + 1);
    }
  }

  #transfer(file: RemoteFile, { sessionId, path, signal }: Download): Promise<number> {
    const { host, maxBytes, clock } = this.#deps;
    const address = host.addressOf(file.location);
    if (!address) throw new DownloadFailure('unsupported');
    return this.#semaphore.run(async () => {
      const agent = await this.#agentOf(sessionId);
      return transfer({ file, address, path, maxBytes, clock, signal, agent });
    });
  }

  async #agentOf(sessionId: SessionId): Promise<Agent | undefined> {
    try {
      return await this.#deps.agentOf?.(sessionId);
    } catch (cause) {
      throw new DownloadFailure('network', cause);
    }
  }
}

function isExpired(error: unknown): boolean {
  return error instanceof DownloadFailure && error.reason === 'expired';
}

function isTransient(error: unknown): boolean {
  return error instanceof DownloadFailure && TRANSIENT.has(error.reason);
}

/** Ends early when the download is aborted. */
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
