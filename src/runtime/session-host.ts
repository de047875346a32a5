import type { SessionId } from '../domain/session-id.ts';
import type { NodeLoad, SessionHost } from '../ports/ownership.ts';
import type { MediaDownloader } from '../sessions/media/media-downloader.ts';
import type { SessionTransfer } from '../sessions/session-transfer.ts';
import type { BackendNotifier } from '../webhooks/backend-notifier.ts';

/** The dependencies of {@link RunningSessions}. */
export interface RunningSessionsDeps {
  transfer: SessionTransfer;
  /** Of the main backend, and of other receivers. */
  notifiers: readonly Pick<BackendNotifier, 'adopt' | 'leave'>[];
  media: Pick<MediaDownloader, 'resume' | 'leave'>;
}

/**
 * All that runs of a session: its connection, its webhooks, and its downloads. A session may be given up at any moment, also while
 * it is only coming, and be taken back before it has ended.
 */
export class RunningSessions implements SessionHost {
  readonly #deps: RunningSessionsDeps;
  /** Of each adoption under way, the sessions that were not given up meanwhile. */
  readonly #adoptions = new Set<Set<SessionId>>();
  /** The hand-overs under way, of sessions that were not lost meanwhile. */
  readonly #handOvers = new Map<SessionId, Promise<void>>();

  constructor(deps: RunningSessionsDeps) {
    this.#deps = deps;
  }

  /** Webhooks and downloads first: what arrives from now on comes behind them. */
  async adopt(sessionIds: readonly SessionId[]): Promise<void> {
    const { transfer, notifiers, media } = this.#deps;
    const wanted = new Set(sessionIds);
    this.#adoptions.add(wanted);
    try {
      for (const notifier of notifiers) notifier.adopt(sessionIds);
      await media.resume(wanted);
      await transfer.adopt(wanted);
    } finally {
      this.#adoptions.delete(wanted);
    }
  }

  room(limitMs: number): Promise<number> {
    return this.#deps.transfer.room(limitMs);
  }

  handOver(sessionId: SessionId): Promise<void> {
    const underWay = this.#handOvers.get(sessionId);
    if (underWay) return underWay;
    this.#giveUp(sessionId);
    const isCurrent = () => this.#handOvers.get(sessionId) === handOver;
    const handOver = this.#end(sessionId, isCurrent).finally(() => {
      if (isCurrent()) this.#handOvers.delete(sessionId);
    });
    this.#handOvers.set(sessionId, handOver);
    return handOver;
  }

  lose(sessionIds: readonly SessionId[]): void {
    const { transfer, notifiers, media } = this.#deps;
    for (const sessionId of sessionIds) {
      this.#giveUp(sessionId);
      this.#handOvers.delete(sessionId);
    }
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

  /** The connection first: what it still receives is stored before the webhooks end. */
  async #end(sessionId: SessionId, isCurrent: () => boolean): Promise<void> {
    const { transfer, notifiers, media } = this.#deps;
    await transfer.handOver(sessionId);
    // What was lost meanwhile has ended already, and may be back.
    if (isCurrent()) await Promise.all([media, ...notifiers].map((part) => part.leave(sessionId)));
  }

  #giveUp(sessionId: SessionId): void {
    for (const wanted of this.#adoptions) wanted.delete(sessionId);
  }
}
