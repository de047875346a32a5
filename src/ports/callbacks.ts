import { type Event, type EventKind } from '../domain/event.ts';
import { type MediaInfo } from '../domain/message.ts';
import { type SessionId } from '../domain/session-id.ts';

/** An event to be handed to the main backend. */
export interface NewCallback {
  event: Event;
  /** The idempotency key: the same for the same event, whoever tells of it and however often. */
  webhookId: string;
  /** The webhookId of a callback, of whichever session, that must be handed over before this one. */
  after?: string;
  /** The webhookIds of events of which any makes this one needless when it is already there. */
  unless?: readonly string[];
  /** It waits at most until then for the file that it tells of (Unix ms), and what comes after it waits too. */
  holdUntilMs?: number;
}

/** The callbacks that wait for the main backend, in order within each session. */
export interface CallbackQueue {
  /** Calls `listener` with a session's id whenever it gained a callback or one it waited for was settled. */
  onReady(listener: (sessionId: SessionId) => void): void;
  /** The sessions which have callbacks waiting. */
  sessionsWithPending(): Promise<SessionId[]>;
  /**
   * The oldest waiting callback of the session; `undefined` when there is none, or when it must wait for
   * a callback of another session or for its file (then onReady tells).
   */
  next(sessionId: SessionId): Promise<PendingCallback | undefined>;
  /** The backend has it: it is not handed over again, unless the process ends before that is stored, which it is soon. */
  delivered(callback: PendingCallback, atMs: number): Promise<void>;
  /** A try failed, and the backend has certainly not taken the callback; `error` says how. */
  failed(callback: PendingCallback, error: string, atMs: number): Promise<void>;
  /** A try failed so that the backend may have taken the callback: no answer came. */
  unclear(callback: PendingCallback, error: string, atMs: number): Promise<void>;
  /** Given up: it is kept as a dead letter, and the rest of its session goes on. */
  dead(callback: PendingCallback, error: string, atMs: number): Promise<void>;
  /** The backend has no endpoint for this kind of event. It is kept as long as a delivered one. */
  unwanted(callback: PendingCallback, atMs: number): Promise<void>;
  counts(nowMs: number): Promise<CallbackCounts>;
  /** Calls `listener` with the id of a session whose callbacks somebody wants to be tried now. */
  onRetry(listener: (sessionId: SessionId) => void): void;
}

/** The callbacks that wait for a file, so that they can tell where it is. */
export interface HeldCallbacks {
  /** Those whose time is not over yet, in the order in which they were stored. */
  all(): Promise<HeldCallback[]>;
  /** Says what became of the file, and lets the callback go. Nothing happens when its time is over. */
  release(webhookId: string, media: FetchedMedia): Promise<void>;
}

/** A callback that waits for a file. */
export interface HeldCallback {
  sessionId: SessionId;
  webhookId: string;
  /** The message that has the file. */
  messageId: string;
}

/** What became of a file, in the words of `media_info`. */
export type FetchedMedia = Pick<MediaInfo, 'path' | 'download_error'>;

/** A callback that waits. */
export interface PendingCallback {
  id: number;
  webhookId: string;
  sessionId: SessionId;
  /** Its number within the session, without gaps, from 1. */
  seq: number;
  kind: EventKind;
  /** The JSON body, exactly as it is posted. */
  body: string;
  createdAtMs: number;
  attempts: number;
  firstFailedAtMs: number | null;
}

/** How the callbacks stand (contract 1, `/health`). */
export interface CallbackCounts {
  pending: number;
  deadLettered: number;
  oldestPendingSeconds: number;
}

/** What has become of a callback; `unwanted` is one that the backend has no endpoint for. */
export type CallbackState = 'pending' | 'delivered' | 'dead' | 'unwanted';

/** A callback with its fate. */
export interface StoredCallback extends Omit<PendingCallback, 'body'> {
  /** The JSON body; `null` when it does not open with its key: it was changed in the database, or put there from outside. */
  body: string | null;
  /** Its place among those of all sessions; a renewed QR gets a new one. */
  position: number;
  state: CallbackState;
  lastError: string | null;
  settledAtMs: number | null;
}

/** A part of a list: so many behind this id or position. */
export interface Page {
  after: number;
  limit: number;
}

/** The callbacks of one session whose events happened in this time, both ends included (Unix ms). */
export interface ReplaySpan {
  sessionId: SessionId;
  sinceMs: number;
  untilMs: number;
}

/** All callbacks that are kept, for the people who look after them and for a backend that missed some. */
export interface CallbackArchive {
  /** In the order of their ids. */
  list(filter: CallbackFilter, page: Page): Promise<StoredCallback[]>;
  find(id: number): Promise<StoredCallback | undefined>;
  /**
   * Has a waiting one tried now, and one that was given up wait again, with all its tries before it. Answers whether it is
   * one of these: a QR that was given up, or one that was delivered, is not.
   */
  retry(id: number): Promise<boolean>;
  /** Has all that were settled wait again under their keys and numbers, but for QRs, which no longer count; answers how many. */
  replay(span: ReplaySpan): Promise<number>;
  /**
   * Of all sessions, in the order of their positions, whatever has become of them, up to the first that waits for a file;
   * with `among` only of these.
   */
  events(page: Page, among?: readonly SessionId[]): Promise<StoredCallback[]>;
}

/** Which callbacks are meant; what is left out does not matter. */
export interface CallbackFilter {
  state?: CallbackState;
  sessionId?: SessionId;
  /** Only of these sessions; does not count beside `sessionId`. */
  among?: readonly SessionId[];
}
