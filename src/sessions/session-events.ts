import { type Clock } from '../kit/clock.ts';
import { type SessionRecord } from '../domain/session.ts';
import { type SessionId } from '../domain/session-id.ts';
import { type RecentMessage } from './recent-messages.ts';
import { type SessionState } from './state/states.ts';
import { type SessionView, sessionView } from '../http/views/session-view.ts';

/** What can be seen to happen to the sessions while it does. */
export type SessionEvent =
  /** Something in its view changed, or it is new; with `onlySeen` nothing but `last_seen`. */
  | { kind: 'session'; view: SessionView; onlySeen: boolean }
  /** There is a code to scan, or to type, the first one or a renewed one. The code itself is not told. */
  | { kind: 'qr' | 'pairing-code'; sessionId: SessionId; expiresAtMs: number }
  /** It is not there any more. */
  | { kind: 'removed'; sessionId: SessionId }
  /** A message came or went; only where they are shown. */
  | { kind: 'message'; sessionId: SessionId; message: RecentMessage };

/** Somebody who wants to know. What he is told is told once, in order, and to be taken at once. */
export type SessionListener = (news: SessionEvent) => void;

/** Tells those who listen what happens to the sessions. While nobody listens it does nothing. */
export class SessionEvents {
  readonly #authDir: string;
  readonly #clock: Clock;
  readonly #listeners = new Set<SessionListener>();

  constructor({ authDir, clock }: { authDir: string; clock: Clock }) {
    this.#authDir = authDir;
    this.#clock = clock;
  }

  /** Tells `listener` from here on, until the function that this answers is called. */
  listen(listener: SessionListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The session looks like this now; `state` when it is another one. */
  changed(record: SessionRecord, state?: SessionState): void {
    if (this.#listeners.size === 0) return;
    this.#tell({ kind: 'session', view: this.#view(record), onlySeen: false });
    const { sessionId } = record;
    if (state?.name === 'pairing' && state.qr) {
      this.#tell({ kind: 'qr', sessionId, expiresAtMs: state.qr.expiresAtMs });
    }
    if (state?.name === 'showing-code') {
      this.#tell({ kind: 'pairing-code', sessionId, expiresAtMs: state.code.expiresAtMs });
    }
  }

  /** The session was heard of; nothing else changed. */
  seen(record: SessionRecord): void {
    if (this.#listeners.size > 0) this.#tell({ kind: 'session', view: this.#view(record), onlySeen: true });
  }

  removed(sessionId: SessionId): void {
    this.#tell({ kind: 'removed', sessionId });
  }

  message(message: RecentMessage): void {
    this.#tell({ kind: 'message', sessionId: message.session_id, message });
  }

  #tell(news: SessionEvent): void {
    for (const listener of this.#listeners) listener(news);
  }

  #view(record: SessionRecord): SessionView {
    return sessionView(record, { authDir: this.#authDir, nowMs: this.#clock.now() });
  }
}
