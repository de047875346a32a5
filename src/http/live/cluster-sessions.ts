import { isDeepStrictEqual } from 'node:util';
import type { SessionId } from '../../domain/session-id.ts';
import type { SessionRecord } from '../../domain/session.ts';
import type { Clock, Timer } from '../../kit/clock.ts';
import type { PeerListener, PeerStreams } from '../../ports/cluster.ts';
import type { SessionEvent, SessionListener } from '../../sessions/session-events.ts';
import type { SessionsApi } from '../core.ts';
import { parseFeedItem } from './feed-item.ts';
import type { ShownSessions } from './live-events.ts';

/** How soon the database is asked what streams cannot tell, and how long after the last time at least. */
const LOOK_MS = 1_000;
const LOOKS_EVERY_MS = 5_000;

/** The dependencies of {@link ClusterSessions}. */
export interface ClusterSessionsDeps {
  sessions: ShownSessions & Pick<SessionsApi, 'own'>;
  peers: PeerStreams;
  clock: Clock;
}

/** What readers have been told of a session. */
interface Known {
  /** `undefined`: that it is gone. */
  record: SessionRecord | undefined;
  /** The node that said so; `undefined` for this one, and for the database. */
  nodeId: string | undefined;
  /** The number of the change. */
  at: number;
}

const UNKNOWN: Known = { record: undefined, nodeId: undefined, at: -Infinity };

/**
 * The sessions of all nodes as one, while somebody watches. Each node tells what happens to its own. A change is stored before it is told:
 * so the database knows what was missed while a node was not heard, and what became of a session that no node tells of any more.
 * It is asked then, and only differences are passed on.
 */
export class ClusterSessions implements ShownSessions, PeerListener {
  readonly #deps: ClusterSessionsDeps;
  readonly #known = new Map<SessionId, Known>();
  /** The living nodes of which nothing is heard. */
  readonly #silent = new Set<string>();
  #listener: SessionListener | undefined;
  #changes = 0;
  /** How many times the database is being asked. */
  #lists = 0;
  /** Whether the watcher has a list. */
  #isComplete = false;
  #look: Timer | undefined;
  #isLooking = false;
  #isLookWanted = false;
  #lookedAtMs = -Infinity;

  constructor(deps: ClusterSessionsDeps) {
    this.#deps = deps;
  }

  /** One watcher at a time. */
  watch(listener: SessionListener): () => void {
    const { sessions, peers } = this.#deps;
    this.#listener = listener;
    const stops = [sessions.watch((event) => this.#take(event, undefined)), peers.follow(this)];
    return () => {
      for (const stop of stops) stop();
      this.#listener = undefined;
      this.#look?.cancel();
      this.#look = undefined;
      this.#known.clear();
      this.#silent.clear();
      this.#isComplete = false;
    };
  }

  /** All sessions. What differs from what the watcher knows is an event. */
  async list(): Promise<SessionRecord[]> {
    const since = this.#changes;
    this.#lists += 1;
    let stored: SessionRecord[];
    try {
      stored = await this.#deps.sessions.list();
    } finally {
      this.#lists -= 1;
    }
    return this.#listener ? this.#compare(stored, since) : stored;
  }

  silent(nodeId: string): void {
    this.#silent.add(nodeId);
    this.#lookSoon();
  }

  gone(nodeId: string): void {
    this.#silent.delete(nodeId);
    this.#lookSoon();
  }

  heard(nodeId: string, value: unknown): void {
    const item = parseFeedItem(value);
    if (item && item.kind !== 'ready') {
      this.#take(item, nodeId);
      return;
    }
    // What it no longer has may be gone, or with another node.
    if (item) this.#silent.delete(nodeId);
    this.#lookSoon();
  }

  #take(event: SessionEvent, nodeId: string | undefined): void {
    if (event.kind === 'session') this.#takeSession(event, nodeId);
    else if (event.kind === 'removed') this.#takeRemoved(event, nodeId);
    else this.#listener?.(event);
  }

  #takeSession({ record: given, onlySeen }: SessionEvent & { kind: 'session' }, nodeId: string | undefined): void {
    const before = this.#known.get(given.sessionId);
    const record = withCap(given, before?.record);
    this.#doubt(before, nodeId);
    if (before && isFromBefore(record, nodeId, before)) {
      this.#known.set(record.sessionId, { ...before, nodeId });
      return;
    }
    this.#note(record.sessionId, record, nodeId);
    if (!isDeepStrictEqual(before?.record, record)) this.#tell({ kind: 'session', record, onlySeen });
  }

