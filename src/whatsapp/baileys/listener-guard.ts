import { type WASocket } from '@whiskeysockets/baileys';
import { type OwnListener, takeOwnListeners } from './own-listeners.ts';

/** An exception of one of Baileys' own listeners. */
export interface ListenerFailure {
  /** The event that was being handled: `message` for a frame, `CB:…` for a stanza. */
  event: string;
  error: unknown;
  /** Whether the line is as good as before. */
  isHarmless: boolean;
}

/** Frames, stanzas, and the start of the handshake; the other events are those of the WebSocket, which Baileys only passes on. */
const GUARDED = /^(message|open|CB:.*)$/;

/**
 * Nothing is lost with these, so they must not cost the line:
 * - who is writing or online: any contact can send them, and none may be able to cut our line with a malformed one;
 * - "your groups changed": Baileys asks for all groups, and a refusal (429) would only be provoked again by a new line.
 */
const HARMLESS = /^CB:(presence|chatstate|ib,,dirty)$/;

/**
 * Catches what Baileys' own listeners throw, or reject with: unguarded it is an unhandled rejection, which ends the process
 * or, if that is prevented, leaves a line that looks open and is deaf. To be called right after the socket is made, before
 * anybody else listens.
 */
export function guardListeners(socket: WASocket, failed: (failure: ListenerFailure) => void): void {
  const { ws } = socket;
  for (const event of ws.eventNames()) {
    if (typeof event !== 'string' || !GUARDED.test(event)) continue;
    const tell = (error: unknown) => failed({ event, error, isHarmless: HARMLESS.test(event) });
    for (const listener of takeOwnListeners<unknown>(socket, event)) ws.on(event, guarded(listener, tell));
  }
}

function guarded(listener: OwnListener<unknown>, failed: (error: unknown) => void): OwnListener<unknown> {
  return async (data) => {
    try {
      await listener(data);
    } catch (error) {
      failed(error);
    }
  };
}
