import type { Event, EventKind } from '../domain/event.ts';
import type { AnyEventKind, FurtherEvent, FurtherEventKind } from '../domain/further-event.ts';
import type { MediaInfo } from '../domain/message.ts';
import type { SessionId } from '../domain/session-id.ts';
import type { SessionSummary } from '../domain/session-profile.ts';
import type { TimelineNote } from '../domain/timeline.ts';

/** An event to deliver to the main backend. */
export interface NewCallback {
  event: Event;
  /** The idempotency key: the same event has the same key, whoever reports it and however often. */
  webhookId: string;
  /** What it tells of its session, behind the fields of the event. */
  session?: SessionSummary | undefined;
  /** The webhookIds of callbacks that make this one unnecessary: it is skipped when any of them is already stored. */
  unless?: readonly string[];
  /** What the backend receives in its place when it refuses just this one: see {@link CallbackQueue.substitute}. */
  instead?: Pick<NewCallback, 'event' | 'webhookId' | 'session'>;
  /** The callback waits for its file until this moment at most (Unix ms), and so does everything behind it. */
  holdUntilMs?: number;
}

/** An event for further webhooks. */
export interface NewFurtherEvent {
  event: FurtherEvent;
  /** The idempotency key: the same event has the same key, whoever reports it and however often. */
  webhookId: string;
  /** What it tells of its session, behind the fields of the event. */
  session?: SessionSummary | undefined;
}

/** The events that only further webhooks receive, in order with those of the main backend, without taking their numbers. */
export interface FurtherEvents {
  /**
   * Stores those that some webhook wants, paused or not; the others are forgotten, and cost nothing. An event whose `webhookId` is
   * already known is skipped. Resolves once they are durable. A webhook that another node creates counts from this node's next beat on.
   */
  add(sessionId: SessionId, events: readonly NewFurtherEvent[]): Promise<void>;
  /** Whether some webhook wants this kind of the session: whoever must work for an event asks first. */
  isWanted(sessionId: SessionId, kind: FurtherEventKind): boolean;
}

/** Where further events are stored. */
export interface FurtherEventStore {
  /** Stores the events, in order; one whose `webhookId` is already known is skipped. */
  add(sessionId: SessionId, events: readonly NewFurtherEvent[]): Promise<void>;
}

/** The events that are kept beyond the retention of the others, while a receiver has not taken them. */
export interface AwaitedEvents {
  /** The subscription of the receiver. */
  subscriptionId: string;
  /** Those that it wants; `null` for all. */
  kinds: readonly AnyEventKind[] | null;
  /** The age up to which they are kept, in ms. */
  retentionMs: number;
}

/** What awaits delivery to one receiver, in order within each session. */
export interface DeliveryQueue<Pending extends PendingEvent = PendingEvent> {
  /**
   * Calls `listener` with a session's id whenever it gains a callback, or its next one no longer waits for a file, until the returned
   * function is called.
   */
  onReady(listener: (sessionId: SessionId) => void): () => void;
  /** Calls `listener` with a session's id when somebody asks for its callbacks to be attempted now, until the returned function is called. */
  onRetry(listener: (sessionId: SessionId) => void): () => void;
  /** The sessions of this node with pending callbacks, the longest-waiting first. */
  sessionsWithPending(): Promise<SessionId[]>;
  /**
   * The oldest pending callback of the session. `undefined` when there is none, or when it must wait for its file; onReady
   * reports when that is over.
   */
  next(sessionId: SessionId): Promise<Pending | undefined>;
  /**
   * The backend has accepted it. Resolves before that is durable: a crash in the next moments means that the callback is
   * delivered once more.
   */
  delivered(callback: Pending, atMs: number): Promise<void>;
  /** An attempt failed, and the backend has certainly not accepted the callback. */
  failed(callback: Pending, error: string, atMs: number): Promise<void>;
  /** An attempt ended without an answer: the backend may have accepted the callback. */
  unconfirmed(callback: Pending, error: string, atMs: number): Promise<void>;
  /** Gives it up: it becomes a dead letter, and the session goes on with the next one. */
  dead(callback: Pending, error: string, atMs: number): Promise<void>;
  /**
   * The backend refuses this callback, which has a substitute: that takes its place and its number within the session, and the
   * session's timeline says so.
   */
  substitute(callback: Pending, note: TimelineNote): Promise<void>;
  /** The backend has no endpoint for this kind of event. The callback is kept as long as a delivered one. */
  unwanted(callback: Pending, atMs: number): Promise<void>;
}

