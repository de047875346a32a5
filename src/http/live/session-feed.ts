import type { ServerResponse } from 'node:http';
import type { Clock, Timer } from '../../kit/clock.ts';
import type { Logger } from '../../kit/logger.ts';
import type { SessionEvent } from '../../sessions/session-events.ts';
import type { SessionsApi } from '../core.ts';
import { answersNode } from '../request-context.ts';
import { LastSeen } from './last-seen.ts';

/** How much may wait for a node, in addition to the snapshot. */
const BACKLOG_BYTES = 1024 * 1024;
/** How many nodes may listen: more than a cluster has, also while each of them is replaced. */
const MAX_FEEDS = 100;
/** How often a node hears that this one is there. */
const AT_WORK_MS = 5_000;

/** An item of a feed: an event, or the end of the snapshot. */
export type FeedItem = SessionEvent | { kind: 'ready' };

/** The dependencies of {@link SessionFeed}. */
export interface SessionFeedDeps {
  sessions: Pick<SessionsApi, 'own' | 'watch'>;
  clock: Clock;
  log: Logger;
}

/**
 * Tells other nodes what happens to the sessions of this one, as JSON, an item a line: first a snapshot, then events. A node that reads
 * too slowly is disconnected, and begins anew. It knows no callers: only nodes may reach it, and each of them filters for its readers.
 */
export class SessionFeed {
  readonly #deps: SessionFeedDeps;
  /** The nodes that listen, and how much may wait for each. */
  readonly #feeds = new Map<ServerResponse, number>();
  readonly #seen: LastSeen;
  #stopListening = (): unknown => undefined;
  #atWork: Timer | undefined;
  #isOver = false;

  constructor(deps: SessionFeedDeps) {
    this.#deps = deps;
    this.#seen = new LastSeen(deps.clock, (record) => this.#send({ kind: 'session', record, onlySeen: true }));
  }

  /** Streams to another node, until it has enough. */
  follow(response: ServerResponse): void {
    if (this.#isOver || this.#feeds.size >= MAX_FEEDS) {
      response.writeHead(503).end();
      return;
    }
    answersNode(response);
    response.writeHead(200, { 'Content-Type': 'application/x-ndjson', 'Cache-Control': 'no-store' });
    const snapshot: FeedItem[] = this.#deps.sessions
      .own()
      .map((record) => ({ kind: 'session', record, onlySeen: false }));
    const text = [...snapshot, { kind: 'ready' } as const].map(textOf).join('');
    this.#add(response, BACKLOG_BYTES + Buffer.byteLength(text));
    response.write(text);
  }

  /** Ends all streams for the shutdown. */
  end(): void {
    this.#isOver = true;
    for (const response of this.#feeds.keys()) response.end();
  }

  #add(response: ServerResponse, limitBytes: number): void {
    this.#feeds.set(response, limitBytes);
    response.once('close', () => this.#remove(response));
    if (this.#feeds.size > 1) return;
    this.#stopListening = this.#deps.sessions.watch((event) => this.#onEvent(event));
    this.#sayAtWork();
  }

  #remove(response: ServerResponse): void {
    this.#feeds.delete(response);
    if (this.#feeds.size > 0) return;
    this.#stopListening();
    this.#atWork?.cancel();
    this.#seen.clear();
  }

  #onEvent(event: SessionEvent): void {
    if (event.kind === 'session') {
      if (event.onlySeen) {
        this.#seen.add(event.record);
        return;
      }
      this.#seen.forget(event.record.sessionId);
    }
    if (event.kind === 'removed') this.#seen.forget(event.sessionId);
    this.#send(event);
  }

  #sayAtWork(): void {
    this.#atWork = this.#deps.clock.after(AT_WORK_MS, () => {
      this.#sayAtWork();
      this.#write('\n');
    });
  }

  #send(event: SessionEvent): void {
    this.#write(textOf(event));
  }

  #write(text: string): void {
    for (const [response, limitBytes] of this.#feeds) {
      if (response.writableEnded) continue;
      if (response.writableLength <= limitBytes) {
        response.write(text);
        continue;
      }
      this.#deps.log.info('a node reads live events too slowly and is disconnected');
      response.destroy();
    }
  }
}

function textOf(item: FeedItem): string {
  return `${JSON.stringify(item)}\n`;
}
