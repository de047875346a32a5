import type { SessionId } from '../domain/session-id.ts';
import { bounded } from '../kit/bounded.ts';
import { type Clock, wait } from '../kit/clock.ts';
import { describeFailure } from '../kit/failure.ts';
import type { Logger } from '../kit/logger.ts';
import type { Ownership } from '../ports/ownership.ts';
import type { HandOvers } from './hand-overs.ts';

/** So many sessions are on their way to one node: they end here, or were released and not taken yet. */
const AHEAD = 10;
/** How often is looked what was taken. */
const LOOK_MS = 20;
/** The same while the database does not answer. */
const PAUSE_MS = 500;
/** A node that takes nothing for so long gets nothing more: longer than one waits that has no room. */
const PATIENCE_MS = 5_000;

/** The dependencies of {@link Waves}. */
export interface WavesDeps {
  ownership: Pick<Ownership, 'untaken'>;
  handOvers: Pick<HandOvers, 'give'>;
  clock: Clock;
  log: Logger;
}

/** The sessions that one node gets. */
interface Queue {
  nodeId: string;
  waiting: SessionId[];
  /** How many end here at the moment. */
  ending: number;
  /** When the node last took something, or had nothing to take. */
  tookAtMs: number;
  /** How many it had to take at the last look. */
  untaken: number;
}

/**
 * Gives each node sessions only as fast as it takes them, so that the others stay connected until it is their turn. Those for a node
 * that takes none stay here.
 */
export class Waves {
  readonly #deps: WavesDeps;
  readonly #queues: readonly Queue[];
  readonly #moves: Promise<void>[] = [];

  constructor(deps: WavesDeps, givenTo: ReadonlyMap<SessionId, string>) {
    this.#deps = deps;
    const tookAtMs = deps.clock.monotonic();
    const byNode = Map.groupBy(givenTo, ([, nodeId]) => nodeId);
    this.#queues = [...byNode].map(([nodeId, entries]) => {
      const waiting = entries.map(([sessionId]) => sessionId);
      return { nodeId, waiting, ending: 0, tookAtMs, untaken: 0 };
    });
  }

  /** Resolves when all were given that somebody takes, or no time is left; nothing more is given then. Never rejects. */
  async run(leftMs: () => number): Promise<void> {
    const { clock } = this.#deps;
    while (this.#isUnderWay() && leftMs() > 0) {
      const pauseMs = (await this.#look(leftMs())) ? LOOK_MS : PAUSE_MS;
      if (this.#isUnderWay()) await wait(clock, Math.min(pauseMs, leftMs()));
    }
    await bounded(Promise.all(this.#moves), leftMs(), clock);
  }

  /** Whether something waits for a node that takes what it is given. */
  #isUnderWay(): boolean {
    const sinceMs = this.#deps.clock.monotonic() - PATIENCE_MS;
    return this.#queues.some(({ waiting, tookAtMs }) => waiting.length > 0 && tookAtMs > sinceMs);
  }

  /** Gives as many as were taken. Returns `false` when that is not known. */
  async #look(limitMs: number): Promise<boolean> {
    const { ownership, clock, log } = this.#deps;
    // Counted before the look: what is released during it may count twice, and never not at all.
    const ending = this.#queues.map((queue) => queue.ending);
    try {
      const untaken = await bounded(ownership.untaken(), limitMs, clock);
      if (untaken === 'late') return false;
      for (const [at, queue] of this.#queues.entries()) this.#give(queue, ending[at] ?? 0, untaken.get(queue.nodeId));
      return true;
    } catch (error) {
      log.warn({ failure: describeFailure(error) }, 'it is not known what other nodes have taken: looked again');
      const nowMs = clock.monotonic();
      for (const queue of this.#queues) queue.tookAtMs = nowMs;
      return false;
    }
  }

  /** A node that is dead, or ends itself, has nothing that it could take. */
  #give(queue: Queue, ending: number, untaken: number | undefined): void {
    if (untaken === undefined) {
      queue.waiting.length = 0;
      return;
    }
    if (untaken === 0 || untaken < queue.untaken) queue.tookAtMs = this.#deps.clock.monotonic();
    queue.untaken = untaken;
    for (const sessionId of queue.waiting.splice(0, Math.max(0, AHEAD - ending - untaken))) {
      queue.ending += 1;
      const move = this.#deps.handOvers.give(sessionId, queue.nodeId).finally(() => (queue.ending -= 1));
      this.#moves.push(move);
    }
  }
}
