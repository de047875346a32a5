import type { PasskeyStatus } from '../domain/passkey.ts';
import type { SessionRecord } from '../domain/session.ts';
import type { SessionId } from '../domain/session-id.ts';
import type { RecentMessage } from './recent-messages.ts';
import type { SessionState } from './state/states.ts';

/** A change of the sessions, for live clients. */
export type SessionEvent =
  /** A session is new or has changed; with `onlySeen`, only `lastSeenMs` has. */
  | { kind: 'session'; record: SessionRecord; onlySeen: boolean }
  /** A QR or pairing code is available, the first one or a renewed one. The event does not contain the code. */
  | { kind: 'qr' | 'pairing-code'; sessionId: SessionId; expiresAtMs: number }
  /** WhatsApp wants a passkey, or that pairing is a step further. */
  | ({ kind: 'passkey'; sessionId: SessionId } & PasskeyStatus)
  /** A session is gone. */
  | { kind: 'removed'; sessionId: SessionId }
  /** A message was received or sent. Only with `DASHBOARD_MESSAGES`. */
  | { kind: 'message'; message: RecentMessage };

/** Called with each event once, in order. It must not block. */
export type SessionListener = (event: SessionEvent) => void;

/** Publishes session events to listeners. Without listeners it does nothing. */
export class SessionEvents {
  readonly #listeners = new Set<SessionListener>();

  /** Calls `listener` with every event, until the returned function is called. */
  listen(listener: SessionListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** A session has changed; `state` if it has entered another one. */
  changed(record: SessionRecord, state?: SessionState): void {
    this.#publish({ kind: 'session', record, onlySeen: false });
    const { sessionId } = record;
    if (state?.name === 'pairing' && state.qr) {
      this.#publish({ kind: 'qr', sessionId, expiresAtMs: state.qr.expiresAtMs });
    }
    if (state?.name === 'passkey' && record.passkey) {
      this.#publish({ kind: 'passkey', sessionId, ...record.passkey });
    }
    if (state?.name === 'showing-code') {
      this.#publish({ kind: 'pairing-code', sessionId, expiresAtMs: state.code.expiresAtMs });
    }
  }

  /** Only the time when the session was last seen has changed. */
  seen(record: SessionRecord): void {
    this.#publish({ kind: 'session', record, onlySeen: true });
  }

  removed(sessionId: SessionId): void {
    this.#publish({ kind: 'removed', sessionId });
  }

  message(message: RecentMessage): void {
    this.#publish({ kind: 'message', message });
  }

  #publish(event: SessionEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}
