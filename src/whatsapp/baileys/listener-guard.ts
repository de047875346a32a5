import type { WASocket } from '@whiskeysockets/baileys';
import { type OwnListener, takeOwnListeners } from './own-listeners.ts';

/** An exception of one of Baileys' own listeners. */
export interface ListenerFailure {
  /** The event that was being handled: `message` for a frame, `CB:…` for a stanza. */
  event: string;
  error: unknown;
  /** Whether the connection is as good as before. */
  isHarmless: boolean;
}

/** Frames, stanzas, and the start of the handshake. The other events are the WebSocket's, which Baileys only passes on. */
const GUARDED = /^(message|open|CB:.*)$/;

/**
 * Failures that lose nothing, and must not cost the connection:
 * - presences and typing: any contact can send them, and a malformed one must not cut our connection;
 * - "your groups changed": Baileys asks for all groups, and a new connection would only provoke the next refusal (429).
 */
const HARMLESS = /^CB:(presence|chatstate|ib,,dirty)$/;

/**
 * Catches what Baileys' own listeners of frames and stanzas throw or reject with. Unguarded, that is an unhandled rejection, which ends the
 * process or, if that is prevented, leaves a connection that looks open and receives nothing. To be called right after the
 * socket is made, before anybody else listens.
 *
 * Listeners of Baileys' own events cannot be wrapped. The only one that can fail makes messages of calls, which we make ourselves
 * (`receive/calls.ts`), and is removed.
 */
export function guardListeners(socket: WASocket, failed: (failure: ListenerFailure) => void): void {
  const { ev, ws } = socket;
  ev.removeAllListeners('call');
  for (const event of ws.eventNames()) {
    if (typeof event !== 'string' || !GUARDED.test(event)) continue;
    for (const listener of takeOwnListeners<unknown>(socket, event)) ws.on(event, guarded(event, listener, failed));
  }
}

function guarded(
  event: string,
  listener: OwnListener<unknown>,
  failed: (failure: ListenerFailure) => void,
): OwnListener<unknown> {
  return async (data) => {
    try {
      await listener(data);
    } catch (error) {
      failed({ event, error, isHarmless: HARMLESS.test(event) });
    }
  };
}