  #takeRemoved(event: SessionEvent & { kind: 'removed' }, nodeId: string | undefined): void {
    const before = this.#known.get(event.sessionId);
    this.#doubt(before, nodeId);
    this.#note(event.sessionId, undefined, nodeId);
    if (before?.record) this.#tell(event);
  }

  /** Until the watcher has a list, it gets changes as part of that. */
  #tell(event: SessionEvent): void {
    if (this.#isComplete) this.#listener?.(event);
  }

  /** Two nodes have told of one session: it has moved, and what the first one said may have come last. */
  #doubt(before: Known | undefined, nodeId: string | undefined): void {
    if (before && before.nodeId !== nodeId) this.#lookSoon();
  }

  #note(sessionId: SessionId, record: SessionRecord | undefined, nodeId: string | undefined): void {
    this.#changes += 1;
    // Only who has asked the database before could hear from it of a session that is gone.
    if (!record && this.#lists === 0) this.#known.delete(sessionId);
    else this.#known.set(sessionId, { record, nodeId, at: this.#changes });
  }

  /** `since` is the number of changes when the database was asked: it may not know of later ones. */
  #compare(stored: readonly SessionRecord[], since: number): SessionRecord[] {
    for (const record of stored) this.#compared(record, since);
    const ids = new Set(stored.map(({ sessionId }) => sessionId));
    for (const [sessionId, { record, at }] of this.#known) {
      if (ids.has(sessionId)) continue;
      // Newer than the answer.
      if (at > since) ids.add(sessionId);
      else this.#forget(sessionId, record);
    }
    this.#isComplete = true;
    return [...ids].flatMap((sessionId) => this.#known.get(sessionId)?.record ?? []);
  }

  #forget(sessionId: SessionId, record: SessionRecord | undefined): void {
    this.#known.delete(sessionId);
    if (record) this.#tell({ kind: 'removed', sessionId });
  }

  #compared(stored: SessionRecord, since: number): void {
    const { sessionId } = stored;
    const known = this.#known.get(sessionId) ?? UNKNOWN;
    if (known.at > since) return;
    const record = known.record ? withUnstored(stored, known.record) : withCap(stored);
    if (isDeepStrictEqual(known.record, record)) return;
    this.#known.set(sessionId, { ...known, record, at: since });
    this.#tell({ kind: 'session', record, onlySeen: false });
  }

  #lookSoon(): void {
    this.#isLookWanted = true;
    if (!this.#listener || this.#look || this.#isLooking) return;
    const { clock } = this.#deps;
    const delayMs = Math.max(LOOK_MS, this.#lookedAtMs + LOOKS_EVERY_MS - clock.monotonic());
    this.#look = clock.after(delayMs, () => void this.#lookNow());
  }

  /** A database that is away is asked again; others report it. */
  async #lookNow(): Promise<void> {
    this.#look = undefined;
    this.#isLooking = true;
    this.#isLookWanted = false;
    this.#lookedAtMs = this.#deps.clock.monotonic();
    const isDone = await this.list().then(
      () => true,
      () => false,
    );
    this.#isLooking = false;
    if (!isDone || this.#mustLook()) this.#lookSoon();
  }

  /** Whether something new is in doubt, or may be missed at any time. */
  #mustLook(): boolean {
    return this.#isLookWanted || this.#silent.size > 0;
  }
}

/** Whether another node has told of a later change already, as far as their clocks agree: the session was here before. */
function isFromBefore({ updatedAtMs }: SessionRecord, nodeId: string | undefined, known: Known): boolean {
  return known.record !== undefined && known.nodeId !== nodeId && updatedAtMs < known.record.updatedAtMs;
}

/** A node does not know the limit of a session that has just come to it; the one before did. */
function withCap(record: SessionRecord, before?: SessionRecord): SessionRecord {
  const { newChatCap = before?.newChatCap ?? null } = record;
  return { ...record, newChatCap };
}

/** What is true as long as nothing has changed. */
function ofNow({ passkey, unreachable }: SessionRecord): Pick<SessionRecord, 'passkey' | 'unreachable'> {
  return { passkey, ...(unreachable && { unreachable }) };
}

/** What is stored, with what only the node of the session knows. */
function withUnstored(stored: SessionRecord, known: SessionRecord): SessionRecord {
  const lastSeenMs = Math.max(stored.lastSeenMs ?? 0, known.lastSeenMs ?? 0);
  return {
    ...stored,
    newChatCap: known.newChatCap ?? null,
    ...(known.pushName !== undefined && { pushName: known.pushName }),
    ...(stored.updatedAtMs === known.updatedAtMs ? ofNow(known) : { passkey: null }),
    lastSeenMs: lastSeenMs === 0 ? null : lastSeenMs,
  };
}
