import type { Clock, Timer } from '../kit/clock.ts';
import { describeFailure } from '../kit/failure.ts';
import type { Logger } from '../kit/logger.ts';
import type { PeerListener, PeerStreams } from '../ports/cluster.ts';
import type { LivingNode } from '../ports/ownership.ts';
import { FeedReader } from './feed-reader.ts';
import type { PeerClient } from './peer-client.ts';

/** How soon a stream that has ended is opened again: the delay doubles each time. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;
/** A stream that has lasted for so long was a good one. */
const GOOD_MS = 60_000;

/** The dependencies of {@link PeerFeeds}. */
export interface PeerFeedsDeps {
  /** `CLUSTER_NODE_ID`. */
  nodeId: string;
  /** All nodes, also this one, as far as this one knows. */
  living: () => readonly LivingNode[];
  client: Pick<PeerClient, 'open'>;
  clock: Clock;
  log: Logger;
}

/** What other nodes tell of their sessions, while somebody here wants to know. */
export class PeerFeeds implements PeerStreams, Disposable {
  readonly #deps: PeerFeedsDeps;
  /** For each listener, its streams by the runs of the nodes. */
  readonly #followed = new Map<PeerListener, Map<string, PeerFeed>>();

  constructor(deps: PeerFeedsDeps) {
    this.#deps = deps;
  }

  follow(listener: PeerListener): () => void {
    const feeds = new Map<string, PeerFeed>();
    this.#followed.set(listener, feeds);
    this.#compare(listener, feeds);
    return () => {
      this.#followed.delete(listener);
      for (const feed of feeds.values()) feed.stop();
    };
  }

  /** Nodes may have come and gone. */
  look(): void {
    for (const [listener, feeds] of this.#followed) this.#compare(listener, feeds);
  }

  /** Closes all streams. Nobody is told. */
  [Symbol.dispose](): void {
    for (const feeds of this.#followed.values()) for (const feed of feeds.values()) feed.stop();
    this.#followed.clear();
  }

  #compare(listener: PeerListener, feeds: Map<string, PeerFeed>): void {
    const { nodeId, living } = this.#deps;
    const others = new Map(
      living().flatMap((node) => (node.nodeId === nodeId ? [] : [[node.incarnation, node] as const])),
    );
    // First those that are gone: a node that was started anew has its name back.
    for (const [incarnation, feed] of feeds) {
      if (others.has(incarnation)) continue;
      feeds.delete(incarnation);
      feed.stop();
      listener.gone(feed.nodeId);
    }
    for (const [incarnation, node] of others) {
      if (!feeds.has(incarnation)) feeds.set(incarnation, new PeerFeed(node, listener, this.#deps));
    }
  }
}

/** The stream of one node, which is opened again whenever it ends. */
class PeerFeed {
  readonly #node: LivingNode;
  readonly #listener: PeerListener;
  readonly #deps: Omit<PeerFeedsDeps, 'living'>;
  #reader: FeedReader | undefined;
  #pause: Timer | undefined;
  #openedAtMs = 0;
  /** How many streams in a row have not lasted. */
  #failures = 0;

  constructor(node: LivingNode, listener: PeerListener, deps: Omit<PeerFeedsDeps, 'living'>) {
    this.#node = node;
    this.#listener = listener;
    this.#deps = deps;
    listener.silent(node.nodeId);
    this.#open();
  }

  get nodeId(): string {
    return this.#node.nodeId;
  }

  stop(): void {
    this.#pause?.cancel();
    this.#reader?.stop();
  }

  #open(): void {
    const { client, clock } = this.#deps;
    this.#openedAtMs = clock.monotonic();
    const onItem = (item: unknown): void => this.#listener.heard(this.nodeId, item);
    const onEnd = (reason: Error): void => this.#ended(reason);
    try {
      this.#reader = new FeedReader(this.#node, { client, clock, onItem, onEnd });
    } catch (error) {
      onEnd(error as Error);
    }
  }

  #ended(reason: Error): void {
    const { clock, log } = this.#deps;
    if (clock.monotonic() - this.#openedAtMs >= GOOD_MS) this.#failures = 0;
    if (this.#failures === 0) {
      log.info(
        { nodeId: this.nodeId, failure: describeFailure(reason) },
        'a stream of live events has ended; opened again',
      );
    }
    const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** this.#failures, LONGEST_PAUSE_MS);
    this.#failures += 1;
    this.#pause = clock.after(pauseMs, () => this.#open());
    this.#listener.silent(this.nodeId);
  }
}