/** The callbacks that await delivery to the main backend. */
export interface CallbackQueue extends DeliveryQueue<PendingCallback> {
  /** Of the sessions that this node owns. */
  counts(nowMs: number): Promise<CallbackCounts>;
}

/** The callbacks that wait for the file which they announce. */
export interface HeldCallbacks {
  /** The callbacks of this node's sessions that are still held, in the order in which they were stored. */
  all(): Promise<HeldCallback[]>;
  /** Adds the result of the download to the callback and releases it. Does nothing when its time is over. */
  release(webhookId: string, media: FetchedMedia): Promise<void>;
}

/** A callback that waits for a file. */
export interface HeldCallback {
  sessionId: SessionId;
  webhookId: string;
  /** The message with the file. */
  messageId: string;
}

/** The result of a download, as `media_info` has it. */
export type FetchedMedia = Pick<MediaInfo, 'path' | 'download_error'>;

/** An event that awaits delivery. */
export interface PendingEvent {
  /** Of a callback, or negative. */
  id: number;
  webhookId: string;
  sessionId: SessionId;
  /** Its number within the session, from 1, without gaps; `null` for a further event, which has none. */
  seq: number | null;
  kind: AnyEventKind;
  /** The JSON body, byte for byte as it is sent. */
  body: string;
  createdAtMs: number;
  attempts: number;
  firstFailedAtMs: number | null;
  /** Whether another callback takes its place when the backend refuses just this one. */
  hasSubstitute?: true;
}

/** A callback that awaits delivery: an event that the main backend receives. */
export interface PendingCallback extends PendingEvent {
  seq: number;
  kind: EventKind;
}

/** The state of the queue (contract 1, `/health`). */
export interface CallbackCounts {
  pending: number;
  deadLettered: number;
  oldestPendingSeconds: number;
}

/** The state of a callback; `unwanted` means that the backend has no endpoint for it, or that somebody discarded it. */
export type CallbackState = 'pending' | 'delivered' | 'dead' | 'unwanted';

/** A callback in whichever state. */
export interface StoredCallback extends Omit<PendingCallback, 'body'> {
  /** The JSON body; `null` when it cannot be decrypted because it was changed or inserted from outside. */
  body: string | null;
  /** Its position among the callbacks of all sessions; a renewed QR gets a new one. */
  position: number;
  state: CallbackState;
  lastError: string | null;
  settledAtMs: number | null;
}

/** A page of a list: at most `limit` entries behind this id or position. */
export interface Page {
  after: number;
  limit: number;
}

/** The callbacks of one session whose events happened in this period, both ends included (Unix ms). */
export interface ReplaySpan {
  sessionId: SessionId;
  sinceMs: number;
  untilMs: number;
}

/** All stored callbacks, for operators and for a backend that missed some. */
export interface CallbackArchive {
  /** In the order of their ids. */
  list(filter: CallbackFilter, page: Page): Promise<StoredCallback[]>;
  find(id: number): Promise<StoredCallback | undefined>;
  /**
   * Has a pending callback attempted now, or makes a dead letter pending again with its attempts reset. Returns `false` for
   * any other: one that was delivered or unwanted, a dead QR, or an unknown id.
   */
  retry(id: number): Promise<boolean>;
  /**
   * Settles a pending callback or a dead letter as unwanted, so that its session goes on. Returns `false` for one that was
   * delivered, and for an unknown id.
   */
  discard(id: number): Promise<boolean>;
  /**
   * Makes all settled callbacks of the span pending again, under their webhookIds and numbers. QRs are left out, since they
   * have expired. Returns their number.
   */
  replay(span: ReplaySpan): Promise<number>;
  /**
   * The callbacks of all sessions, or of those in `among`, by position and in whichever state, up to the first that is held
   * for a file.
   */
  events(page: Page, among?: readonly SessionId[]): Promise<StoredCallback[]>;
}

/** Selects callbacks; a missing field matches all. */
export interface CallbackFilter {
  state?: CallbackState;
  sessionId?: SessionId;
  /** Only callbacks of these sessions; ignored when `sessionId` is given. */
  among?: readonly SessionId[];
}
