import { AsyncLocalStorage } from 'node:async_hooks';
import { type SessionId } from '../../domain/session-id.ts';

/** Whose line something happens on, for exceptions that come out where nobody catches them. */
export interface ConnectionContext {
  sessionId: SessionId;
  /** Closes the line because of an exception that nobody caught; a new one follows. */
  failed(error: unknown): void;
  /** Resolves when the message that is being sent is stored: before that nothing of it may leave. */
  stored?: Promise<void>;
  /** A message was encrypted for the device with this JID. */
  encryptedFor?(jid: string): void;
}

/**
 * Node hands this on to everything that a line sets off: frames, timers, promises. Baileys has one such storage for each
 * socket already; this one for all of them adds nothing that could be measured.
 */
const connections = new AsyncLocalStorage<ConnectionContext | undefined>();

/** Does `work` so that whatever it sets off is known to belong to the line. */
export function withinConnection<Result>(connection: ConnectionContext, work: () => Result): Result {
  return connections.run(connection, work);
}

/** Does `work` as nobody's: what a line tells the rest of the process is no longer its own doing. */
export function outsideConnection<Result>(work: () => Result): Result {
  return connections.run(undefined, work);
}

/** The line that the code which is running now belongs to, also within the process' last handlers of exceptions. */
export function currentConnection(): ConnectionContext | undefined {
  return connections.getStore();
}

/**
 * Does `work`, which sends a message, and tells for which devices it encrypted: Baileys says nothing when it finds none. What is
 * encrypted is handed out when `stored` has resolved.
 */
export async function encryptedFor(stored: Promise<void>, work: () => Promise<unknown>): Promise<string[]> {
  const connection = connections.getStore();
  const devices: string[] = [];
  await connections.run(connection && { ...connection, stored, encryptedFor: (jid) => devices.push(jid) }, work);
  return devices;
}
