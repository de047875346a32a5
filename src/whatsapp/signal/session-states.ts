import { LRUCache } from 'lru-cache';
import type { SessionId } from '../../domain/session-id.ts';
import { decode } from './key-codec.ts';

/** For all accounts together, in characters of the texts: some two thousand states. What they take decoded is about twice that. */
const MAX_SIZE = 2_000_000;

/** The state of a Signal session, with the text that it is stored as. */
interface KnownState {
  text: string;
  /** As libsignal writes it, without bytes. Nobody changes it. */
  state: object;
}

/** The states that libsignal wrote in this process. */
const written = new WeakSet<object>();

/**
 * The states of the Signal sessions that are in use, decoded: each message reads the one that the message before it has written.
 * A state counts only for exactly the text that is stored, so it needs no care when a write fails or another connection writes.
 */
export class SessionStates {
  readonly #known = new LRUCache<string, KnownState>({ maxSize: MAX_SIZE, sizeCalculation: ({ text }) => text.length });

  /** What libsignal wrote, as text, which {@link decode} will find again. */
  encode(sessionId: SessionId, id: string, state: object): string {
    const text = JSON.stringify(state);
    written.add(state);
    this.#known.set(nameOf(sessionId, id), { text, state });
    return text;
  }

  /** @throws Error when the text is damaged */
  decode(sessionId: SessionId, id: string, text: string): unknown {
    const known = this.#known.get(nameOf(sessionId, id));
    return known?.text === text ? known.state : decode(text);
  }
}

/** A session as libsignal stores it, as far as it is read here. */
interface StoredSession {
  registrationId?: unknown;
  indexInfo: { closed: number; remoteIdentityKey: string };
}

/** libsignal marks the one session of a state with which messages can be encrypted. */
const OPEN = -1;

/** The open session of a state, if it has one. */
export function openSession(state: unknown): StoredSession | undefined {
  const { _sessions: sessions = {} } = (state ?? {}) as { _sessions?: Record<string, StoredSession> };
  return Object.values(sessions).find(({ indexInfo }) => indexInfo.closed === OPEN);
}

/** Whether libsignal itself wrote this state, so that nothing in it is damaged, and messages can be encrypted with it. */
export function isSurelyOpen(state: unknown): boolean {
  if (typeof state !== 'object' || state === null || !written.has(state)) return false;
  return typeof openSession(state)?.registrationId === 'number';
}

function nameOf(sessionId: SessionId, id: string): string {
  return `${sessionId} ${id}`;
}
