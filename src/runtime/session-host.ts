import { type SessionId } from '../domain/session-id.ts';
import { type NodeLoad, type SessionHost } from '../ports/ownership.ts';
import { type MediaDownloader } from '../sessions/media/media-downloader.ts';
import { type SessionTransfer } from '../sessions/session-transfer.ts';
import { type BackendNotifier } from '../webhooks/backend-notifier.ts';

/** The dependencies of {@link RunningSessions}. */
export interface RunningSessionsDeps {
  transfer: SessionTransfer;
  /** Of the main backend, and of other receivers. */
  notifiers: readonly Pick<BackendNotifier, 'adopt' | 'leave'>[];
  media: Pick<MediaDownloader, 'resume' | 'leave'>;
}

/** All that runs of a session: its connection, its webhooks, and its downloads. */
export class RunningSessions implements SessionHost {
  readonly #deps: RunningSessionsDeps;

  constructor(deps: RunningSessionsDeps) {
    this.#deps = deps;
  }

  /** Webhooks and downloads first: what arrives from now on comes behind them. */
  async adopt(sessionIds: readonly SessionId[]): Promise<void> {
    const { transfer, notifiers, media } = this.#deps;
    for (const notifier of notifiers) notifier.adopt(sessionIds);
    await media.resume(sessionIds);
    await transfer.adopt(sessionIds);
  }

  /** The connection first: what it still receives is stored before the webhooks end. */
  async handOver(sessionId: SessionId): Promise<void> {
    const { transfer, notifiers, media } = this.#deps;
    await transfer.handOver(sessionId);
    await Promise.all([media, ...notifiers].map((part) => part.leave(sessionId)));
  }

  lose(sessionIds: readonly SessionId[]): void {
    const { transfer, notifiers, media } = this.#deps;
    transfer.lose(sessionIds);
    for (const sessionId of sessionIds) {
      for (const part of [media, ...notifiers]) void part.leave(sessionId);
    }
  }

  pause(): void {
    this.#deps.transfer.pause();
  }

  resume(): void {
    this.#deps.transfer.resume();
  }

  load(): NodeLoad {
    return this.#deps.transfer.load();
  }

  quietest(limit: number): SessionId[] {
    return this.#deps.transfer.quietest(limit);
  }
}
