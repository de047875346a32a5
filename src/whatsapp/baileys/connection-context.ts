import { AsyncLocalStorage } from 'node:async_hooks';
import type { SessionId } from '../../domain/session-id.ts';
import type { Clock } from '../../kit/clock.ts';

/** The connection that caused something, for exceptions that surface where nobody catches them. */
export interface ConnectionContext {
  sessionId: SessionId;
  /** Closes the connection because of an uncaught exception; a new one follows. */
  failed(error: unknown): void;
  /** The real time, for the intervals of Baileys and its libraries: they end with the connection. */
  readonly intervals: Pick<Clock, 'after'>;
  /** Resolves when the message that is being sent is stored: nothing of it may leave before. */
  stored?: Promise<void>;
  /** A message was encrypted for the device with this JID. */
  encryptedFor?(jid: string): void;
}

/**
 * Node passes this on to everything that a connection sets off: frames, timers, promises. Baileys has one such storage for each
 * socket already; this one for all of them adds no measurable cost.
 */
const connections = new AsyncLocalStorage<ConnectionContext | undefined>();

/** Runs `work` in the context of the connection, including everything that it sets off. */
export function withinConnection<Result>(connection: ConnectionContext, work: () => Result): Result {
  return connections.run(connection, work);
}

/** Runs `work` outside of any connection: what other parts of the process do with an event is not the connection's doing. */
export function outsideConnection<Result>(work: () => Result): Result {
  return connections.run(undefined, work);
}

/** The connection that the running code belongs to, also in the process' handlers of uncaught exceptions. */
export function currentConnection(): ConnectionContext | undefined {
  return connections.getStore();
}

/**
 * Runs `work`, which sends a message, and returns the JIDs of the devices that it was encrypted for: Baileys reports nothing when it
 * finds none. Ciphertexts are released once `stored` has resolved.
 */
export async function encryptedFor(stored: Promise<void>, work: () => Promise<unknown>): Promise<string[]> {
  const connection = connections.getStore();
  const devices: string[] = [];
  await connections.run(connection && { ...connection, stored, encryptedFor: (jid) => devices.push(jid) }, work);
  return devices;
}
